"""How many tickets a second does the whole pipeline decide, beside the same job otherwise written?

From a backlog on the first topic until the last decision is committed, on this machine with its
database and broker. The peers judge with the same model, answer by the same rights, rule by the
same policy, and write the same record to a queue topic and to a table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.apart import run_apart
from deploy.local.stack import PARTS
from shared.topics import ENTITLED, SUBMITTED, Reader, group
from tests.bench import tickets
from tests.bench.broker import Message
from tests.bench.figures import Better, Figure, Result
from tests.bench.peers.job import TABLE
from tests.bench.place import BENCH, Child, Place, services_of
from tests.bench.rows.stages import ENTITLING, tell_licences

TICKETS = 6_000
"""In a round."""
ROUNDS = 2
LONG, LONG_ROUND = 100_000, 10_000
"""In a long run: so many tickets, memory looked at after each round of them."""
OURS = "ours"
FASTSTREAM = "plain FastStream handlers"
QUIX = "quixstreams"
ROLES = ("classify", "entitle", "route")
CHECK_SECONDS = 180.0
FLAT = 1.1
"""So much may memory grow from the first round to the last, for buffers and caches."""
MB = 150.0
NOTES = (
    (
        "FastStream commits per record, behind the work, so that it loses no ticket; the default "
        "would commit before. Neither peer has dead letters, a security lane (ours looks at every "
        "ticket twice for reports), revisions, or explanations."
    ),
    "quixstreams hands a function one record at a time, the model too.",
)


@dataclass(frozen=True, slots=True)
class System:
    """A pipeline at work. `last`: group and topic whose commits say that it is done."""

    name: str
    first: str
    last: tuple[str, str]
    children: Sequence[Child]


def measure(place: Place) -> Result:
    with ExitStack() as stack:
        systems = [_ours(place, stack), *_peers(place, stack)]
        rates: dict[str, list[float]] = {system.name: [] for system in systems}
        memory: dict[str, list[float]] = {child.name: [] for child in systems[0].children}
        each = place.count(TICKETS)
        for number in range(-1, ROUNDS):
            messages = list(tickets.messages(tickets.submitted("bench", each)))
            for system in systems:
                rate = _rate(place, system, messages)
                place.say(f"{system.name}: {rate:.0f} tickets/s")
                if number >= 0:
                    rates[system.name].append(rate)
            for child in systems[0].children:
                memory[child.name].append(child.memory())
        since = f"{each:,} tickets"
        if place.long:
            memory, since = _in_the_long_run(place, systems[0]), f"{LONG_ROUND:,} of {LONG:,}"
    what = "whole pipeline on this machine"
    against = [
        Figure(what, peer, "tickets/s", _pairs(rates, peer), Better.MORE, promised, aimed)
        for peer, promised, aimed in ((FASTSTREAM, 5, 10), (QUIX, 1, 2))
    ]
    return Result([*against, *_memory(memory, since)], NOTES)


def _pairs(rates: dict[str, list[float]], peer: str) -> tuple[tuple[float, float], ...]:
    return tuple(zip(rates[OURS], rates[peer], strict=True))


def _in_the_long_run(place: Place, ours: System) -> dict[str, list[float]]:
    """Memory after each round of a long run."""
    found: dict[str, list[float]] = {child.name: [] for child in ours.children}
    for _ in range(LONG // LONG_ROUND):
        rate = _rate(place, ours, list(tickets.messages(tickets.submitted("bench", LONG_ROUND))))
        place.say(f"{ours.name}: {rate:.0f} tickets/s, a long run")
        for child in ours.children:
            found[child.name].append(child.memory())
    return found


def _memory(found: dict[str, list[float]], since: str) -> list[Figure]:
    return [
        Figure(
            f"memory of {name}",
            f"itself after {since}",
            "MB",
            ((samples[-1], samples[0]),),
            promised=FLAT,
            at_most=None if name.startswith("classifier") else MB,
        )
        for name, samples in found.items()
    ]


def _ours(place: Place, stack: ExitStack) -> System:
    namespace = place.namespace("pipeline")
    running = stack.enter_context(place.services(namespace, PARTS))
    tell_licences(place, namespace)
    last = group(namespace, Reader.ROUTER), ENTITLED.address(namespace)
    children = list(services_of(running).values())
    return System(OURS, SUBMITTED.address(namespace), last, children)


def _peers(place: Place, stack: ExitStack) -> list[System]:
    database = _with_licences(place)
    faststream, quix = place.namespace("faststream"), place.namespace("quix")
    found = []
    for called, name, module, python in (
        (FASTSTREAM, faststream, "tests.bench.peers.faststream_job", Path(sys.executable)),
        (QUIX, quix, "tests.bench.peers.quix_job", BENCH),
    ):
        place.broker.make(
            *(f"{name}.{t}" for t in ("submitted", "classified", "entitled", "queue"))
        )
        given = {"DATABASE_URL": database}
        children = [
            stack.enter_context(
                place.python(module, role, name, environment=given, interpreter=python)
            )
            for role in ROLES
        ]
        last = f"{name}.route", f"{name}.entitled"
        found.append(System(called, f"{name}.submitted", last, children))
    return found


def _with_licences(place: Place) -> str:
    """A database that knows the sample's licences, for the peers."""
    database, namespace = place.database(), place.namespace("licences")
    with place.services(namespace, [ENTITLING], database):
        tell_licences(place, namespace)
    run_apart(lambda: _make_table(database))
    return database


async def _make_table(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(TABLE)
    finally:
        await connection.close()


def _rate(place: Place, system: System, messages: Sequence[Message]) -> float:
    done = place.broker.committed(*system.last)
    began = time.monotonic()
    place.broker.publish(system.first, messages)
    try:
        place.broker.wait_committed(*system.last, done + len(messages), CHECK_SECONDS)
    except TimeoutError as error:
        words = "\n".join(child.last_words() for child in system.children)
        raise TimeoutError(f"{error}; {words}") from None
    return len(messages) / (time.monotonic() - began)
