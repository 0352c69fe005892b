"""Does this input change the live decision? The one place where revisions are made.

The outcome does not depend on the order in which the lanes, late findings and corrections
arrive: the live queue is a function of the set of inputs (corrections in the order that people
made them). A finding of screen or model is cleared only by a person; a person's clearing of a
ticket holds for the same words, whenever the machine finds them.
"""

from __future__ import annotations

from datetime import datetime

from services.router.case import Assessed, Case, Correction, Decision, Input, Suspected
from services.router.inputs import basis_of, sealed
from services.router.record import ordinary_record, security_record
from services.router.ruling import Rulebook
from shared.contracts import Cause, Queue
from shared.ids import routed_id, security_routed_id

MACHINE = "machine"


def take(case: Case, arrived: Input, rules: Rulebook, now: datetime) -> Case:
    """The case after one more input, with the decisions that it made."""
    known = _remember(case, arrived)
    if known is case and not isinstance(arrived, Suspected):
        return case
    if flagged(known):
        known = _to_security(known, _security_cause(known, arrived), rules, now)
    elif known.entitled is not None:
        known = _to_ordinary(known, arrived, rules, now)
    if isinstance(arrived, Suspected):
        known = _withdraw_unwanted(known, arrived, rules, now)
    return _sealed(known, len(case.decisions), arrived, rules.code)


def _remember(case: Case, arrived: Input) -> Case:
    """The case with the input added; the same case where it is a repeat or says nothing new."""
    match arrived:
        case Assessed():
            return _assessed(case, arrived)
        case Suspected(suspected=suspected):
            ours = suspected.finding != MACHINE and case.knows(_report_id(case, suspected.finding))
            return case if ours or case.suspected else case._replace(suspected=arrived)
        case Correction(id=id_):
            if any(correction.id == id_ for correction in case.corrections):
                return case
            return case._replace(corrections=(*case.corrections, arrived))


def _assessed(case: Case, arrived: Assessed) -> Case:
    """The ordinary lane speaks once, and once more where facts were learned later."""
    if case.assessed is None:
        return case._replace(assessed=arrived)
    if case.learned is None and arrived.entitled.cause is Cause.FACTS_LEARNED:
        return case._replace(learned=arrived)
    return case


def _sealed(case: Case, earlier: int, arrived: Input, code: str) -> Case:
    """The case with what its new decisions rest on, sealed."""
    if any(old.basis is None for old in case.decisions[:earlier]):
        return case  # begun before the ledger kept inputs
    if len(case.decisions) == earlier:
        return case
    return sealed(case, earlier, basis_of(case, arrived, code))


def flagged(case: Case) -> bool:
    """Whether the ticket counts as a security report: a person's last word, else the machine's.

    A cleared report stands until the ordinary lane has brought what can take its place.
    """
    said = [c.corrected.security for c in case.corrections if c.corrected.security is not None]
    if said and (said[-1] or case.entitled is not None):
        return said[-1] and _text_is_known(case)
    return _found_by_machine(case)


def _text_is_known(case: Case) -> bool:
    return case.entitled is not None or case.suspected is not None


def _found_by_machine(case: Case) -> bool:
    return case.suspected is not None or (case.entitled is not None and case.entitled.security.flag)


def _security_cause(case: Case, arrived: Input) -> Cause:
    by_person = isinstance(arrived, Correction) or not _found_by_machine(case)
    return Cause.CORRECTION if by_person else Cause.SECURITY_FINDING


def _to_security(case: Case, cause: Cause, rules: Rulebook, now: datetime) -> Case:
    live = case.live
    if live is not None and live.queue is Queue.SECURITY:
        return case
    message_id = _report_id(case, case.suspected.suspected.finding if case.suspected else MACHINE)
    told = _found_by_machine(case) and not case.knows(message_id)
    if not told:
        flagging = next(c for c in reversed(case.corrections) if c.corrected.security)
        message_id = _report_id(case, flagging.id)
    return _with_report(case, cause, message_id, rules, now, told=told)


def _report_id(case: Case, finding: str) -> str:
    """The message id under which the fast lane shows this finding."""
    return security_routed_id(case.base_id, case.fingerprint or "", finding)


def _with_report(
    case: Case,
    cause: Cause,
    message_id: str,
    rules: Rulebook,
    now: datetime,
    *,
    told: bool,
    live: bool = True,
) -> Case:
    """`told`: whoever found it has told the fast lane, acknowledged, before we heard of it."""
    before = case.live
    revision = len(case.decisions) + 1
    supersedes = before.message_id if before is not None and live else None
    ruled = rules.report(case)
    return case.with_decision(
        Decision(
            revision=revision,
            queue=Queue.SECURITY,
            rank=1,
            cause=cause,
            message_id=message_id,
            supersedes=supersedes,
            live=live,
            record=security_record(
                case, ruled, revision, supersedes, cause, now, by_person=not told
            ),
            published_at=now if told else None,
        )
    )


def _to_ordinary(case: Case, arrived: Input, rules: Rulebook, now: datetime) -> Case:
    live = case.live
    if case.fingerprint is None:
        return case
    ruled = rules.apply(case)
    cause = _ordinary_cause(arrived, live)
    if live is not None:
        if cause is Cause.FACTS_LEARNED and ruled.ruling.rank >= live.rank:
            return case
        if cause is Cause.FIRST:
            return case
        if ruled.same_as(live.record):
            return case
    revision = len(case.decisions) + 1
    record = ordinary_record(case, ruled, revision, live, cause, now)
    return case.with_decision(
        Decision(
            revision=revision,
            queue=record.queue,
            rank=record.rank,
            cause=cause,
            message_id=routed_id(case.ticket_id, case.fingerprint, revision),
            supersedes=record.supersedes,
            live=True,
            record=record,
            json=record.model_dump_json().encode(),
        )
    )


def _ordinary_cause(arrived: Input, live: Decision | None) -> Cause:
    if isinstance(arrived, Correction):
        return Cause.CORRECTION
    if live is None:
        return Cause.FIRST
    if live.queue is Queue.SECURITY:
        return Cause.CORRECTION
    if isinstance(arrived, Assessed) and arrived.entitled.cause is Cause.FACTS_LEARNED:
        return Cause.FACTS_LEARNED
    return Cause.FIRST


def _withdraw_unwanted(case: Case, arrived: Suspected, rules: Rulebook, now: datetime) -> Case:
    """The fast lane will show this finding; where it is not to stand, the ledger takes it back."""
    message_id = _report_id(case, arrived.suspected.finding)
    if case.knows(message_id):
        return case
    cause = Cause.SECURITY_FINDING
    return _with_report(case, cause, message_id, rules, now, told=True, live=False)
