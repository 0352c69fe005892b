"""Do the clients that people copy from work as they stand, against a running pipeline?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.server import ServerFailed, wait_for
from shared.contracts import Queue
from tests.support.servers import absent, fresh_folder

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(240)]
CLIENTS = Path(__file__).parents[2] / "deploy" / "contracts" / "clients"


@pytest.fixture(scope="module")
def environment(work: Path) -> Iterator[dict[str, str]]:
    """A running pipeline, and what the README tells a client to export."""
    for tool in ("curl", "kcat"):
        if shutil.which(tool) is None:
            absent(tool, ServerFailed(f"{tool} is not on the PATH: apt-get install {tool}"))
    given = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "TRIAGE_KAFKA")
    ours = {name: value for name, value in os.environ.items() if name not in given}
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.commands", "up", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=ours | {"TMPDIR": str(fresh_folder(work))},
    ) as command:
        assert command.stdout is not None
        stack = json.loads(command.stdout.readline())
        yield os.environ | {
            "TRIAGE_URL": stack["intake"],
            "TRIAGE_API_KEY": stack["keys"]["help-desk"],
            "KAFKA_BOOTSTRAP_SERVERS": stack["kafka"],
        }
        command.send_signal(signal.SIGINT)


def run(environment: dict[str, str], *command: str) -> str:
    """What a client says; it must end well."""
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def standing(environment: dict[str, str], reader: str) -> dict[str, str]:
    """By queue, all that a reader prints of it."""
    command = ("sh",) if reader.endswith(".sh") else (sys.executable,)
    return {
        queue: run(environment, *command, str(CLIENTS / reader), queue.value) for queue in Queue
    }


def tickets(said: dict[str, str]) -> list[str]:
    return [json.loads(line)["ticket_id"] for text in said.values() for line in text.splitlines()]


def test_a_ticket_sent_twice_by_curl_stands_once_on_a_queue(environment: dict[str, str]) -> None:
    first = json.loads(run(environment, "sh", str(CLIENTS / "submit.sh"), "curl-1"))
    again = json.loads(run(environment, "sh", str(CLIENTS / "submit.sh"), "curl-1"))
    assert first["ticket_id"] == again["ticket_id"]
    wait_for(
        lambda: first["ticket_id"] in tickets(standing(environment, "read.py")),
        60,
        lambda: "the ticket is on no queue",
    )
    assert tickets(standing(environment, "read.py")).count(first["ticket_id"]) == 1


def test_an_event_published_in_python_is_read_by_python_and_by_kcat(
    environment: dict[str, str],
) -> None:
    before = set(tickets(standing(environment, "read.py")))
    run(environment, sys.executable, str(CLIENTS / "publish.py"), "event-1")
    wait_for(
        lambda: bool(set(tickets(standing(environment, "read.py"))) - before),
        60,
        lambda: "the event's ticket is on no queue",
    )
    (new,) = set(tickets(standing(environment, "read.py"))) - before
    raw = "".join(standing(environment, "read.sh").values())
    assert f'"ticket_id":"{new}"' in raw
    assert "ce_type=support.ticket.routed.v1" in raw
