"""What does a container's health check say?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typing_extensions import override

from shared import health

ANSWERS = {
    "/livez": (200, b'{"ok":true,"reasons":[]}'),
    "/readyz": (503, b'{"ok":false,"reasons":["router: waiting for Kafka"]}'),
}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A process that lives and is not ready."""
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("PROBE_PORT", str(server.server_port))
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("port")
def test_a_process_that_lives_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert health.main([]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("port")
def test_a_process_that_is_not_ready_fails_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert health.main(["--ready"]) == 1
    assert capsys.readouterr().err == "router: waiting for Kafka\n"


def test_a_process_that_is_away_fails_with_the_address(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROBE_PORT", "1")
    assert port != 1
    assert health.main([]) == 1
    assert "nothing answers at http://127.0.0.1:1/livez" in capsys.readouterr().err


@pytest.mark.parametrize(("value", "arguments"), [("", []), ("http", []), ("9000", ["--raedy"])])
def test_wrong_use_is_told_apart_from_a_sick_process(
    value: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_PORT", value)
    assert health.main(arguments) == 2
