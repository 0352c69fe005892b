"""How does the clock of a process fail?"""

from __future__ import annotations

import asyncio

from tests.chaos.clocked import clock_file, clocks_in, set_clock
from tests.chaos.faults.ground import Ground, Harm

HOUR = 3600
JUMPED = (5.0, 8.0)


async def clock_jump(ground: Ground) -> Harm:
    """The wall clock of a process is an hour wrong for a while, then right again."""
    clocks = clocks_in(ground.clocks)
    if not clocks:
        return Harm(
            "a clock", "no libfaketime here; on Debian: apt-get install faketime", hit=False
        )
    name = ground.dice.choice(clocks)
    process, clock = ground.pipeline.processes[name], clock_file(ground.clocks, name)
    seconds, ahead = ground.dice.uniform(*JUMPED), ground.dice.choice((-HOUR, HOUR))
    set_clock(clock, ahead)
    try:
        await asyncio.sleep(seconds)
    finally:
        set_clock(clock, 0)
    running = process.pid is not None
    return Harm(
        name, f"its clock an hour {'ahead' if ahead > 0 else 'behind'} for {seconds:.1f} s", running
    )
