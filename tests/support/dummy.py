"""A process that behaves as its first argument says, for tests of what runs processes.

well: ready until SIGTERM. waiting: never ready. ending: ends at once, with words. stubborn: ready,
and deaf to SIGTERM. parent: ready, with a child that is deaf too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from typing_extensions import override


class Probes(BaseHTTPRequestHandler):
    reasons: tuple[str, ...] = ()

    def do_GET(self) -> None:
        body = json.dumps({"ok": not self.reasons, "reasons": self.reasons}).encode()
        self.send_response(503 if self.reasons else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_arguments: Any) -> None:
        """Nothing: the log is for the test's words."""


def main(behaviour: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    match behaviour:
        case "ending":
            sys.exit("the moon is in the wrong place")
        case "waiting":
            Probes.reasons = ("waiting for the moon",)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "parent":
            deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
            child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
            assert child.stdout is not None
            child.stdout.readline()
            sys.stdout.write(f"child {child.pid}\n")
            sys.stdout.flush()
        case _:
            """Well."""
    HTTPServer(("127.0.0.1", int(os.environ["PROBE_PORT"])), Probes).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
