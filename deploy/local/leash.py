"""How does a program end when the one that started it ends, however that ends?

Run as a script before the program proper: asks the kernel for SIGKILL at the parent's death, then
becomes the program. Usage: `python leash.py PARENT_PID UID GID NICE PROGRAM [ARGUMENT ...]`, UID
and GID being -1 to stay who we are, NICE 0 to 19, how far to stand back from others. Done before
the program and not in a fork of the parent, since a fork of a parent with threads may run next to
nothing safely.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
GROUP = Path("/proc/self/autogroup")


def stand_back(nice: int) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(ours, nice))
    # Where the kernel shares the processor out by sessions, a process's own number counts only
    # among the processes of its session, and its session's among the others.
    with contextlib.suppress(OSError):
        GROUP.write_text(str(nice), encoding="ascii")


def become(parent: int, uid: int, gid: int, nice: int, program: list[str]) -> None:
    if nice:
        stand_back(nice)
    if gid >= 0:
        os.setgroups([])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    # After the change of user, for that would clear it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the program that started this one has ended")
    try:
        os.execvp(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"cannot start {program[0]}: {error.strerror}")


if __name__ == "__main__":
    parent, uid, gid, nice = map(int, sys.argv[1:5])
    become(parent, uid, gid, nice, sys.argv[5:])
