"""What did the ledger know of a ticket? Put together again from what stands on the topics.

Decides nothing: a decision is taken as it was told, with its id, its record and its times. The
fast lane's records carry no revision; they get the numbers that the others leave free.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.router.case import Assessed, Case, Correction, Decision, Input, Suspected
from services.router.revision import flagged
from services.router.ruling import Rulebook
from shared.contracts import Cause, Queue, Routed, Withdrawn
from shared.ids import security_routed_id

MACHINE = "machine"
FindRules = Callable[[Routed], Rulebook | None]
"""The rules by which a record was decided, if they are still at hand."""


class Incomplete(ValueError):
    """The topics no longer hold all that the ledger has lost; says in words what is missing."""


@dataclass(frozen=True, slots=True)
class Told:
    """A decision on its queue. `record`: its bytes; `at`: the record's time."""

    message_id: str
    routed: Routed
    record: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    withdrawn: Withdrawn
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """An input on its topic. `done`: the router has committed it, so it won't come again."""

    input: Input
    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the topics say of one ticket; each kind of record in the order of its topic.

    `taken_back`: by the message id that was withdrawn.
    """

    told: Sequence[Told] = ()
    taken_back: Mapping[str, TakenBack] = field(default_factory=dict)
    heard: Sequence[Heard] = ()


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A case with all that it has lost, and the bytes of the records that were put back."""

    case: Case
    records: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class _Report:
    """A finding that the fast lane shows, or will. `sure`: the ledger has had its decision."""

    message_id: str
    routed: Routed
    at: datetime
    by_person: bool
    sure: bool


def rebuilt(case: Case, evidence: Evidence, find_rules: FindRules) -> Rebuilt:
    """The case with the decisions and inputs that it lacks; what it has stays as it is.

    An input that the router had not committed is left out, unless a decision rests on it: it
    comes again, and is decided then. Raises Incomplete where revisions are gone for good.
    """
    known = len(case.decisions)
    ordinary = _ordinary(case, evidence)
    reports = _reports(case, evidence)
    last = max(
        known + len(ordinary) + sum(report.sure for report in reports), max(ordinary, default=0)
    )
    free = [number for number in range(known + 1, last + 1) if number not in ordinary]
    placed, stillborn = _placed(case, ordinary, reports, free, evidence)
    decisions = list(case.decisions)
    causes = _causes(evidence, stillborn)
    standing = case.live
    for revision in range(known + 1, last + 1):
        if revision in ordinary:
            decision = _of_queue(ordinary[revision], revision)
        else:
            report = placed[revision]
            dead = revision in stillborn
            before = None if dead or standing is None else standing.message_id
            usual = Cause.CORRECTION if report.by_person else Cause.SECURITY_FINDING
            cause = Cause.SECURITY_FINDING if dead else causes.get(revision, usual)
            decision = _of_report(case, report, revision, before, cause)
        decisions.append(decision)
        if revision not in stillborn:
            standing = decision
    marked = tuple(_marked(each, standing, evidence) for each in decisions)
    records = {
        revision: ordinary[revision].record
        if revision in ordinary
        else marked[revision - 1].record.model_dump_json().encode()
        for revision in range(known + 1, last + 1)
    }
    case = _with_inputs(case._replace(decisions=marked), evidence)
    return Rebuilt(_with_corrections(case, evidence, find_rules), records)


def _ordinary(case: Case, evidence: Evidence) -> dict[int, Told]:
    """The decisions that the case lacks, by the revision that their records name."""
    found: dict[int, Told] = {}
    for told in evidence.told:
        revision = told.routed.revision
        if revision is None or case.knows(told.message_id):
            continue
        if revision <= len(case.decisions):
            raise Incomplete(
                f"revision {revision} is {told.message_id} on {told.routed.queue} and"
                f" {case.decisions[revision - 1].message_id} in the ledger"
            )
        found[revision] = told
    return found


def _reports(case: Case, evidence: Evidence) -> list[_Report]:
    """The findings that the case lacks a decision on, in the order of their topic."""
    shown = {told.message_id: told for told in evidence.told if told.routed.revision is None}
    found: dict[str, _Report] = {}
    for heard in evidence.heard:
        if not isinstance(heard.input, Suspected):
            continue
        suspected = heard.input.suspected
        id_ = report_id(case, suspected.finding)
        by_person = suspected.finding != MACHINE  # told by the router, after it had decided
        sure = by_person or heard.done or id_ in evidence.taken_back
        there = shown.get(id_)
        routed = there.routed if there else _as_shown(heard.input)
        found.setdefault(id_, _Report(id_, routed, heard.at, by_person, sure))
    for id_, told in shown.items():  # the finding itself may be gone from its topic
        by_person = id_ != report_id(case, MACHINE)
        found.setdefault(id_, _Report(id_, told.routed, told.at, by_person, sure=True))
    return [report for report in found.values() if not case.knows(report.message_id)]


def report_id(case: Case, finding: str) -> str:
    """The message id under which the fast lane shows a finding."""
    return security_routed_id(case.base_id, case.fingerprint or "", finding)


def _as_shown(arrived: Suspected) -> Routed:
    """What the fast lane will show of a finding that it has not carried yet."""
    suspected = arrived.suspected
    accepted = suspected.accepted
    return Routed(
        ticket_id=accepted.ticket_id,
        fingerprint=accepted.fingerprint,
        cause=Cause.SECURITY_FINDING,
        queue=Queue.SECURITY,
        rank=1,
        security=suspected.security,
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=suspected.found_at,
    )


def _placed(
    case: Case,
    ordinary: Mapping[int, Told],
    reports: Sequence[_Report],
    free: Sequence[int],
    evidence: Evidence,
) -> tuple[dict[int, _Report], frozenset[int]]:
    """Which report has which of the free revisions, and which of these never stood.

    A withdrawal names the revision that took the place, or its own where nothing did: such a
    report was taken back as soon as it was found. The others stood one after the other, each
    until the revision that names it.
    """
    more = len(free) - sum(report.sure for report in reports)
    doubtful = [report.message_id for report in reports if not report.sure][: max(0, more)]
    chosen = [report for report in reports if report.sure or report.message_id in doubtful]
    if len(chosen) < len(free):
        missing = ", ".join(map(str, free))
        raise Incomplete(f"revision {missing} stands neither in the ledger nor on the topics")
    successors = _successors(case, ordinary)
    placed: dict[int, _Report] = {}
    for report in chosen:
        back = evidence.taken_back.get(report.message_id)
        if back is None or report.message_id in successors:
            continue
        if back.withdrawn.revision in free:
            placed[back.withdrawn.revision] = report
    stillborn = frozenset(placed)
    rest = [report for report in chosen if report not in placed.values()]
    rest.sort(key=lambda report: successors.get(report.message_id, math.inf))
    left = [number for number in free if number not in placed]
    return placed | dict(zip(left, rest, strict=True)), stillborn


def _successors(case: Case, ordinary: Mapping[int, Told]) -> dict[str, int]:
    """By message id, the ordinary revision that took its place."""
    found = {told.routed.supersedes: revision for revision, told in ordinary.items()}
    found |= {decision.supersedes: decision.revision for decision in case.decisions}
    return {id_: revision for id_, revision in found.items() if id_ is not None}


def _causes(evidence: Evidence, stillborn: frozenset[int]) -> dict[int, Cause]:
    """Why revisions were made, by the withdrawals of what they took the place of."""
    backs = (back.withdrawn for back in evidence.taken_back.values())
    return {back.revision: back.cause for back in backs if back.revision not in stillborn}


def _of_queue(told: Told, revision: int) -> Decision:
    routed = told.routed
    return Decision(
        revision=revision,
        queue=routed.queue,
        rank=routed.rank,
        cause=routed.cause,
        message_id=told.message_id,
        supersedes=routed.supersedes,
        live=False,
        record=routed,
        published_at=told.at,
    )


def _of_report(
    case: Case, report: _Report, revision: int, supersedes: str | None, cause: Cause
) -> Decision:
    return Decision(
        revision=revision,
        queue=Queue.SECURITY,
        rank=1,
        cause=cause,
        message_id=report.message_id,
        supersedes=supersedes,
        live=False,
        record=report.routed.model_copy(
            update={
                "ticket_id": case.ticket_id,
                "conflicts_with": case.conflicts_with,
                "revision": revision,
                "supersedes": supersedes,
                "cause": cause,
            }
        ),
        published_at=report.at,
    )


def _marked(decision: Decision, standing: Decision | None, evidence: Evidence) -> Decision:
    """The decision with what newer records prove: whether it stands, and what was acknowledged."""
    told = next((told for told in evidence.told if told.message_id == decision.message_id), None)
    back = evidence.taken_back.get(decision.message_id)
    return decision._replace(
        live=standing is not None and decision.message_id == standing.message_id,
        published_at=decision.published_at or (told.at if told else None),
        withdrawn_at=decision.withdrawn_at or (back.at if back else None),
    )


def _with_inputs(case: Case, evidence: Evidence) -> Case:
    """The case with the inputs that won't come again, or that its decisions rest on."""
    ordinary = any(decision.queue is not Queue.SECURITY for decision in case.decisions)
    learned = any(decision.cause is Cause.FACTS_LEARNED for decision in case.decisions)
    for heard in evidence.heard:
        match heard.input:
            case Assessed(entitled=entitled) as arrived if case.assessed is None:
                if heard.done or ordinary:
                    case = case._replace(assessed=arrived)
            case Assessed(entitled=entitled) as arrived:
                again = entitled.cause is Cause.FACTS_LEARNED and case.learned is None
                if again and (heard.done or learned):
                    case = case._replace(learned=arrived)
            case Suspected(suspected=suspected) as arrived if case.suspected is None:
                known = case.knows(report_id(case, suspected.finding))
                if suspected.finding == MACHINE and (heard.done or known):
                    case = case._replace(suspected=arrived)
            case _:
                pass
    return case


def _with_corrections(case: Case, evidence: Evidence, find_rules: FindRules) -> Case:
    """The case with what people said, up to the last word that it had heard.

    Of words that were not committed, as many as the live decision says already: told again, each
    alone would seem to ask for something else.
    """
    kept = {correction.id for correction in case.corrections}
    spoken = [(heard.input, heard.done) for heard in evidence.heard]
    words = [(word, done) for word, done in spoken if isinstance(word, Correction)]

    def up_to(number: int) -> Case:
        new = tuple(word for word, _ in words[:number] if word.id not in kept)
        return case._replace(corrections=(*case.corrections, *new))

    heard = [
        done or word.id in kept or case.knows(report_id(case, word.id)) for word, done in words
    ]
    least = max((number for number, known in enumerate(heard, start=1) if known), default=0)
    for number in range(len(words), least, -1):
        if settled(up_to(number), find_rules):
            return up_to(number)
    return up_to(least)


def settled(case: Case, find_rules: FindRules) -> bool:
    """Whether the live decision is what the inputs lead to."""
    live = case.live
    if live is None:
        return False
    if flagged(case) or live.queue is Queue.SECURITY:
        return flagged(case) and live.queue is Queue.SECURITY
    rules = find_rules(live.record)
    if rules is None or case.entitled is None:
        return False
    return rules.apply(case).same_as(live.record)
