"""How is a customer forgotten? In the database at once; the topics let go with time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import AwareDatetime, BaseModel

from deploy.commands._lines import as_model, read_lines
from deploy.commands._output import AsJson, note, say, show, table
from deploy.commands._progress import progress
from deploy.commands._retention import Retention, retentions
from deploy.commands._running import a_ticket_id, kafka_settings, run
from deploy.commands._session import Session, session
from deploy.failure import Failure
from services.entitlements.address import mailbox
from services.entitlements.forgetting import asker_hash
from services.entitlements.lookup import Key, Kind, key
from services.entitlements.store import Forgotten, PostgresStore
from services.router.store import Ledger
from services.watch.reader import bystander
from shared.contracts import Requester
from shared.failures import Permanent
from shared.settings import KafkaSettings
from shared.topics import (
    CLASSIFIED,
    CORRECTIONS,
    ENTITLED,
    INBOUND,
    LICENCES,
    NEVER_PARKS,
    QUEUES,
    SECURITY,
    SUBMITTED,
    Topic,
)

BATCH = 500
HOLD_TEXT = (INBOUND, SUBMITTED, SECURITY, CLASSIFIED, ENTITLED, CORRECTIONS, *QUEUES.values())


class Licence(BaseModel):
    """Somebody who stands no longer in a licence's facts. `asker`: hex SHA-256."""

    licence_id: str
    asker: str


class Plan(BaseModel):
    """What is forgotten, and all it takes to forget it again after a restore: ids and hashes."""

    forgotten_at: AwareDatetime
    tickets: list[UUID] = []
    licences: list[Licence] = []


@dataclass(frozen=True, slots=True)
class Done:
    """What was, or would be, erased, and what the topics still hold."""

    plans: Sequence[Plan]
    tickets: int = 0
    waiting: int = 0
    topics: Sequence[Retention] = field(default_factory=tuple)


def forget(
    *,
    email: Annotated[str | None, typer.Option(help="Whose tickets, by address.")] = None,
    account: Annotated[str | None, typer.Option(help="Whose tickets, by account.")] = None,
    ticket: Annotated[
        str | None, typer.Option(help="One ticket.", parser=a_ticket_id, metavar="ID")
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(
            help="After a restore: lines that --list printed; - for standard input.",
            exists=True,
            allow_dash=True,
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Print who was forgotten so far, for --again.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would erase.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json_: AsJson = False,
) -> None:
    """Erase a customer's words and addresses from the database: --email, --account or --ticket.

    Decisions stay with ids, queue, reasons and seal. Says until when each topic holds the rest.
    """
    if sum(each is not None for each in (email, account, ticket, again)) + list_ != 1:
        raise typer.BadParameter("give one of --email, --account, --ticket, --again and --list")
    if list_:
        for plan in run(_so_far()):
            say(plan.model_dump(mode="json"))
        return
    sought = None
    if email is not None:
        address = mailbox(email)
        if address is None:
            raise typer.BadParameter("--email is not an address")
        sought = Key(Kind.MAILBOX, address)
    elif account is not None:
        sought = key(Kind.ACCOUNT, account.strip())
    plans = _plans_in(again) if again is not None else None
    done = run(_forget(sought, ticket, plans, dry_run=dry_run, yes=yes))
    if json_:
        for plan in done.plans:
            say(plan.model_dump(mode="json") | _outcome(done, dry_run=dry_run))
    else:
        show(_in_words(done, dry_run=dry_run))


async def _forget(
    sought: Key | None,
    ticket: str | None,
    plans: list[Plan] | None,
    *,
    dry_run: bool,
    yes: bool,
) -> Done:
    settings = kafka_settings()
    async with session(dry_run=dry_run) as database:
        if plans is None:
            plans = [await _plan(database, sought, ticket)]
        tickets = [id_ for plan in plans for id_ in plan.tickets]
        licences = [each for plan in plans for each in plan.licences]
        if not tickets and not licences:
            raise Failure("nothing is known under that; nothing was erased")
        if not (dry_run or yes):
            _ask(len(tickets), len(licences))
        erased, waiting = await _erase(database, plans)
    return Done(plans, erased, waiting, await _held(settings, licences=bool(licences)))


async def _so_far() -> list[Plan]:
    """Everybody forgotten, by the time of it; ids and hashes alone."""
    async with session(dry_run=True) as database:
        tickets = await Ledger(database).forgotten()
        licences = await PostgresStore(database).forgotten()
    times = sorted({at for _, at in tickets} | {each.forgotten_at for each in licences})
    return [
        Plan(
            forgotten_at=time,
            tickets=[ticket_id for ticket_id, at in tickets if at == time],
            licences=[
                Licence(licence_id=each.licence_id, asker=each.asker.hex())
                for each in licences
                if each.forgotten_at == time
            ],
        )
        for time in times
    ]


async def _plan(database: Session, sought: Key | None, ticket: str | None) -> Plan:
    """What there is of somebody, or of one ticket."""
    now = datetime.now(UTC)
    ledger = Ledger(database)
    if sought is None:
        return Plan(forgotten_at=now, tickets=await ledger.texts_under(UUID(ticket)))
    tickets = await ledger.asked_by(lambda requester: _is(requester, sought))
    known = await PostgresStore(database).load([sought], ())
    asker = asker_hash(sought).hex()
    return Plan(
        forgotten_at=now,
        tickets=sorted(tickets),
        licences=[Licence(licence_id=id_, asker=asker) for id_ in sorted(known.licences)],
    )


def _is(requester: Requester, sought: Key) -> bool:
    if sought.kind is Kind.ACCOUNT:
        return requester.account_id is not None and requester.account_id.strip() == sought.value
    return requester.email is not None and mailbox(requester.email) == sought.value


def _ask(tickets: int, licences: int) -> None:
    if not sys.stdin.isatty():
        raise typer.BadParameter("say --yes, or --dry-run to see what it would erase")
    typer.confirm(
        f"Erase the words of {tickets} tickets, and this person from {licences} licences?"
        " There is no way back",
        abort=True,
        err=True,
    )


async def _erase(database: Session, plans: Sequence[Plan]) -> tuple[int, int]:
    ledger, store = Ledger(database), PostgresStore(database)
    erased = waiting = 0
    with progress("erasing tickets", sum(len(plan.tickets) for plan in plans)) as advance:
        for plan in plans:
            for start in range(0, len(plan.tickets), BATCH):
                some = plan.tickets[start : start + BATCH]
                erased += await ledger.forget(some, plan.forgotten_at)
                waiting += await store.drop_waiting(some)
                advance(len(some))
            for each in plan.licences:
                asker = bytes.fromhex(each.asker)
                await store.forget_asker(Forgotten(each.licence_id, asker, plan.forgotten_at))
    return erased, waiting


async def _held(settings: KafkaSettings, *, licences: bool) -> list[Retention]:
    namespace = settings.triage_namespace
    topics: tuple[Topic, ...] = (*HOLD_TEXT, LICENCES) if licences else HOLD_TEXT
    names = [topic.address(namespace) for topic in topics]
    names += [
        topic.dead_letters(namespace, reader)
        for topic in topics
        for reader in topic.readers
        if reader not in NEVER_PARKS
    ]
    async with bystander(settings) as (admin, _):
        return await retentions(admin, names, datetime.now(UTC))


def _plans_in(file: Path) -> list[Plan]:
    plans = []
    for line in read_lines(file):
        try:
            plans.append(as_model(line, Plan))
        except Permanent as fault:
            raise Failure(f"{file}, line {line.number}: {fault.detail}") from None
    return plans


def _outcome(done: Done, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "provisional": done.waiting,
        "topics": [
            {"topic": each.topic, "until": each.until, "known": each.known} for each in done.topics
        ],
    }


def _in_words(done: Done, *, dry_run: bool) -> object:
    verb = "would be erased" if dry_run else "erased"
    licences = [each.licence_id for plan in done.plans for each in plan.licences]
    note(f"{done.tickets} tickets {verb}; taken out of licences: {', '.join(licences) or 'none'}")
    if not dry_run:
        note("keep what triage forget --list prints: after a restore, --again forgets them again")
    return table(("topic", "still holds it"), [(each.topic, each.words) for each in done.topics])
