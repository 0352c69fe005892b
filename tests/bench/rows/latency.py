"""How long from the 202 until a ticket stands on its queue, beside a bare relay of three stages?

Ours are all processes of the pipeline. The relay's clock starts at the broker's acknowledgement of
the first write. 50 tickets a second come in independently of each other.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from uuid import uuid4

from deploy.local.stack import PARTS, RunningStack
from shared.topics import QUEUES
from tests.bench import tickets
from tests.bench.arrivals import play, poisson
from tests.bench.ends import Ends, Round, at, both_ends, relay, since_taken, words
from tests.bench.figures import Figure, Result
from tests.bench.place import Place
from tests.bench.rows.stages import tell_licences
from tests.bench.senders import First, Intake

RATE = 50.0
SECONDS = 15
WARMING_SECONDS = 30
"""So long takes the broker until it has compiled most of what it does."""
ROUNDS = 3
PEER = "three-stage relay, bare aiokafka"
NOTES = (
    "The relay reads no text, asks no database and decides nothing; its three hops only copy.",
    (
        "On one machine our ordinary stages stand back behind everything else (README, decision "
        "13), the relay does not: beside other work ours wait, so this row needs an idle machine."
    ),
    "Both clocks, and the reader that sees the ticket on its last topic, are in one process.",
)


def measure(place: Place) -> Result:
    with ExitStack() as stack:
        namespace = place.namespace("latency")
        running = stack.enter_context(place.services(namespace, PARTS))
        tell_licences(place, namespace)
        rounds = asyncio.run(_rounds(place, running, namespace, relay(place, stack, 3)))
    return Result(
        [
            Figure(
                f"202 to queue topic at {RATE:.0f} tickets/s, p{percent}",
                PEER,
                "ms",
                at(percent, rounds),
                promised=3,
                aimed=1.5,
            )
            for percent in (50, 99)
        ],
        NOTES,
        {
            "ours": [ms for one, _ in rounds for ms in one],
            PEER: [ms for _, t in rounds for ms in t],
        },
    )


async def _rounds(
    place: Place, running: RunningStack, namespace: str, relayed: list[str]
) -> list[Round]:
    queues = [topic.address(namespace) for topic in QUEUES.values()]
    async with both_ends(place, running, queues, relayed) as ends:
        await _round(ends, WARMING_SECONDS, 0)
        found = []
        for seed in range(1, ROUNDS + 1):
            found.append(await _round(ends, place.count(SECONDS), seed))
            place.say(words(found[-1]))
        return found


async def _round(ends: Ends, seconds: int, seed: int) -> Round:
    """Ours, then the relay, with the same arrivals."""
    moments = poisson(RATE, seconds, seed)
    intake, first = Intake(ends.client), First(ends.producer, ends.first)
    bodies = [tickets.submission(uuid4().hex, number) for number in range(len(moments))]
    await play(moments, lambda number: intake.submit(bodies[number]))
    ours = await since_taken(intake, ends.ours)
    written = list(tickets.messages(tickets.submitted("relay", len(moments))))
    await play(moments, lambda n: first.submit(written[n][0].decode(), written[n][1]))
    return ours, await since_taken(first, ends.theirs)
