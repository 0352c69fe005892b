"""Is the process behind this probe port well? `python -m shared.health [--ready]`, exit 0 or 1."""

from __future__ import annotations

import http.client
import json
import os
import sys
from enum import StrEnum

WRONG_SETTING = 2


class Probe(StrEnum):
    LIVE = "/livez"
    READY = "/readyz"


def ask_probe(host: str, port: int, probe: Probe, seconds: float = 2.0) -> list[str]:
    """The reasons against, in words; empty where all is well. Asks without proxies."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", probe)
        answer = connection.getresponse()
        body = answer.read(65_536)
    except (OSError, http.client.HTTPException) as error:
        why = str(error) or type(error).__name__
        return [f"nothing answers at http://{host}:{port}{probe}: {why}"]
    finally:
        connection.close()
    return [] if answer.status == http.client.OK else _reasons(answer.status, body)


def _reasons(status: int, body: bytes) -> list[str]:
    try:
        reasons = [str(reason) for reason in json.loads(body)["reasons"]]
    except (ValueError, KeyError, TypeError):
        reasons = []
    return reasons or [f"it answers {status}"]


def main(arguments: list[str]) -> int:
    """A container's health check: needs nothing but Python, so that it is cheap."""
    port = os.environ.get("PROBE_PORT", "")
    if arguments not in ([], ["--ready"]):
        sys.stderr.write("usage: python -m shared.health [--ready]\n")
        return WRONG_SETTING
    if not port.isdecimal():
        sys.stderr.write("PROBE_PORT: set it to the port of this process's probes\n")
        return WRONG_SETTING
    reasons = ask_probe("127.0.0.1", int(port), Probe.READY if arguments else Probe.LIVE)
    sys.stderr.writelines(f"{reason}\n" for reason in reasons)
    return 1 if reasons else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
