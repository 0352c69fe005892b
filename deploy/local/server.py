"""What is a server that we use, and what can be done to it?"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from typing_extensions import override

from deploy.failure import Failure
from deploy.local.children import ask_to_end, last_lines, signal_family, wait_or_kill


class Kind(StrEnum):
    """How a server came to be."""

    GIVEN = "given"
    DOCKER = "docker"
    JAVA = "java"
    INSTALLED = "installed"
    EMBEDDED = "embedded"


class ServerFailed(Failure):
    """A server that should be there is not."""


class Server(ABC):
    """A server with an address that stays the same when it is started again.

    `stop`, `kill` and `start` again keep its data (the embedded broker excepted); `pause` freezes
    it, `resume` thaws it.
    """

    kind: Kind
    address: str

    def fetch(self) -> None:  # noqa: B027  # most servers have nothing to fetch
        """Bring here what the start needs from elsewhere; the first time it may take minutes."""

    @abstractmethod
    def ended(self) -> str | None:
        """That it has ended by itself, in words; None while it runs."""

    @abstractmethod
    def start(self) -> None:
        """Start it, or start it again; returns when it answers. Raises ServerFailed."""

    @abstractmethod
    def stop(self) -> None:
        """End it in good order."""

    @abstractmethod
    def kill(self) -> None:
        """End it as a power cut would."""

    @abstractmethod
    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""

    @abstractmethod
    def resume(self) -> None:
        """Thaw it."""

    def close(self) -> None:
        """End it for good."""
        self.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class GivenServer(Server):
    """A server of somebody else, named by a setting: used as it is, never stopped."""

    kind = Kind.GIVEN

    def __init__(self, address: str, *, setting: str, hosts: list[tuple[str, int]]) -> None:
        self.address = address
        self._setting = setting
        self._hosts = hosts

    @override
    def ended(self) -> str | None:
        return None

    @override
    def start(self) -> None:
        if not any(listens(host, port) for host, port in self._hosts):
            where = ", ".join(f"{host}:{port}" for host, port in self._hosts)
            raise ServerFailed(
                f"{self._setting}: nothing answers at {where};"
                " start that server, or unset the setting to have one brought along"
            )

    @override
    def stop(self) -> None:
        """Nothing: it is not ours."""

    @override
    def kill(self) -> None:
        self._refuse()

    @override
    def pause(self) -> None:
        self._refuse()

    @override
    def resume(self) -> None:
        self._refuse()

    @override
    def close(self) -> None:
        """Nothing: it is not ours."""

    def _refuse(self) -> None:
        raise ServerFailed(f"{self._setting} names a server of somebody else; it is left alone")


class ChildServer(Server):
    """A server that runs as a child process of ours."""

    name: str
    log: Path
    politely = signal.SIGTERM
    grace_seconds = 20.0
    start_seconds = 60.0
    _child: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """Prepare what is missing and start the process."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server serves by now."""

    @override
    def ended(self) -> str | None:
        if self._child is None or self._child.poll() is None:
            return None
        return f"{self.name} has ended; its log {self.log} ends with:\n{last_lines(self.log)}"

    @override
    def start(self) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        child = self._child = self._launch()
        wait_for(
            self._answers,
            self.start_seconds,
            lambda: (
                f"{self.name} did not start; its log {self.log} ends with:\n" + last_lines(self.log)
            ),
            given_up=lambda: child.poll() is not None,
        )

    @override
    def stop(self) -> None:
        if self._child is not None:
            ask_to_end(self._child, self.politely)
            wait_or_kill(self._child, self.grace_seconds)

    @override
    def kill(self) -> None:
        if self._child is not None:
            signal_family(self._child, signal.SIGKILL)
            self._child.wait()

    @override
    def pause(self) -> None:
        if self._child is not None:
            signal_family(self._child, signal.SIGSTOP)

    @override
    def resume(self) -> None:
        if self._child is not None:
            signal_family(self._child, signal.SIGCONT)


def wait_for(
    condition: Callable[[], bool],
    seconds: float,
    failure: Callable[[], str],
    given_up: Callable[[], bool] = lambda: False,
) -> None:
    """Poll until the condition holds; raises ServerFailed at the deadline or when given up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline or given_up():
            raise ServerFailed(failure())
        time.sleep(0.05)


def listens(host: str, port: int, seconds: float = 3.0) -> bool:
    """Whether a TCP connection is accepted there."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False
