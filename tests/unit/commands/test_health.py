import threading
from collections.abc import Iterator
from http.server import HTTPServer

import pytest

from deploy.commands.health import health
from deploy.failure import Failure, WrongSetting
from tests.support.dummy import Probes


@pytest.fixture(params=[(), ("waiting for the moon",)], ids=["well", "waiting"])
def probes(request: pytest.FixtureRequest) -> Iterator[tuple[int, tuple[str, ...]]]:
    """A process that answers its probes: its port, and its reasons against."""

    class Answers(Probes):
        reasons = request.param

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port, request.param
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("ready", [False, True])
def test_health_tells_what_the_process_has_against_itself(
    probes: tuple[int, tuple[str, ...]], ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, reasons = probes
    monkeypatch.setenv("PROBE_PORT", str(port))

    if not reasons:
        health("", ready)
        return
    with pytest.raises(Failure, match="waiting for the moon"):
        health("", ready)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:80", "http://127.0.0.1", "http://[::1", "http://h:x"]
)
def test_an_address_without_a_port_is_a_wrong_setting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROBE_PORT", raising=False)

    with pytest.raises(WrongSetting, match="has no host and port"):
        health(url)
