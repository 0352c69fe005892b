"""Does the demo show what it promises, and leave nothing behind, however it ends?"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.server import wait_for
from tests.support.commands import Start, starting, still_running
from tests.support.servers import fresh_folder

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(240)]


@pytest.fixture
def folder(work: Path) -> Path:
    """Where the demo puts what it needs."""
    return fresh_folder(work)


@pytest.fixture
def demo(folder: Path) -> Iterator[Start]:
    """Starts `triage demo`, without given servers."""
    with starting(folder, "demo") as start:
        yield start


def test_the_demo_brings_every_ticket_into_a_queue_and_explains(demo: Start, folder: Path) -> None:
    command = demo()
    shown, said = command.communicate(timeout=220)
    assert command.returncode == 0, said
    assert "180 tickets in their queues" in shown
    for queue in ("security", "extensions", "core-paying", "core", "review", "renewal", "referral"):
        assert f"\n {queue} " in shown
    assert "security reports, the slowest" in shown
    assert shown.count("── Why is") == 3
    assert shown.count("Asked in this order:") == 3
    assert "3 records are parked" in shown
    for reason in ("broken_json", "not_a_cloudevent", "empty_value"):
        assert reason in shown
    assert "Traceback" not in said
    assert list(folder.iterdir()) == []


def test_ctrl_c_in_the_middle_ends_everything(demo: Start, folder: Path) -> None:
    command = demo()
    assert command.stderr is not None
    for line in command.stderr:
        if line.startswith("submitting"):
            break
    started = psutil.Process(command.pid).children(recursive=True)
    assert len(started) >= 9
    command.send_signal(signal.SIGINT)
    assert command.wait(60) == 130
    wait_for(lambda: not still_running(started), 10, lambda: str(still_running(started)))
    assert list(folder.iterdir()) == []


def test_a_part_that_fails_is_named_with_its_log(demo: Start, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        command = demo(INTAKE_PORT=str(occupied.getsockname()[1]))
        shown, said = command.communicate(timeout=120)
    assert command.returncode == 1
    assert "did not get ready" in said
    assert ".log" in said
    assert "Traceback" not in said
    assert shown == ""
    assert not [path for path in folder.glob("*/*") if path.name != "logs"]
