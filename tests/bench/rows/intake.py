"""How many tickets a second does one core of intake take, beside an endpoint that only produces?

From 32 connections, closed loop. The rate is of processor time, so that who sends does not count.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from uuid import uuid4

import orjson

from deploy.local.children import free_port
from deploy.local.processes import Part
from deploy.local.server import listens, wait_for
from tests.bench import tickets
from tests.bench.figures import Better, Figure, Result
from tests.bench.hammer import post_all
from tests.bench.place import Child, Place, services_of

TICKETS = 3_000
"""In a round."""
ROUNDS = 3
PEER = "bare Litestar endpoint that only produces"
ACCEPTING = Part("intake-http", "services.intake", ("http",))
NOTES = (
    (
        "The bare endpoint knows no sender, validates nothing, removes no credentials, looks for "
        "no report, and gives the same ticket another id when it comes again."
    ),
)


def measure(place: Place) -> Result:
    with ExitStack() as stack:
        running = stack.enter_context(place.services(place.namespace("intake"), [ACCEPTING]))
        ours = services_of(running)["intake-http"]
        our_port, key = int(running.environment["INTAKE_PORT"]), running.keys["help-desk"]
        topic, port = place.namespace("endpoint"), free_port()
        place.broker.make(topic)
        peer = stack.enter_context(
            place.python("tests.bench.peers.bare_endpoint", str(port), topic)
        )
        wait_for(lambda: listens("127.0.0.1", port), 60, peer.last_words)
        pairs = []
        for number in range(-1, ROUNDS):
            bodies = _bodies(place.count(TICKETS))
            pair = _rate(ours, our_port, key, bodies), _rate(peer, port, key, bodies)
            place.say(f"ours {pair[0]:.0f}, bare {pair[1]:.0f} accepted tickets/s per core")
            if number >= 0:
                pairs.append(pair)
    figure = Figure(
        "accepted tickets per second and core",
        PEER,
        "tickets/s",
        tuple(pairs),
        Better.MORE,
        promised=0.5,
        aimed=0.65,
    )
    return Result([figure], NOTES)


def _rate(child: Child, port: int, key: str, bodies: list[bytes]) -> float:
    before = child.cpu()
    count = asyncio.run(post_all(port, key, bodies))
    return count / (child.cpu() - before)


def _bodies(count: int) -> list[bytes]:
    run = uuid4().hex
    return [orjson.dumps(tickets.submission(f"{run}-{n}", n)) for n in range(count)]
