"""How does the wall clock of one process jump while it runs? By libfaketime, told by a file.

`python -m tests.chaos.clocked FILE services.router decisions` is `python -m services.router
decisions`, whose wall clock is off by what FILE says (`+3600`, in seconds), within a second. The
monotonic clock stays as it is, as it does when an administrator or NTP sets the time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deploy.local.processes import Part

PLACES = (Path("/usr/lib"), Path("/usr/local/lib"))
LIBRARY = "faketime/libfaketimeMT.so.1"
LEFT_ALONE = ("services.classifier", "services.watch")
"""The classifier judges in a thread, and libfaketime makes a change of threads so dear that it does
half the work; it uses its clock for one stamp. Watch carries nothing."""


def library() -> Path | None:
    """libfaketime, if this machine has it (Debian: `faketime`)."""
    found = (
        path for place in PLACES for path in (*place.glob(LIBRARY), *place.glob("*/" + LIBRARY))
    )
    return next(found, None)


def clock_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.clock"


def clocked(parts: Sequence[Part], folder: Path) -> Sequence[Part]:
    """The same processes, with clocks that may be set; as they are without libfaketime."""
    if library() is None:
        return parts
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        part if part.module in LEFT_ALONE else _clocked(part, clock_file(folder, part.name))
        for part in parts
    )


def _clocked(part: Part, file: Path) -> Part:
    set_clock(file, 0)
    arguments = (str(file), part.module, *part.arguments)
    return replace(part, module="tests.chaos.clocked", arguments=arguments)


def clocks_in(folder: Path) -> list[str]:
    """The processes whose clock may be set."""
    return sorted(file.stem for file in folder.glob("*.clock"))


def set_clock(file: Path, seconds: int) -> None:
    """From now on the process is so many seconds ahead; behind, if negative."""
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{seconds:+d}\n", encoding="utf-8")
    fresh.replace(file)


def environment(file: Path, preload: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(preload),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def main(file: Path, command: Sequence[str]) -> None:
    """Become the process; its id stays ours."""
    preload = library()
    if preload is None:
        raise SystemExit(f"{LIBRARY} is not on this machine; on Debian: apt-get install faketime")
    os.execve(
        sys.executable,
        [sys.executable, "-m", *command],
        {**os.environ, **environment(file, preload)},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
