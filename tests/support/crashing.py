"""How does a service end at exactly one step of the engine? It runs as always, until told.

`python -m tests.support.crashing ORDER services.router decisions` is `python -m services.router
decisions`, but when the file ORDER says `produce/before`, the process ends there, with a batch in
hand, as by a power cut, and the file is gone.
"""

from __future__ import annotations

import functools
import os
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import shared.kafka
import shared.process
from deploy.local.processes import Part
from shared.engine.steps import Hook, Step

CRASHED = 137
SHORT_SESSION_MS = 3_000
"""So that a crashed member's partitions move on soon."""


def hook_for(order: Path) -> Hook:
    """A hook that ends the process at the step that the file names."""

    def obey(point: str) -> None:
        if order.exists() and order.read_text(encoding="utf-8") == point:
            order.unlink()
            os._exit(CRASHED)

    async def hook(step: Step, when: str) -> None:
        obey(f"{step}/{when}")

    return hook


def crashing(part: Part, order: Path) -> Part:
    """The same process, which ends where the file `order` says."""
    arguments = (str(order), part.module, *part.arguments)
    return replace(part, module="tests.support.crashing", arguments=arguments)


def main(order: Path, module: str) -> None:
    sys.argv = sys.argv[2:]
    shared.kafka.SESSION_MS = SHORT_SESSION_MS
    shared.process.run = functools.partial(shared.process.run, hook=hook_for(order))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
