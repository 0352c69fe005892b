"""How do processes run on this machine: started, ready, started again, ended together?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.failure import Failure
from deploy.local.children import (
    ask_to_end,
    free_port,
    last_lines,
    signal_family,
    start_child,
    wait_or_kill,
)
from shared.health import Probe, ask_probe

GRACE_SECONDS = 25.0
"""Longer than a process may take to drain its batches."""
LONGEST_PAUSE = 10.0
GIVING_WAY = 10
"""About a ninth of the processor time that others get, where there is not enough for all."""
STEADY_SECONDS = 30.0
"""Up this long, a process that ends is started again at once."""


class PartFailed(Failure):
    """A process did not come up."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of a stack: `python -m MODULE ARGUMENT...`."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    probe_setting: str = "PROBE_PORT"
    """The setting that tells it the port where its probes answer."""
    gives_way: bool = False
    """Whether it gets the processor only as the security lane leaves it."""


class Process:
    """A part that is kept running: it is started again, after a pause, when it ends by itself."""

    def __init__(
        self,
        part: Part,
        environment: Mapping[str, str],
        logs: Path,
        note: Callable[[str], None],
    ) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.probe_port = int(environment.get(part.probe_setting, 0)) or free_port()
        self.restarts = 0
        self.exit_code: int | None = None
        """Set while it is down."""
        self.restart = False
        """Whether to start it again when it ends: not before it was ready once."""
        self._environment = {
            **os.environ,
            **environment,
            "PROBE_HOST": "127.0.0.1",
            part.probe_setting: str(self.probe_port),
            "PYTHONUNBUFFERED": "1",
        }
        self._note = note
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        """Held to start it or to ask it to end, so that no start slips in behind the end."""
        self._keeper: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        running = self._child is not None and self._child.poll() is None
        return self._child.pid if running and self._child is not None else None

    def start(self) -> None:
        """Start it, if it does not run already."""
        if self._keeper is not None and self._keeper.is_alive():
            return
        self._stopping.clear()
        child = self._spawn()
        self._keeper = threading.Thread(
            target=self._keep, args=(child,), name=f"keep {self.part.name}", daemon=True
        )
        self._keeper.start()

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """SIGTERM, and SIGKILL after the grace; it is not started again."""
        self.ask_to_end()
        if self._child is not None:
            wait_or_kill(self._child, grace_seconds)
        if self._keeper is not None:
            self._keeper.join()

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting; it is not started again."""
        with self._turn:
            if self._child is not None and not self._stopping.is_set():
                self._stopping.set()
                ask_to_end(self._child)

    def kill(self) -> None:
        """SIGKILL; the supervisor starts it again, as it would after a crash."""
        self.signal(signal.SIGKILL)

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its descendants; nothing while it is down."""
        if self._child is not None:
            signal_family(self._child, number)

    def not_ready(self) -> list[str]:
        """Why it is not ready, in words; empty where it is."""
        if self.pid is None:
            return [f"it has ended with exit code {self.exit_code}"]
        return ask_probe("127.0.0.1", self.probe_port, Probe.READY)

    def last_words(self) -> str:
        return f"its log {self.log} ends with:\n{last_lines(self.log)}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self.part.module, *self.part.arguments]
        nice = GIVING_WAY if self.part.gives_way else 0
        child = start_child(command, log=self.log, environment=self._environment, nice=nice)
        self._child, self.exit_code = child, None
        return child

    def _keep(self, child: subprocess.Popen[bytes]) -> None:
        """Wait for the end, and start again for as long as that is wanted."""
        pause = 0.0
        while True:
            since = time.monotonic()
            self.exit_code = child.wait()
            if self._stopping.is_set() or not self.restart:
                return
            pause = next_pause(pause, time.monotonic() - since)
            self._note(
                f"{self.part.name} ended with exit code {self.exit_code};"
                f" started again in {pause:.1f} s; its log: {self.log}"
            )
            self._stopping.wait(pause)
            with self._turn:
                if self._stopping.is_set():
                    return
                self.restarts += 1
                child = self._spawn()


def next_pause(last: float, ran_seconds: float) -> float:
    """How long to wait before the next start: at once after a steady run, then ever longer."""
    if ran_seconds >= STEADY_SECONDS:
        return 0.0
    return min(LONGEST_PAUSE, max(0.1, last * 2))


class Supervisor:
    """The processes of a stack, started and ended together."""

    def __init__(
        self,
        parts: Iterable[Part],
        environment: Mapping[str, str],
        logs: Path,
        note: Callable[[str], None] = lambda _text: None,
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.processes = {part.name: Process(part, environment, logs, note) for part in parts}

    def __getitem__(self, name: str) -> Process:
        return self.processes[name]

    def start(self) -> None:
        for process in self.processes.values():
            process.start()

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Wait until every process is ready; from then on they are started again.

        Raises PartFailed when one ends before, or is not ready in time.
        """
        deadline = time.monotonic() + seconds
        waiting = dict(self.processes)
        while waiting:
            for name, process in list(waiting.items()):
                reasons = process.not_ready()
                if not reasons:
                    process.restart = True
                    del waiting[name]
                elif process.pid is None or time.monotonic() > deadline:
                    raise PartFailed(
                        f"{name} did not get ready: {'; '.join(reasons)};\n{process.last_words()}"
                    )
            time.sleep(0.05)

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """End all at once, each within the grace."""
        deadline = time.monotonic() + grace_seconds
        for process in self.processes.values():
            process.ask_to_end()
        for process in self.processes.values():
            process.stop(max(0.1, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
