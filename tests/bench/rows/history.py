"""Does a ticket cost more when many have gone before it? The router beside itself.

One router each on a ledger of 1,000 tickets, of 10,000, of 100,000 and, in a long run, of a
million. The processor time is the router's and, where PostgreSQL is our own, PostgreSQL's.
"""

from __future__ import annotations

from contextlib import ExitStack

import asyncpg

from deploy.local.apart import run_apart
from shared.topics import ENTITLED, Reader, group
from tests.bench import tickets
from tests.bench.figures import Figure, Result
from tests.bench.place import Child, Place, services_of
from tests.bench.rounds import Contender, costs, paired
from tests.bench.rows.stages import ROUTING

TICKETS = 2_000
"""In a round."""
ROUNDS = 3
HISTORIES = (1_000, 10_000, 100_000)
LONG = 1_000_000
UNIT = "us of processor per ticket, PostgreSQL's included"
NOTES = (
    (
        "The tickets gone before are copies of one that the router has decided, under ids of "
        "their own, in the tables that it keeps."
    ),
)
OLD = """
with one as (select * from router.cases limit 1),
     fresh as (select gen_random_uuid() as id from generate_series(1, $1::int)),
     made as (
         insert into router.cases (ticket_id, base_id, fingerprint, assessed)
         select id, id, fingerprint, assessed from one, fresh returning ticket_id)
insert into router.decisions (ticket_id, revision, queue, rank, cause, message_id, live, record,
                              basis, seal, decided_at, published_at)
select made.ticket_id, revision, queue, rank, cause, made.ticket_id::text, live, record,
       basis, seal, decided_at, published_at
from made, (select * from router.decisions limit 1) as one
"""


def measure(place: Place) -> Result:
    histories = (*HISTORIES, LONG) if place.long else HISTORIES
    each = place.count(TICKETS)
    with ExitStack() as stack:
        contenders = [_router(place, stack, history) for history in histories]
        found = costs(
            place,
            contenders,
            lambda: list(tickets.messages(tickets.entitled("bench", each))),
            ROUNDS,
        )
    first = _name(histories[0])
    return Result(
        [
            Figure(
                f"cost per ticket {_name(history)}",
                first,
                UNIT,
                paired(found, _name(history), first),
                promised=1.2,
                aimed=1.05,
            )
            for history in histories[1:]
        ],
        NOTES,
    )


def _name(history: int) -> str:
    return f"after {history:,} tickets".replace(",", " ")


def _router(place: Place, stack: ExitStack, history: int) -> Contender:
    """A router on a ledger of its own that holds so many decided tickets."""
    namespace, database = place.namespace("history"), place.database()
    running = stack.enter_context(place.services(namespace, [ROUTING], database))
    source, reader = ENTITLED.address(namespace), group(namespace, Reader.ROUTER)
    place.broker.publish(source, tickets.messages(tickets.entitled(namespace, 1)))
    place.broker.wait_read(reader, source)
    run_apart(lambda: _fill(database, place.count(history) - 1))
    router = services_of(running)["router"]
    with_postgres = Child(router.name, router.pids + place.postgres_pids(), router.log)
    return Contender(_name(history), with_postgres, reader, source)


async def _fill(dsn: str, count: int) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(OLD, count, timeout=600)
        await connection.execute("vacuum analyze router.cases, router.decisions", timeout=600)
        await connection.execute("checkpoint")
    finally:
        await connection.close()
