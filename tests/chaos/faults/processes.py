"""How does a process of the pipeline fail?"""

from __future__ import annotations

import asyncio
import signal

from tests.chaos.faults.ground import PAST_THE_SESSION, TRIES, Ground, Harm
from tests.chaos.kills import kill_at_work, until_ready
from tests.chaos.pipeline import INTAKE


async def kill_process(ground: Ground) -> Harm:
    """SIGKILL with work in hand, else it does not count."""
    name, process = ground.a_process()
    await until_ready(process)
    cut_off = await kill_at_work(name, process, ground.meter, ground.load)
    if not cut_off:
        return Harm(name, "had nothing in hand", hit=False)
    what = "requests" if name == INTAKE else "records"
    return Harm(name, f"cut off {cut_off} {what}", cut_off=cut_off)


async def kill_blindly(ground: Ground) -> Harm:
    """SIGKILL at any moment: whoever commits before the work is done shows nothing in hand."""
    name, process = ground.a_process()
    await until_ready(process)
    await asyncio.sleep(ground.dice.uniform(0.0, 2.0))
    process.kill()
    return Harm(name, "killed at any moment")


async def freeze_process(ground: Ground) -> Harm:
    """SIGSTOP past the session timeout: when it wakes, others have its partitions."""
    name, process = ground.a_process()
    seconds = ground.dice.uniform(*PAST_THE_SESSION)
    process.pause()
    try:
        await asyncio.sleep(seconds)
    finally:
        process.resume()
    return Harm(name, f"asleep for {seconds:.1f} s")


async def end_process(ground: Ground) -> Harm:
    """SIGTERM: it finishes what it has in hand."""
    name, process = ground.a_process()
    before = process.restarts
    process.signal(signal.SIGTERM)
    for _ in range(TRIES):
        if process.restarts > before:
            return Harm(name, "ended in good order and was started again")
        await asyncio.sleep(0.2)
    return Harm(name, "did not end within 30 s", hit=False)


async def rebalance(ground: Ground) -> Harm:
    """A replica leaves in good order and comes back: its group shares out its work twice."""
    names = [name for name in ground.pipeline.processes if name.endswith("-2")]
    name = ground.dice.choice(names)
    process = ground.pipeline.processes[name]
    await asyncio.to_thread(process.stop)
    await asyncio.sleep(ground.dice.uniform(0.5, 3.0))
    process.start()
    await until_ready(process)
    return Harm(name, "left its group and came back")
