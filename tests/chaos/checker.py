"""Were the promises kept? Evidence in, broken invariants out; each invariant is one function."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from typing_extensions import override

from tests.chaos.evidence import Evidence, Message, Row, Submission, Word

ROUTED = "support.ticket.routed.v1"
WITHDRAWN = "support.ticket.withdrawn.v1"
SECURITY = "queues.security"
RANK = {
    "security": 1,
    "extensions": 2,
    "core-paying": 3,
    "core": 4,
    "review": 5,
    "renewal": 6,
    "referral": 7,
}
PARKED_BY = {
    "inbound": ("intake",),
    "tickets.submitted": ("classifier", "classifier-security"),
    "tickets.security": ("router-security",),
    "tickets.classified": ("entitlements",),
    "tickets.entitled": ("router",),
    "licences": ("entitlements-licences",),
    "corrections": ("router-corrections",),
}
"""Who parks what can't be read on a topic; the fast lane parks nothing."""
GROUPS = {
    reader: topic
    for topic, readers in {
        **PARKED_BY,
        "tickets.security": ("router-security", "router-fast-lane"),
    }.items()
    for reader in readers
}
"""The topic that each consumer group, named `NAMESPACE.READER`, reads."""
SHARED_PARTITIONING = ("tickets.", "queues.")
TIMES = ("received_at", "decided_at")
SHOWN = 5
"""How many cases of one broken invariant are told in full."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case of a broken invariant, in words."""

    invariant: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every broken invariant, and the figures of the run."""

    findings: tuple[Finding, ...]
    figures: Mapping[str, int]

    @property
    def holds(self) -> bool:
        return not self.findings

    def broken(self) -> Counter[str]:
        """How often each invariant is broken."""
        return Counter(finding.invariant for finding in self.findings)

    def words(self) -> str:
        """What is wrong, a line per case, the first few of each kind."""
        lines = []
        for invariant, count in self.broken().items():
            cases = [f.what for f in self.findings if f.invariant == invariant]
            lines.append(f"{invariant}: {count}")
            lines += [f"  {case}" for case in cases[:SHOWN]]
        return "\n".join(lines) or "every invariant holds"


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision as it stands on a queue, repeats of its `ce_id` counted once."""

    queue: str
    message_id: str
    data: Mapping[str, Any]

    @property
    def ticket_id(self) -> str | None:
        return self.data.get("ticket_id")

    @property
    def external_id(self) -> str | None:
        return (self.data.get("ticket") or {}).get("external_id")

    @property
    def canary(self) -> bool:
        return bool(self.data.get("canary"))

    @property
    def origin(self) -> tuple[str, int, int] | None:
        """Where the record stands that the fast lane could not read."""
        origin = self.data.get("origin")
        if self.ticket_id is not None or not origin:
            return None
        return origin["topic"], origin["partition"], origin["offset"]

    @property
    def made_by_ledger(self) -> bool:
        return self.data.get("revision") is not None

    @override
    def __str__(self) -> str:
        return f"{self.message_id} on queues.{self.queue}"


@dataclass(frozen=True)
class Picture:
    """The evidence, arranged by what the invariants ask for."""

    evidence: Evidence

    @cached_property
    def on_queues(self) -> list[Message]:
        return [m for m in self.evidence.messages if m.topic.startswith("queues.")]

    @cached_property
    def parked(self) -> list[Message]:
        return [m for m in self.evidence.messages if m.topic.endswith(".dlq")]

    @cached_property
    def deliveries(self) -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
        """The data of every delivery of a decision, by queue and `ce_id`."""
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for message in self.on_queues:
            if message.headers.get("ce_type") == ROUTED:
                found[_queue(message), _id(message)].append(_data(message))
        return found

    @cached_property
    def routed(self) -> list[Routed]:
        return [Routed(queue, id_, all_[0]) for (queue, id_), all_ in self.deliveries.items()]

    @cached_property
    def withdrawals(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Withdrawals by queue and the `ce_id` taken back."""
        return {
            (_queue(message), data["withdraws"]): data
            for message in self.on_queues
            if message.headers.get("ce_type") == WITHDRAWN
            for data in [_data(message)]
        }

    @cached_property
    def live(self) -> list[Routed]:
        """Routed and not withdrawn."""
        return [r for r in self.routed if (r.queue, r.message_id) not in self.withdrawals]

    @cached_property
    def live_of(self) -> Mapping[str | None, list[Routed]]:
        """Live records by the submission that they carry."""
        found: dict[str | None, list[Routed]] = defaultdict(list)
        for record in self.live:
            found[record.external_id].append(record)
        return found

    @cached_property
    def rows_of(self) -> Mapping[str, list[Row]]:
        """Ledger rows by ticket, in order of revision."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.evidence.ledger, key=lambda row: row.revision):
            found[row.ticket_id].append(row)
        return found

    @cached_property
    def row_at(self) -> Mapping[tuple[str, int], Row]:
        """Ledger rows by ticket and revision."""
        return {(row.ticket_id, row.revision): row for row in self.evidence.ledger}

    @cached_property
    def row_by_message(self) -> Mapping[str, Row]:
        return {row.message_id: row for row in self.evidence.ledger}

    @cached_property
    def submission_of(self) -> Mapping[str, Submission]:
        return {s.external_id: s for s in self.evidence.submissions}

    @cached_property
    def poison_origins(self) -> frozenset[tuple[str, int, int]]:
        return frozenset((p.topic, p.partition, p.offset) for p in self.evidence.poison)


def _queue(message: Message) -> str:
    return message.topic.removeprefix("queues.")


def _id(message: Message) -> str:
    return message.headers.get("ce_id", f"no ce_id at {message.partition}/{message.offset}")


def _data(message: Message) -> Mapping[str, Any]:
    data = json.loads(message.value or b"{}")
    return data if isinstance(data, dict) else {}


def one_live_decision(picture: Picture) -> Iterator[str]:
    """Every accepted ticket stands live on exactly one queue, once."""
    for submission in picture.evidence.submissions:
        found = picture.live_of.get(submission.external_id, [])
        if len(found) > 1:
            where = ", ".join(map(str, found))
            yield f"{submission.external_id} stands live {len(found)} times: {where}"
        elif not found and submission.accepted:
            yield f"{submission.external_id} was accepted and stands on no queue"


def ledger_agrees(picture: Picture) -> Iterator[str]:
    """Every live record is the ledger's one live decision for its ticket, and the other way."""
    for record in picture.live:
        if record.canary or record.origin is not None:
            continue
        row = picture.row_by_message.get(record.message_id)
        if row is None:
            yield f"{record} has no row in the ledger"
        elif not row.live or row.queue != record.queue:
            yield f"{record} is live, and its row says live={row.live} on {row.queue}"
    standing = {(record.queue, record.message_id) for record in picture.live}
    for ticket_id, rows in picture.rows_of.items():
        live = [row for row in rows if row.live]
        if len(live) != 1:
            yield f"ticket {ticket_id} has {len(live)} live decisions in the ledger"
        for decided in live:
            if (decided.queue, decided.message_id) not in standing:
                yield f"{decided.message_id} is live in the ledger, not on queues.{decided.queue}"


def all_published(picture: Picture) -> Iterator[str]:
    """The ledger owes Kafka nothing."""
    for row in picture.evidence.ledger:
        if not row.published:
            yield f"{row.message_id} of ticket {row.ticket_id} is decided and not published"


def nothing_invented(picture: Picture) -> Iterator[str]:
    """Nothing stands on a queue or in the ledger that nobody submitted; canaries apart."""
    known_tickets: set[str] = set()
    for record in picture.routed:
        if record.canary or record.external_id in picture.submission_of:
            known_tickets.add(str(record.ticket_id))
            known_tickets.add(str(_ledger_ticket(picture, record)))
        elif record.origin is None:
            yield f"{record} carries {record.external_id!r}, which nobody submitted"
        elif _short(record.origin) not in picture.poison_origins:
            yield f"{record} tells of {record.origin}, where nothing unreadable was put"
    for ticket_id in picture.rows_of:
        if ticket_id not in known_tickets:
            yield f"ticket {ticket_id} is in the ledger and was never on a queue"


def _ledger_ticket(picture: Picture, record: Routed) -> str | None:
    row = picture.row_by_message.get(record.message_id)
    return row.ticket_id if row else None


def security_has_both(picture: Picture) -> Iterator[str]:
    """Every ledger row for security has its record on the queue, and every record its row."""
    told = {r.message_id: r for r in picture.routed if r.queue == "security"}
    for row in picture.evidence.ledger:
        if row.queue == "security" and row.message_id not in told:
            yield f"{row.message_id} is for security and never came to queues.security"
    for message_id, record in told.items():
        if record.canary or record.origin is not None:
            continue
        known = picture.row_by_message.get(message_id)
        if known is None or known.queue != "security":
            yield f"{record} has no row for security in the ledger"


def reports_reach_people(picture: Picture) -> Iterator[str]:
    """What the screen must flag is live on security, unless a person said otherwise."""
    for submission in picture.evidence.submissions:
        queues = {r.queue for r in picture.live_of.get(submission.external_id, [])}
        if not queues:
            continue
        match submission.corrected:
            case Word.REPORT if queues != {"security"}:
                yield f"{submission.external_id}: a person raised it, it stands on {queues}"
            case Word.NO_REPORT if "security" in queues:
                yield f"{submission.external_id}: a person cleared it, it stands on {queues}"
            case None | Word.SCOPE if submission.report and queues != {"security"}:
                yield f"{submission.external_id} is a report and stands on {queues}"
            case _:
                pass


def ids_are_kept(picture: Picture) -> Iterator[str]:
    """One text has one ticket id, the one that every 202 gave; another text has another."""
    for submission in picture.evidence.submissions:
        answered = set(submission.answered_ids)
        if len(answered) > 1:
            yield f"{submission.external_id} was answered with {len(answered)} ticket ids"
        for record in picture.live_of.get(submission.external_id, []):
            base = record.data.get("conflicts_with") or record.ticket_id
            if answered and base not in answered:
                yield f"{record}: its ticket is {base}, the 202 said {answered}"


def poison_is_parked(picture: Picture) -> Iterator[str]:
    """Every unreadable record is parked once by each of its readers, repeats counted once."""
    parked = {(_reader(m), *_origin(m)) for m in picture.parked}
    told = {_short(r.origin) for r in picture.routed if r.origin is not None}
    for poison in picture.evidence.poison:
        origin = (poison.topic, poison.partition, poison.offset)
        for reader in PARKED_BY[poison.topic]:
            if (reader, *origin) not in parked:
                yield f"{reader} has not parked {poison}"
        if poison.topic == "tickets.security" and origin not in told:
            yield f"the fast lane has told nobody of {poison}"


def only_poison_is_parked(picture: Picture) -> Iterator[str]:
    """What can be read is never parked."""
    for message in picture.parked:
        if _origin(message) not in picture.poison_origins:
            reason = message.headers.get("dlq-reason")
            yield f"{_reader(message)} parked {_origin(message)} for {reason}"


def _reader(message: Message) -> str:
    return message.topic.removesuffix(".dlq").rpartition(".")[2]


def _origin(message: Message) -> tuple[str, int, int]:
    """Where a parked record came from; all of it from headers, as any tool would read it."""
    head = message.headers
    return _short(
        (
            head.get("dlq-topic", ""),
            int(head.get("dlq-partition", -1)),
            int(head.get("dlq-offset", -1)),
        )
    )


def _short(origin: tuple[str, int, int]) -> tuple[str, int, int]:
    """`support.tickets.submitted.v1` without namespace and version."""
    address, partition, offset = origin
    return address.partition(".")[2].removesuffix(".v1"), partition, offset


def order_is_kept(picture: Picture) -> Iterator[str]:
    """A key stays in one partition on all topics, and the text that came first holds its id."""
    seen: dict[str, tuple[int, str]] = {}
    for message in picture.evidence.messages:
        if message.key is None or not message.topic.startswith(SHARED_PARTITIONING):
            continue
        if message.topic.endswith(".dlq") or _is_poison(picture, message):
            continue
        partition, topic = seen.setdefault(message.key, (message.partition, message.topic))
        if partition != message.partition:
            yield (
                f"key {message.key} is in partition {partition} of {topic}"
                f" and in {message.partition} of {message.topic}"
            )
    for submission in picture.evidence.submissions:
        if submission.conflicts_with is not None:
            yield from _first_holds_the_id(picture, submission)


def _is_poison(picture: Picture, message: Message) -> bool:
    return (message.topic, message.partition, message.offset) in picture.poison_origins


def _first_holds_the_id(picture: Picture, second: Submission) -> Iterator[str]:
    """Of two texts under one key, unless one of them took the fast lane past the other."""
    first_records = picture.live_of.get(str(second.conflicts_with), [])
    second_records = picture.live_of.get(second.external_id, [])
    if any(r.queue == "security" for r in (*first_records, *second_records)):
        return
    for record in first_records:
        if record.data.get("conflicts_with") is not None:
            yield f"{second.conflicts_with} came first and is called the conflict"
    for record in second_records:
        if record.data.get("conflicts_with") is None:
            yield f"{second.external_id} came second and holds the id"
        elif record.queue != "review":
            yield f"{second.external_id} is a conflict and stands on {record.queue}"


def decisions_are_stable(picture: Picture) -> Iterator[str]:
    """A decision changes only by a revision, and every revision has a cause that happened."""
    for (queue, message_id), deliveries in picture.deliveries.items():
        if len({_content(data) for data in deliveries}) > 1:
            yield f"{message_id} on queues.{queue} was delivered with different content"
    for ticket_id, rows in picture.rows_of.items():
        if [row.revision for row in rows] != list(range(1, len(rows) + 1)):
            yield f"ticket {ticket_id} has revisions {[row.revision for row in rows]}"
        for before, row in pairwise(rows):
            if row.cause == "first":
                yield f"ticket {ticket_id} changed in revision {row.revision} without a cause"
            if row.cause == "facts_learned" and RANK[row.queue] >= RANK[before.queue]:
                yield f"ticket {ticket_id} went from {before.queue} down to {row.queue}"
    for row in picture.evidence.earlier:
        now = picture.row_at.get((row.ticket_id, row.revision))
        if now is None or (now.queue, now.message_id, now.cause) != (
            row.queue,
            row.message_id,
            row.cause,
        ):
            yield f"revision {row.revision} of ticket {row.ticket_id} was {row}, now {now}"
    yield from _unsaid_corrections(picture)


def _content(data: Mapping[str, Any]) -> str:
    """What a delivery says. The fast lane keeps no ledger: a report that was sent twice, or told
    twice, says when each time."""
    if data.get("revision") is None:
        data = {name: value for name, value in data.items() if name not in TIMES}
    return json.dumps(data, sort_keys=True)


def _unsaid_corrections(picture: Picture) -> Iterator[str]:
    for record in picture.routed:
        row = picture.row_by_message.get(record.message_id)
        submission = picture.submission_of.get(record.external_id or "")
        if row is None or submission is None or row.cause != "correction":
            continue
        if submission.corrected is None:
            yield f"{record} was corrected by nobody"


def revisions_name_what_they_supersede(picture: Picture) -> Iterator[str]:
    """A later decision names the one before it, which is withdrawn from its queue."""
    for record in picture.routed:
        row = picture.row_by_message.get(record.message_id)
        if row is None or not record.made_by_ledger:
            continue
        ids = {r.message_id for r in picture.rows_of[row.ticket_id] if r.revision < row.revision}
        named = record.data.get("supersedes")
        if row.revision > 1 and named not in ids:
            yield f"{record}, revision {row.revision}, supersedes {named!r}"
        if row.revision == 1 and named is not None:
            yield f"{record} is the first and supersedes {named}"
    for row in picture.evidence.ledger:
        if not row.live and (row.queue, row.message_id) not in picture.withdrawals:
            yield f"{row.message_id} is superseded and still stands on queues.{row.queue}"
    for (queue, message_id), data in picture.withdrawals.items():
        if (queue, message_id) not in picture.deliveries:
            yield f"{data['ticket_id']}: {message_id} was withdrawn from {queue}, never put there"


def nothing_waits(picture: Picture) -> Iterator[str]:
    """Every group has committed to the end of its topic."""
    for reader in GROUPS:
        lag = picture.evidence.lag.get(reader)
        if lag is None:
            yield f"{reader} was not measured"
        elif lag:
            yield f"{reader} has {lag} records before it"


def licences_are_known(picture: Picture) -> Iterator[str]:
    """Every licence stands at its highest version; two contents under one are a contradiction."""
    contents: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for fact in picture.evidence.facts:
        contents[fact.licence_id][fact.version].add(fact.content)
    rows = {row.licence_id: row for row in picture.evidence.licences}
    for licence_id, versions in contents.items():
        newest = max(versions)
        row = rows.get(licence_id)
        expected = (newest, len(versions[newest]) > 1)
        if row is None:
            yield f"licence {licence_id} is unknown"
        elif (row.version, row.contradictory) != expected:
            yield f"licence {licence_id} stands at {row}, not at {expected}"
    for licence_id in rows.keys() - contents.keys():
        yield f"licence {licence_id} was never published"


INVARIANTS: Mapping[str, Callable[[Picture], Iterable[str]]] = {
    check.__name__: check
    for check in (
        one_live_decision,
        ledger_agrees,
        all_published,
        nothing_invented,
        security_has_both,
        reports_reach_people,
        ids_are_kept,
        poison_is_parked,
        only_poison_is_parked,
        order_is_kept,
        decisions_are_stable,
        revisions_name_what_they_supersede,
        nothing_waits,
        licences_are_known,
    )
}


def check(evidence: Evidence) -> Verdict:
    """Every invariant over the evidence."""
    picture = Picture(evidence)
    findings = tuple(
        Finding(name, what) for name, invariant in INVARIANTS.items() for what in invariant(picture)
    )
    return Verdict(findings, _figures(picture))


def lost(verdict: Verdict) -> int:
    """Accepted tickets that stand nowhere: what the naive stage must be seen to lose."""
    return sum("stands on no queue" in finding.what for finding in verdict.findings)


def _figures(picture: Picture) -> Mapping[str, int]:
    evidence = picture.evidence
    origins = Counter((m.topic, _origin(m)) for m in picture.parked)
    return {
        "submissions": len(evidence.submissions),
        "accepted": sum(s.accepted for s in evidence.submissions),
        "reports": sum(s.report for s in evidence.submissions),
        "ledger rows": len(evidence.ledger),
        "live records": len(picture.live),
        "revisions": sum(row.revision > 1 for row in evidence.ledger),
        "poison": len(evidence.poison),
        "parked": len(origins),
        "raw repeats on queues": _repeats(m for m in picture.on_queues),
        "raw repeats in dead letters": sum(origins.values()) - len(origins),
        "licence facts": len(evidence.facts),
    }


def _repeats(messages: Iterable[Message]) -> int:
    ids = [(message.topic, _id(message)) for message in messages]
    return len(ids) - len(set(ids))
