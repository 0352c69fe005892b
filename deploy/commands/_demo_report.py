"""What came of the sample? Queues, reports, three decisions explained, what was parked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aiokafka import TopicPartition

from deploy import sample
from deploy.commands._demo_play import Played
from deploy.commands._output import ago, show, table
from services.router.explanation import explain, in_words
from services.router.policy import CURRENT, load_policy
from services.router.priority import Inputs
from services.watch.dead_letters.listing import letters
from services.watch.reader import read_one
from services.watch.timeline import Timeline
from shared.contracts import Queue, ReviewReason, Routed
from shared.envelope import validate

EXPLAINED = (Queue.EXTENSIONS, Queue.RENEWAL, Queue.REFERRAL)
"""One decision of each is explained."""
QUOTED = 90
"""Characters of a quote from a ticket."""


async def report(played: Played) -> None:
    """Print it, to stdout."""
    told = played.timelines()
    show(f"\n{len(told)} tickets in their queues, {played.took:.1f} s after the first was sent\n")
    show(_queues(played, told))
    show(_reports(played, told))
    for queue in EXPLAINED:
        if record := await _one_of(played, told, queue):
            show(_explained(record))
    show(await _parked(played))


def _queues(played: Played, told: dict[str, Timeline]) -> object:
    """Tickets per queue, and how many of them a person put there as well."""
    expected = sample.expected()
    arrived = Counter(each.queue for each in told.values())
    by_hand = Counter(expected[ticket.id].queue for ticket in played.tickets.values())
    same = Counter(
        each.queue
        for ticket_id, each in told.items()
        if each.queue == expected[played.tickets[ticket_id].id].queue
    )
    rows: list[tuple[object, ...]] = [(q, arrived[q], by_hand[q], same[q]) for q in Queue]
    rows.append(("all", len(told), len(told), sum(same.values())))
    return table(("queue", "tickets", "by hand", "agreed"), rows)


def _reports(played: Played, told: dict[str, Timeline]) -> object:
    """Every report, with the time from its receipt to the lane."""
    rows = []
    for ticket_id, each in told.items():
        if each.queue != Queue.SECURITY:
            continue
        first = min(
            (s for s in played.board.sightings_of(ticket_id) if s.place.queue is Queue.SECURITY),
            key=lambda s: s.at,
        )
        took = (first.at - first.received_at).total_seconds() if first.received_at else None
        found = ", ".join(first.found_by)
        rows.append((took or 0.0, played.tickets[ticket_id].id, ticket_id, found))
    rows.sort()
    shown = table(
        ("security report", "ticket id", "found by", "to the lane"),
        [(name, ticket_id, found, ago(took)) for took, name, ticket_id, found in rows],
    )
    shown.title = f"{len(rows)} security reports, the slowest {ago(rows[-1][0]) if rows else '–'}"
    return shown


async def _one_of(played: Played, told: dict[str, Timeline], queue: Queue) -> Routed | None:
    """The record of a decision that put a ticket into this queue, as the queue holds it."""
    for each in _preferred(played, told, queue):
        stop = next(stop for stop in reversed(each.stages) if stop.queue == queue)
        record = await read_one(
            played.settings, TopicPartition(stop.topic, stop.partition), stop.offset
        )
        if record is not None and record.value is not None:
            return validate(Routed, record.value)
    return None


def _preferred(played: Played, told: dict[str, Timeline], queue: Queue) -> Iterator[Timeline]:
    """Those of the queue where the pipeline and a person agree, then the others."""
    expected = sample.expected()
    there = [each for each in told.values() if each.queue == queue]
    yield from sorted(
        there, key=lambda each: expected[played.tickets[each.ticket_id].id].queue != queue
    )


def _explained(record: Routed) -> str:
    """One decision in words: what was asked, found and owed, and the policy's reasoning."""
    subject = record.ticket.subject if record.ticket else ""
    lines = [f"── Why is “{subject}” in {record.queue}? ({record.ticket_id})"]
    for finding in record.findings:
        evidence = "; ".join(f"“{_short(quote)}”" for quote in finding.evidence[:3])
        about = finding.extension or finding.product_area
        lines.append(
            f"Asks: {finding.scope.replace('_', ' ')} about {about}"
            f" ({finding.confidence:.0%} sure{', by ' + evidence if evidence else ''})"
        )
    if record.coverage is not None:
        coverage = record.coverage
        why = ", ".join(coverage.reasons)
        lines.append(
            f"Owed: {coverage.status} (identity {coverage.identity}, site {coverage.site}"
            f"{', ' + why if why else ''}), by {coverage.licence_id or 'no licence'}"
        )
    lines.append(in_words(explain(load_policy(CURRENT), inputs_of(record))))
    if record.reply is not None:
        lines.append(f"\nThe customer can be told: {record.reply.text}")
    return "\n".join([*lines, ""])


def _short(quote: str) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= QUOTED else line[:QUOTED].rsplit(" ", 1)[0] + " …"


def inputs_of(record: Routed) -> Inputs:
    """What the policy was asked with, told from the queue record."""
    return Inputs.of(
        security=record.queue is Queue.SECURITY,
        auto_reply=record.review_reason is ReviewReason.AUTO_REPLY,
        conflict=record.conflicts_with is not None,
        stage_failed=record.review_reason is ReviewReason.STAGE_FAILED,
        decided=record.decided,
        findings=record.findings,
        coverage=record.coverage,
    )


async def _parked(played: Played) -> object:
    rows = Counter(
        (letter.sighting.parked.topic, letter.reader, letter.reason, letter.sighting.parked.detail)
        for letter in await letters(played.settings)
        if letter.sighting.parked is not None
    )
    shown = table(
        ("parked, came on", "by", "reason", "detail", "count"),
        [(*name, count) for name, count in rows.items()],
    )
    shown.title = f"{sum(rows.values())} records are parked in the dead letters"
    return shown
