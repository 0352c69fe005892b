"""Where does a ticket go in, and where is it seen? Both ends of the pipeline, and of a relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

import httpx
from aiokafka import AIOKafkaProducer

from deploy.local.stack import RunningStack
from tests.bench.figures import percentile
from tests.bench.place import Place
from tests.bench.senders import First, Intake
from tests.bench.sightings import Sightings, watching

Latencies = list[float]
Round = tuple[Latencies, Latencies]
"""Milliseconds, ours and the relay's."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What to send with, and what has been seen on the last topics."""

    client: httpx.AsyncClient
    ours: Sightings
    producer: AIOKafkaProducer
    first: str
    theirs: Sightings


@asynccontextmanager
async def both_ends(
    place: Place, running: RunningStack, queues: Sequence[str], relayed: Sequence[str]
) -> AsyncIterator[Ends]:
    """`queues`: where ours are seen; `relayed`: the topics of the relay."""
    servers = place.kafka.address
    key = running.keys["help-desk"]
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(watching(servers, *queues))
        theirs = await stack.enter_async_context(watching(servers, relayed[-1]))
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=running.intake,
                headers={"Authorization": f"Bearer {key}"},
                timeout=30.0,
                trust_env=False,
            )
        )
        producer = await stack.enter_async_context(
            AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
        )
        yield Ends(client, ours, producer, relayed[0], theirs)


def relay(place: Place, stack: ExitStack, stages: int) -> list[str]:
    """A relay at work; its topics from the first to the last."""
    name = place.namespace("relay")
    topics = [f"{name}.{number}" for number in range(stages + 1)]
    place.broker.make(*topics)
    for source, target in pairwise(topics):
        module = "tests.bench.peers.relay"
        stack.enter_context(place.python(module, source, source, target))
    return topics


async def since_taken(sender: Intake | First, seen: Sightings) -> Latencies:
    """From the 202, or the acknowledgement; what was seen before the sender had it counts as 0."""
    await seen.wait(sender.taken)
    return [max(0.0, seen.at[key] - taken) * 1000 for key, taken in sender.taken.items()]


async def since_asked(sender: Intake | First, seen: Sightings) -> Latencies:
    """From the moment when the sender began to send."""
    await seen.wait(sender.asked)
    return [(seen.at[key] - asked) * 1000 for key, asked in sender.asked.items()]


def words(found: Round) -> str:
    ours, theirs = (
        f"p50 {percentile(side, 50):.1f} ms, p99 {percentile(side, 99):.1f} ms" for side in found
    )
    return f"ours {ours}; relay {theirs}"


def at(percent: float, rounds: Sequence[Round]) -> tuple[tuple[float, float], ...]:
    """The percentile of each round, as pairs."""
    return tuple((percentile(o, percent), percentile(t, percent)) for o, t in rounds)
