import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.children import start_child
from deploy.local.processes import GIVING_WAY, Part, PartFailed, Supervisor, next_pause
from tests.support.waiting import eventually

DUMMY = "tests.support.dummy"
Supervise = Callable[..., Supervisor]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Starts a supervisor over one dummy process per behaviour; ends it with the test."""
    running = []

    def start(*behaviours: str, note: Callable[[str], None] = print) -> Supervisor:
        parts = [Part(behaviour, DUMMY, (behaviour,)) for behaviour in behaviours]
        supervisor = Supervisor(parts, {}, tmp_path / "logs", note)
        running.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in running:
        supervisor.stop(grace_seconds=0.5)


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_ready_processes_are_waited_for(supervise: Supervise) -> None:
    supervisor = supervise("well")

    supervisor.wait_ready(10)

    assert supervisor["well"].not_ready() == []


def test_a_process_that_ends_is_named_with_its_last_words_and_its_log(
    supervise: Supervise,
) -> None:
    supervisor = supervise("well", "ending")

    with pytest.raises(PartFailed) as failure:
        supervisor.wait_ready(10)

    message = str(failure.value)
    assert "ending did not get ready: it has ended with exit code 1" in message
    assert "the moon is in the wrong place" in message
    assert str(supervisor["ending"].log) in message


def test_a_process_that_is_never_ready_is_named_with_what_it_waits_for(
    supervise: Supervise,
) -> None:
    supervisor = supervise("waiting")

    with pytest.raises(PartFailed, match="waiting did not get ready: waiting for the moon"):
        supervisor.wait_ready(2)


async def test_a_killed_process_is_started_again_and_counted(supervise: Supervise) -> None:
    notes: list[str] = []
    supervisor = supervise("well", note=notes.append)
    supervisor.wait_ready(10)
    process = supervisor["well"]
    first = process.pid

    process.kill()

    await eventually(lambda: process.pid not in (first, None) and not process.not_ready(), 10)
    assert process.restarts == 1
    assert "well ended with exit code -9" in notes[0]


async def test_a_stopped_process_stays_down_until_it_is_started(supervise: Supervise) -> None:
    supervisor = supervise("well")
    supervisor.wait_ready(10)

    supervisor["well"].stop()
    assert supervisor["well"].pid is None
    assert supervisor["well"].exit_code == 0

    supervisor["well"].start()
    await eventually(lambda: not supervisor["well"].not_ready(), 10)


def test_a_process_deaf_to_sigterm_is_killed_after_the_grace(supervise: Supervise) -> None:
    supervisor = supervise("stubborn")
    supervisor.wait_ready(10)
    pid = supervisor["stubborn"].pid
    assert pid is not None

    since = time.monotonic()
    supervisor.stop(grace_seconds=0.5)

    assert time.monotonic() - since < 5
    assert gone(pid)


def test_a_frozen_process_can_still_be_ended(supervise: Supervise) -> None:
    supervisor = supervise("well")
    supervisor.wait_ready(10)
    supervisor["well"].pause()

    supervisor.stop(grace_seconds=5)

    assert supervisor["well"].exit_code == 0


async def test_what_a_process_started_ends_with_it(supervise: Supervise) -> None:
    supervisor = supervise("parent")
    supervisor.wait_ready(10)
    child = int(supervisor["parent"].log.read_text().split()[1])
    assert not gone(child)

    supervisor.stop(grace_seconds=2)

    await eventually(lambda: gone(child), 5)


async def test_no_process_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "supervisor.log"
    program = (
        "import signal; from pathlib import Path;"
        "from deploy.local.processes import GIVING_WAY, Part, Supervisor;"
        f"supervisor = Supervisor([Part('well', '{DUMMY}', ('well',))], {{}}, Path('{tmp_path}'));"
        "supervisor.start(); supervisor.wait_ready(); print(supervisor['well'].pid, flush=True);"
        "signal.pause()"
    )
    parent = start_child([sys.executable, "-c", program], log=log)
    pid = int(await eventually(lambda: log.exists() and log.read_text().strip(), 10))
    assert not gone(pid)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    await eventually(lambda: gone(pid), 5)


@pytest.mark.parametrize(
    ("last", "ran_seconds", "expected"),
    [(0.0, 0.5, 0.1), (0.1, 0.5, 0.2), (8.0, 0.5, 10.0), (10.0, 0.5, 10.0), (10.0, 31.0, 0.0)],
)
def test_pauses_grow_up_to_ten_seconds_and_vanish_after_a_steady_run(
    last: float, ran_seconds: float, expected: float
) -> None:
    assert next_pause(last, ran_seconds) == expected


def test_what_gives_way_stands_back_alone_and_as_a_session(tmp_path: Path) -> None:
    with Supervisor([Part("well", DUMMY, ("well",), gives_way=True)], {}, tmp_path, print) as parts:
        parts.start()
        parts.wait_ready(10)
        pid = parts["well"].pid
        assert pid is not None
        assert psutil.Process(pid).nice() >= GIVING_WAY
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists():  # a kernel that shares the processor out by sessions
            assert group.read_text().endswith(f"nice {GIVING_WAY}\n")
