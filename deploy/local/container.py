"""How does a server run in a container, and end with us?"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from deploy.local.server import Kind, Server, ServerFailed, wait_for

if TYPE_CHECKING:
    from docker.models.containers import Container
    from testcontainers.core.container import DockerContainer

DEFAULT_HOST = "unix:///var/run/docker.sock"
START_SECONDS = 90.0
ENDED = frozenset({"exited", "dead"})


def docker_lacks(image: str) -> str:
    """What keeps this image from running in Docker here; empty if nothing does.

    Pulls the image where the engine has not got it.
    """
    if not _socket_accepts(os.environ.get("DOCKER_HOST") or DEFAULT_HOST):
        return "no Docker engine answers"
    try:
        import docker  # noqa: PLC0415  # for tests only; the demo does without
        from docker.errors import DockerException, ImageNotFound  # noqa: PLC0415
    except ImportError:
        return "the package docker is not installed"
    try:
        with contextlib.closing(docker.from_env(timeout=120)) as engine:
            try:
                engine.images.get(image)
            except ImageNotFound:
                engine.images.pull(image)
    except (DockerException, OSError) as error:
        return f"Docker cannot get {image}: {error}"
    return ""


def _socket_accepts(host: str) -> bool:
    """Whether somebody listens; the library would leak a socket where nobody does."""
    if not host.startswith("unix://"):
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(host.removeprefix("unix://"))
        except OSError:
            return False
    return True


def publish(container: DockerContainer, inside: int, port: int) -> None:
    """Let `port` of the loopback address lead to the port `inside`, and nothing further out."""
    ports: dict[str, Any] = container.ports
    ports[f"{inside}/tcp"] = ("127.0.0.1", port)


class ContainerServer(Server):
    """A server in a container of its own; its data lives in the container and goes with it."""

    kind = Kind.DOCKER
    image: str
    _outer: DockerContainer | None = None
    _sitter: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _describe(self, container: DockerContainer) -> None:
        """Give the container its environment and ports."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server serves by now."""

    @override
    def ended(self) -> str | None:
        return f"{self.image} has ended" if self._status() in ENDED else None

    @override
    def start(self) -> None:
        if self._outer is None:
            self._create()
        else:
            self._inner.start()
        wait_for(
            self._answers,
            START_SECONDS,
            lambda: (
                f"{self.image} did not start in Docker; it says:\n"
                + self._inner.logs(tail=8).decode(errors="replace")
            ),
            given_up=lambda: self._status() in ENDED,
        )

    @override
    def stop(self) -> None:
        self._inner.stop(timeout=20)

    @override
    def kill(self) -> None:
        self._inner.kill()
        self._inner.wait()

    @override
    def pause(self) -> None:
        self._inner.pause()

    @override
    def resume(self) -> None:
        if self._status() == "paused":
            self._inner.unpause()

    @override
    def close(self) -> None:
        if self._outer is not None:
            self._outer.stop()
        if self._sitter is not None and self._sitter.stdin is not None:
            self._sitter.stdin.close()
            self._sitter.wait()

    @property
    def _inner(self) -> Container:
        assert self._outer is not None
        return self._outer.get_wrapped_container()

    def _status(self) -> str:
        self._inner.reload()
        return str(self._inner.status)

    def _create(self) -> None:
        from docker.errors import DockerException  # noqa: PLC0415
        from testcontainers.core.config import testcontainers_config  # noqa: PLC0415
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415

        # Its watcher is one more image to pull; ours below needs none.
        testcontainers_config.ryuk_disabled = True
        outer = DockerContainer(self.image)
        self._describe(outer)
        try:
            outer.start()
        except DockerException as error:
            raise ServerFailed(f"Docker cannot start {self.image}: {error}") from error
        self._outer = outer
        self._sitter = _remove_when_we_end(str(self._inner.id))


def _remove_when_we_end(container: str) -> subprocess.Popen[bytes]:
    """A shell that reads from us, and removes the container when the pipe closes."""
    return subprocess.Popen(
        ["sh", "-c", f"cat; docker rm --force --volumes {container}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
