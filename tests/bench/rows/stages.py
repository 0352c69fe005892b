"""What do entitlements and the router cost, beside a stage that passes on with the same codec?

The peer decodes, validates and encodes the same events with `shared.envelope`, in bare aiokafka;
it asks no database and decides nothing.
"""

from __future__ import annotations

from contextlib import ExitStack

from deploy.local.processes import Part
from shared.topics import CLASSIFIED, ENTITLED, LICENCES, Reader, Topic, group
from tests.bench import tickets
from tests.bench.figures import Figure, Result
from tests.bench.place import Place, services_of
from tests.bench.rounds import Contender, costs, paired

TICKETS = 5_000
"""In a round."""
ROUNDS = 3
WARMING = 1
BARE = "pass-through with the same codec, bare aiokafka"
UNIT = "us of processor per ticket"
NOTES = (
    (
        "The pass-through asks nobody and decides nothing; a record that it can't read stops it, "
        "and it has no dead letters, no watchdog, no metrics. Not in these figures: what "
        "PostgreSQL's own processes cost."
    ),
)
ENTITLING = Part("entitlements", "services.entitlements")
ROUTING = Part("router", "services.router", ("decisions",))


def measure(place: Place) -> Result:
    each = place.count(TICKETS)
    with ExitStack() as stack:
        namespace = place.namespace("entitlements")
        ours = _service(place, stack, namespace, ENTITLING, CLASSIFIED, Reader.ENTITLEMENTS)
        tell_licences(place, namespace)
        peer = _peer(place, stack, "classified")
        entitling = costs(
            place,
            [ours, peer],
            lambda: list(tickets.messages(tickets.classified(namespace, each))),
            ROUNDS,
            WARMING,
        )
        written = ENTITLED.address(namespace)
    entitled = iter(place.broker.read(written, each * (ROUNDS + WARMING)))
    with ExitStack() as stack:
        namespace = place.namespace("router")
        ours = _service(place, stack, namespace, ROUTING, ENTITLED, Reader.ROUTER)
        peer = _peer(place, stack, "entitled")
        routing = costs(
            place, [ours, peer], lambda: [next(entitled) for _ in range(each)], ROUNDS, WARMING
        )
    return Result(
        [
            Figure(
                f"CPU per ticket, {name}",
                BARE,
                UNIT,
                paired(found, name, BARE),
                promised=3,
                aimed=2,
            )
            for name, found in (("entitlements", entitling), ("router", routing))
        ],
        notes=NOTES,
    )


def _service(
    place: Place, stack: ExitStack, namespace: str, part: Part, source: Topic, reader: Reader
) -> Contender:
    running = stack.enter_context(place.services(namespace, [part]))
    child = services_of(running)[part.name]
    return Contender(part.name, child, group(namespace, reader), source.address(namespace))


def _peer(place: Place, stack: ExitStack, kind: str) -> Contender:
    name = place.namespace(kind)
    source, target = f"{name}.in", f"{name}.out"
    place.broker.make(source, target)
    module = "tests.bench.peers.pass_through"
    child = stack.enter_context(place.python(module, kind, name, source, target))
    return Contender(BARE, child, name, source)


def tell_licences(place: Place, namespace: str) -> None:
    """The sample's licences, known to entitlements before the first ticket."""
    topic = LICENCES.address(namespace)
    place.broker.publish(topic, tickets.messages(tickets.licences(namespace)))
    place.broker.wait_read(group(namespace, Reader.ENTITLEMENTS_LICENCES), topic)
