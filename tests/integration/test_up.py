"""Does `triage up` bring up everything, and take down everything, however it ends?"""

import json
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.children import free_port
from deploy.local.server import wait_for
from tests.support.commands import Start, starting, still_running
from tests.support.servers import fresh_folder

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(240)]


@pytest.fixture
def folder(work: Path) -> Path:
    """Where `triage up` puts what it needs."""
    return fresh_folder(work)


@pytest.fixture
def up(folder: Path) -> Iterator[Start]:
    """Starts `triage up --json`, by default without given servers."""
    with starting(folder, "up", "--json") as start:
        yield start


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_ready_stack_takes_a_ticket_and_leaves_nothing_running(
    up: Start, folder: Path, number: signal.Signals, exit_code: int
) -> None:
    command = up()
    assert command.stdout is not None
    stack = json.loads(command.stdout.readline())
    started = psutil.Process(command.pid).children(recursive=True)

    assert submit(stack["intake"], stack["keys"]["web-form"]) == 202
    assert urllib.request.urlopen(f"{stack['watch']}/readyz").status == 200

    command.send_signal(number)
    assert command.wait(60) == exit_code
    wait_for(lambda: not still_running(started), 10, lambda: str(still_running(started)))
    if number is not signal.SIGKILL:
        assert list(folder.iterdir()) == []


def test_a_part_that_fails_is_named_with_its_reason_and_its_log(up: Start, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as occupied:
        port = occupied.getsockname()[1]
        command = up(INTAKE_PORT=str(port))
        _, said = command.communicate(timeout=120)

    assert command.returncode == 1
    assert "intake-http did not get ready: it has ended with exit code 2" in said
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "Traceback" not in said
    (log,) = folder.glob("*/logs/intake-http.log")
    assert str(log) in said
    assert not [path for path in folder.glob("*/*") if path.name != "logs"]


@pytest.mark.parametrize(
    ("settings", "exit_code", "message"),
    [
        ({"KAFKA_BOOTSTRAP_SERVERS": "nowhere"}, 2, "'nowhere' is not host:port"),
        ({"TRIAGE_KAFKA": "pigeon"}, 2, "'pigeon' is none of docker, java, embedded"),
        ({"DATABASE_URL": "sqlite:///x"}, 2, "DATABASE_URL is not a connection string"),
        ({"TRIAGE_NAMESPACE": "Not Good"}, 2, "TRIAGE_NAMESPACE: String should match"),
        ({"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"}, 1, "nothing answers at 127.0"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line_and_nothing_is_left(
    up: Start, folder: Path, settings: dict[str, str], exit_code: int, message: str
) -> None:
    command = up(**settings)
    said_out, said = command.communicate(timeout=60)

    assert command.returncode == exit_code
    assert message in said
    assert said_out == ""
    assert "Traceback" not in said
    assert "secret" not in said


def submit(intake: str, key: str) -> int:
    request = urllib.request.Request(
        f"{intake}/v1/tickets",
        data=json.dumps({"subject": "Hello", "body": "Where do I find invoices?"}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.status)
