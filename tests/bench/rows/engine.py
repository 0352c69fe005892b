"""What does our engine cost as a pass-through, beside Kafka Streams and bare aiokafka?

All decode JSON, add three fields and encode, with all acknowledgements, idempotence, and a commit
behind what was written.
"""

from __future__ import annotations

from contextlib import ExitStack

from deploy.local.processes import Part
from shared.topics import SUBMITTED, Reader, group
from tests.bench import tickets
from tests.bench.broker import Message
from tests.bench.figures import Figure, Result
from tests.bench.place import Place, services_of
from tests.bench.rounds import Contender, costs, paired
from tests.bench.streams import command

TICKETS = 200_000
LONG = 1_000_000
ROUNDS = 4
WARMING = 2
"""The compiler of the Java machine is still at work in the first hundred thousand."""
OURS = "our engine"
BARE = "aiokafka, bare"
ONCE_OR_MORE = "Kafka Streams, at least once"
EXACTLY_ONCE = "Kafka Streams, exactly once"
NOTES = (
    (
        "Kafka Streams parks nothing: a record that it can't read ends it, unless a handler drops "
        "it. Its exactly-once holds within Kafka; ours is at least once, harmless by stable ids."
    ),
    (
        "Bare aiokafka has no dead letters, no isolation of a failing record, no watchdog, no "
        "spans, no metrics."
    ),
)
UNIT = "us of processor per ticket"


def measure(place: Place) -> Result:
    with ExitStack() as stack:
        contenders = [_ours(place, stack), _bare(place, stack)]
        contenders += [
            _streams(place, stack, ONCE_OR_MORE, "at_least_once"),
            _streams(place, stack, EXACTLY_ONCE, "exactly_once_v2"),
        ]
        each = place.count(LONG if place.long else TICKETS) // ROUNDS
        memory: list[float] = []

        def make() -> list[Message]:
            memory.append(contenders[0].child.memory())
            return tickets.alike(each)

        found = costs(place, contenders, make, ROUNDS, WARMING)
        memory.append(contenders[0].child.memory())
    what = "CPU per ticket, engine as a pass-through"
    return Result(
        [
            Figure(
                what, ONCE_OR_MORE, UNIT, paired(found, OURS, ONCE_OR_MORE), promised=1, aimed=0.6
            ),
            Figure(what, EXACTLY_ONCE, UNIT, paired(found, OURS, EXACTLY_ONCE)),
            Figure(what, BARE, UNIT, paired(found, OURS, BARE)),
            Figure(
                f"memory of our engine after {each * (ROUNDS + WARMING):,} tickets",
                f"itself after {each * WARMING:,}",
                "MB",
                ((memory[-1], memory[WARMING]),),
                promised=1.1,
                at_most=150,
            ),
        ],
        notes=NOTES,
    )


def _ours(place: Place, stack: ExitStack) -> Contender:
    namespace = place.namespace("engine")
    part = Part("pass-through", "tests.bench.ours.pass_through")
    running = stack.enter_context(place.services(namespace, [part]))
    return Contender(
        OURS,
        services_of(running)["pass-through"],
        group(namespace, Reader.CLASSIFIER),
        SUBMITTED.address(namespace),
    )


def _bare(place: Place, stack: ExitStack) -> Contender:
    name = place.namespace("bare")
    source, target = f"{name}.in", f"{name}.out"
    place.broker.make(source, target)
    module = "tests.bench.peers.pass_through"
    child = stack.enter_context(place.python(module, "json", name, source, target))
    return Contender(BARE, child, name, source)


def _streams(place: Place, stack: ExitStack, called: str, guarantee: str) -> Contender:
    name = place.namespace("streams")
    source, target = f"{name}.in", f"{name}.out"
    place.broker.make(source, target)
    java = command(place.kafka.address, name, source, target, guarantee)
    child = stack.enter_context(place.child(name, java))
    return Contender(called, child, name, source)
