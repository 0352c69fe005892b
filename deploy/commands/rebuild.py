"""How does a database restored from a backup catch up with Kafka, which went on?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.commands._memory import Memory, refuse_if_active
from deploy.commands._output import AsJson, note, say, show, table
from deploy.commands._progress import progress
from deploy.commands._running import kafka_settings, run
from deploy.commands._session import Session, session
from deploy.commands._versions import policy_with
from deploy.failure import Failure
from services.entitlements.store import PostgresStore
from services.router.restore.ledger import BATCH, Rebuilding, Tally
from services.router.restore.staging import Staging
from services.router.ruling import Rulebook
from services.router.store import Ledger
from services.watch.reader import bystander
from shared.contracts import Routed
from shared.settings import KafkaSettings

COUNTED = ("facts", "feed_marks", "provisional")


@dataclass(frozen=True, slots=True)
class Done:
    """What was put back. `stored`: by table of entitlements, how many rows more (or less)."""

    ledger: Tally
    stored: dict[str, int]
    unreadable: int

    def document(self, *, dry_run: bool) -> dict[str, object]:
        ledger = {name: n for name, n in asdict(self.ledger).items() if name != "incomplete"}
        return {
            "dry_run": dry_run,
            "ledger": ledger,
            "entitlements": self.stored,
            "unreadable": self.unreadable,
            "incomplete": [
                {"ticket_id": ticket_id, "why": why} for ticket_id, why in self.ledger.incomplete
            ],
        }


def rebuild(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is lacking; change nothing.")
    ] = False,
    json_: AsJson = False,
) -> None:
    """Put back what a restored database lacks, from what stands on the topics.

    With router and entitlements stopped, after PostgreSQL was restored from a backup. Decides
    nothing: decisions come back with the ids and times that their queues hold. Safe to repeat.
    """
    done = run(_rebuild(dry_run=dry_run))
    for ticket_id, why in done.ledger.incomplete:
        note(f"{ticket_id}: left as it is: {why}")
    if json_:
        say(done.document(dry_run=dry_run))
    else:
        show(_in_words(done, dry_run=dry_run))
    if done.ledger.incomplete:
        raise typer.Exit(Failure.exit_code)


async def _rebuild(*, dry_run: bool) -> Done:
    settings = kafka_settings()
    await refuse_if_active(settings)
    async with session(dry_run=dry_run) as database:
        return await rebuild_from(settings, database)


async def rebuild_from(settings: KafkaSettings, database: Session) -> Done:
    """Everything that the topics hold, into this database."""
    store = PostgresStore(database)
    staging = Staging(database)
    before = {name: await database.count(name) for name in COUNTED}
    async with bystander(settings) as (admin, consumer):
        memory = Memory(settings, admin, consumer)
        await memory.licences(store)
        await staging.begin()
        await memory.stage(staging, store)
    with progress("putting back tickets", None) as advance:
        tally = await Rebuilding(Ledger(database), staging, _rules_of, advance).run()
    await forget_again(database)
    after = {name: await database.count(name) for name in COUNTED}
    stored = {name: after[name] - before[name] for name in COUNTED}
    return Done(tally, stored, memory.unreadable)


async def forget_again(database: Session) -> None:
    """What the topics still hold of customers whom this database has forgotten goes again."""
    ledger, store = Ledger(database), PostgresStore(database)
    tickets = [ticket_id for ticket_id, _ in await ledger.forgotten()]
    for start in range(0, len(tickets), BATCH):
        await ledger.forget(tickets[start : start + BATCH], datetime.now(UTC))
    await store.drop_waiting(tickets)
    for whom in await store.forgotten():
        await store.forget_asker(whom)


def _rules_of(record: Routed) -> Rulebook | None:
    policy = policy_with(record.policy.hash) if record.policy else None
    return Rulebook(policy) if policy else None


def _in_words(done: Done, *, dry_run: bool) -> object:
    ledger = done.ledger
    return table(
        ("lacking" if dry_run else "put back", "rows"),
        [
            ("decisions", ledger.decisions),
            ("tickets never heard of", ledger.cases),
            ("inputs of tickets", ledger.inputs),
            ("corrections", ledger.corrections),
            ("decisions whose standing changed", ledger.marks),
            ("licence facts", done.stored["facts"]),
            ("heartbeats", done.stored["feed_marks"]),
            ("provisional answers that wait", done.stored["provisional"]),
        ],
    )
