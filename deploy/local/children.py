"""How is a program started so that it never outlives us, and how is its family signalled?"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

LEASH = Path(__file__).with_name("leash.py")
PORTS = range(15_000, 32_000)
"""Below the range from which the kernel takes outgoing ports, so that a restart finds its own."""

# The kernel's leash is on the thread that forked, not on its process: fork in one that stays.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a program runs as."""

    name: str
    uid: int
    gid: int


def start_child(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    nice: int = 0,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, its output appended to `log`; SIGKILLed when we end.

    `nice`: 0 to 19, how far it stands back where there is not processor enough for all.
    """
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    who = (str(number) for number in (os.getpid(), uid, gid, nice))
    leash = [sys.executable, "-I", "-S", str(LEASH), *who]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return _starter.submit(
            subprocess.Popen,
            [*leash, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            start_new_session=True,
        ).result()


def signal_family(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to the child and all its descendants; nothing if it has ended."""
    if child.poll() is not None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(child.pid)
        for member in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(number)


def ask_to_end(child: subprocess.Popen[bytes], politely: signal.Signals = signal.SIGTERM) -> None:
    """Signal the child alone, thawed if it was frozen; once, for a second signal may cut it off."""
    signal_family(child, signal.SIGCONT)
    child.send_signal(politely)


def wait_or_kill(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """Wait for the child's end; SIGKILL it at the end of the grace, and in any case its group."""
    try:
        child.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        signal_family(child, signal.SIGKILL)
        child.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def free_port() -> int:
    """A port on the loopback address that nobody listens on."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port between 15000 and 31999 on 127.0.0.1")


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, for the message that says why something failed."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "(no log)"
    return "\n".join(lines[-count:]) or "(its log is empty)"
