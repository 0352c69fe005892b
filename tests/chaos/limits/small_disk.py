"""How is a disk filled to the last byte, and emptied again? A small tmpfs, and a file in it."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.failure import Failure

BLOCK = bytes(64 * 1024)


class NoSmallDisk(Failure):
    """This machine lets us mount nothing."""


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk of that size at `place`; raises NoSmallDisk where we may not mount."""
    place.mkdir()
    options = f"size={megabytes}m,mode=0755"
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place))
    try:
        yield place
    finally:
        _run("umount", "--lazy", str(place))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = done.stderr.strip()
        raise NoSmallDisk(f"{command[0]}: {why}; a full disk is tried as root, on Linux")


def fill(disk: Path) -> int:
    """Take every byte that is left; returns how many."""
    taken = 0
    with (disk / "filler").open("ab", buffering=0) as file:
        block = BLOCK
        while block:
            try:
                taken += os.write(file.fileno(), block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                block = block[: len(block) // 2]
    return taken


def make_space(disk: Path) -> None:
    (disk / "filler").unlink()
