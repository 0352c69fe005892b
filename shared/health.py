"""Is the process in this container well? `python -m shared.health [--ready]`, exit 0 or 1."""

from __future__ import annotations

import http.client
import os
import sys

SECONDS = 3.0


def unwell(port: int, path: str) -> str | None:
    """What the process on this machine answers if it is not well; None if it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(10_000).decode("utf-8", "replace")
    except OSError as error:
        return f"no answer on port {port}: {error}"
    finally:
        connection.close()
    return None if answer.status == http.client.OK else body


def main(arguments: list[str]) -> int:
    port = os.environ.get("PROBE_PORT", "")
    if not port.isdigit():
        sys.stderr.write("PROBE_PORT: set it to the port of this process's probes\n")
        return 2
    why = unwell(int(port), "/readyz" if "--ready" in arguments else "/livez")
    if why is not None:
        sys.stderr.write(why + "\n")
    return 0 if why is None else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
