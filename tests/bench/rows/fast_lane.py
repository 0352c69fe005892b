"""How long from the 202 of a report until it stands on `queues.security`, beside a one-stage relay?

Once with nothing else to do, once with the ordinary lanes behind a backlog. Reports and the relay's
tickets come in the same seconds, independently of each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import uuid4

from deploy.local.stack import PARTS, RunningStack
from shared.contracts import Queue
from shared.topics import QUEUES, SUBMITTED
from tests.bench import tickets
from tests.bench.arrivals import play, poisson
from tests.bench.ends import Ends, Round, at, both_ends, relay, since_asked, since_taken, words
from tests.bench.figures import Figure, Result
from tests.bench.place import Place
from tests.bench.senders import First, Intake
from tests.chaos.texts import REPORTS

RATE = 10.0
SECONDS = 15
WARMING_SECONDS = 4
ROUNDS = 2
BACKLOG = 12_000
"""More than the ordinary lanes work through meanwhile."""
IDLE, SATURATED = "idle", "ordinary lanes saturated"
PEER = "one-stage relay, bare aiokafka"
NOTES = (
    (
        "A report is written and acknowledged before the 202, so the fast lane may have delivered "
        "it before the sender reads his answer; such a report counts as 0 ms. `submit to queue` "
        "has intake's own work in it, and of the relay only the write."
    ),
)
Rounds = list[tuple[Round, Round]]
"""Since the 202, and since the request."""


def measure(place: Place) -> Result:
    with ExitStack() as stack:
        namespace = place.namespace("lane")
        running = stack.enter_context(place.services(namespace, PARTS))
        found = asyncio.run(_states(place, running, namespace, relay(place, stack, 1)))
    return Result(
        [figure for state, rounds in found.items() for figure in _figures(state, rounds)],
        NOTES,
        {
            f"{who}, {state}": [ms for taken, _ in rounds for ms in taken[side]]
            for state, rounds in found.items()
            for side, who in enumerate(("ours", PEER))
        },
    )


async def _states(
    place: Place, running: RunningStack, namespace: str, relayed: Sequence[str]
) -> dict[str, Rounds]:
    queue = QUEUES[Queue.SECURITY].address(namespace)
    async with both_ends(place, running, [queue], relayed) as ends:
        await _round(ends, WARMING_SECONDS, 0)
        idle = await _some_rounds(place, ends, IDLE)
        backlog = tickets.messages(tickets.submitted(namespace, place.count(BACKLOG)))
        place.broker.publish(SUBMITTED.address(namespace), backlog)
        return {IDLE: idle, SATURATED: await _some_rounds(place, ends, SATURATED)}


async def _some_rounds(place: Place, ends: Ends, state: str) -> Rounds:
    found = []
    for seed in range(1, ROUNDS + 1):
        found.append(await _round(ends, place.count(SECONDS), seed))
        place.say(f"{state}: {words(found[-1][0])}")
    return found


async def _round(ends: Ends, seconds: int, seed: int) -> tuple[Round, Round]:
    """Reports and the relay's tickets, in the same seconds."""
    intake, first = Intake(ends.client), First(ends.producer, ends.first)
    reports, others = poisson(RATE, seconds, seed), poisson(RATE, seconds, -seed)
    written = list(tickets.messages(tickets.submitted("relay", len(others))))
    await asyncio.gather(
        play(reports, lambda number: intake.submit(a_report(number))),
        play(others, lambda n: first.submit(written[n][0].decode(), written[n][1])),
    )
    return (
        (await since_taken(intake, ends.ours), await since_taken(first, ends.theirs)),
        (await since_asked(intake, ends.ours), await since_asked(first, ends.theirs)),
    )


def a_report(number: int) -> dict[str, object]:
    subject, body = REPORTS[number % len(REPORTS)]
    return {"subject": subject, "body": body, "external_id": uuid4().hex}


def _figures(state: str, rounds: Rounds) -> list[Figure]:
    taken, whole = [each for each, _ in rounds], [each for _, each in rounds]
    lane, all_of_it = "202 to `queues.security`", "submit to `queues.security`"
    return [
        Figure(f"{lane}, {state}, p50", PEER, "ms", at(50, taken), promised=2, aimed=1.3),
        Figure(
            f"{lane}, {state}, p99", PEER, "ms", at(99, taken), promised=2, aimed=1.3, at_most=500
        ),
        Figure(f"{all_of_it}, {state}, p50", PEER, "ms", at(50, whole)),
        Figure(f"{all_of_it}, {state}, p99", PEER, "ms", at(99, whole)),
    ]
