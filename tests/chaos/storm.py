"""What happens when everything fails in turn, under load? Faults by a seed, then the checker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import structlog

from deploy.local.processes import Part
from tests.chaos.clocked import clocked
from tests.chaos.evidence import Row
from tests.chaos.faults import FAULTS, POSTGRES_FAULTS
from tests.chaos.faults.ground import Ground, Harm
from tests.chaos.flight import FlightMeter
from tests.chaos.kills import until_ready
from tests.chaos.lane import Span, not_felt, passages, seconds_by_fault
from tests.chaos.load import Load, Mix
from tests.chaos.memory import Life, MemoryMeter
from tests.chaos.pipeline import WITH_TWINS, Pipeline, running_pipeline
from tests.chaos.reader import read_ledger
from tests.chaos.servers import Servers, proxied_servers
from tests.chaos.stamped import stamped_by_kafka
from tests.chaos.verification import Ended, verify

log = structlog.get_logger()
CALM_BEFORE = 3.0
CALM_BETWEEN = (1.0, 4.0)
CLOCK = "clock_jump"
CLOCKS = "clocks"
READY_SECONDS = 120.0
OFTEN = ("kill_process", "kill_blindly") * 3
"""Kills come more often than anything else."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault: between which moments (seconds since 1970), on whom, and what it did."""

    fault: str
    began: float
    ended: float
    in_flight: dict[str, int]
    harm: Harm

    @property
    def counts(self) -> bool:
        """It met work under way, and did something."""
        return self.harm.hit and bool(self.in_flight or self.harm.cut_off)

    @property
    def span(self) -> Span:
        return Span(self.fault, self.began, self.ended)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole storm: every fault, how it ended, what was answered meanwhile."""

    seed: int
    mix: Mix
    hits: Sequence[Hit]
    ended: Ended
    answers: dict[str, int]
    restarts: dict[str, int]
    memory: Mapping[str, Life] = field(default_factory=dict)
    """The longest life of each process."""


@dataclass(slots=True)
class Storm:
    """Faults one after another, each chosen by the dice among those not yet seen this round."""

    ground: Ground
    names: Sequence[str]
    hits: list[Hit] = field(default_factory=list)
    earlier: list[Row] = field(default_factory=list)
    last_ended: float | None = None
    """When the last fault was over, on the monotonic clock."""

    async def rage(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        await asyncio.sleep(CALM_BEFORE)
        round_: list[str] = []
        while time.monotonic() < ends:
            if not round_:
                round_ = [*self.names, *(name for name in OFTEN if name in self.names)]
                self.ground.dice.shuffle(round_)
            self.hits.append(await self._strike(round_.pop()))
            if len(self.hits) % len(self.names) == 0:
                self.earlier += await read_ledger(self.ground.servers.postgres.address)
            await asyncio.sleep(self.ground.dice.uniform(*CALM_BETWEEN))

    async def _strike(self, name: str) -> Hit:
        in_flight = await self.ground.meter.everywhere()
        if self.ground.load.in_flight:
            in_flight["requests"] = self.ground.load.in_flight
        began = time.time()
        harm = await FAULTS[name](self.ground)
        hit = Hit(name, began, time.time(), in_flight, harm)
        self.last_ended = time.monotonic()
        log.info(name, subject=harm.subject, did=harm.did, in_flight=in_flight, counts=hit.counts)
        return hit

    async def calm(self) -> None:
        """Wait until every process works again."""
        processes = self.ground.pipeline.processes.values()
        await asyncio.wait_for(
            asyncio.gather(*(until_ready(process) for process in processes)), READY_SECONDS
        )


def run_storm(
    work: Path,
    seed: int,
    mix: Mix,
    *,
    names: Sequence[str] = tuple(FAULTS),
    parts: Sequence[Part] = WITH_TWINS,
    victims: Sequence[str] = (),
) -> Outcome:
    """A storm from first server to verdict. `victims`: the processes to hit, if not all."""
    with (
        proxied_servers(work) as servers,
        running_pipeline(
            work,
            servers.kafka_for_clients(),
            servers.postgres.address,
            namespace="storm",
            parts=clocked(parts, work / CLOCKS) if CLOCK in names else parts,
            seen_by_processes=servers.dsn_for_processes(),
        ) as pipeline,
    ):
        stamped_by_kafka(pipeline.target, "queues.security")
        scene = Scene(pipeline, servers, work / CLOCKS, seed, mix)
        return asyncio.run(_under_load(scene, names, victims))


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a storm rages."""

    pipeline: Pipeline
    servers: Servers
    clocks: Path
    seed: int
    mix: Mix


async def _under_load(scene: Scene, names: Sequence[str], victims: Sequence[str]) -> Outcome:
    pipeline, target = scene.pipeline, scene.pipeline.target
    memory = MemoryMeter(pipeline.processes)
    async with Load(target, scene.mix, scene.seed) as load, FlightMeter(target) as meter:
        dice = Random(scene.seed)
        ground = Ground(pipeline, scene.servers, load, meter, dice, scene.clocks, victims)
        storm = Storm(ground, names)
        watching = asyncio.create_task(memory.run())
        await asyncio.gather(load.run(), storm.rage(scene.mix.seconds))
        await storm.calm()
        ended = await verify(target, load, storm.earlier, storm.last_ended)
        watching.cancel()
    return Outcome(
        seed=scene.seed,
        mix=scene.mix,
        hits=storm.hits,
        ended=with_the_lane(ended, storm.hits),
        answers=dict(load.answers),
        restarts={name: process.restarts for name, process in pipeline.processes.items()},
        memory=memory.longest(),
    )


def with_the_lane(ended: Ended, hits: Sequence[Hit]) -> Ended:
    """The same end, with what the security lane felt of PostgreSQL's faults."""
    seconds = seconds_by_fault(passages(ended.evidence), [hit.span for hit in hits])
    felt = tuple(not_felt(seconds, POSTGRES_FAULTS))
    verdict = replace(ended.verdict, findings=(*ended.verdict.findings, *felt))
    return replace(ended, verdict=verdict)
