"""How does a program end when the one that started it ends, however that ends?

Run as a script before the program proper: asks the kernel for SIGKILL at the parent's death, then
becomes the program. Usage: `python leash.py PARENT_PID UID GID PROGRAM [ARGUMENT ...]`, UID and
GID being -1 to stay who we are. Done before the program and not in a fork of the parent, since a
fork of a parent with threads may run next to nothing safely.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, uid: int, gid: int, program: list[str]) -> None:
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
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
