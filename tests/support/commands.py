"""How does a test start a command of the project that goes on running? And what is left of it?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

Start = Callable[..., subprocess.Popen[str]]
GIVEN = ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "TRIAGE_KAFKA")


@contextmanager
def starting(folder: Path, *arguments: str) -> Iterator[Start]:
    """Starts `triage` with these arguments and the settings named, without given servers.

    `folder`: where the command puts what it needs. All that was started ends with the context.
    """
    started = []
    ours = {name: value for name, value in os.environ.items() if name not in GIVEN}

    def start(**settings: str) -> subprocess.Popen[str]:
        command = subprocess.Popen(
            [sys.executable, "-m", "deploy.commands", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ours | {"TMPDIR": str(folder)} | settings,
        )
        started.append(command)
        return command

    yield start
    for command in started:
        command.kill()
        command.communicate()


def still_running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        process
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
