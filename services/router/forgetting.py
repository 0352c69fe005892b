"""What is left of a ticket when its customer is forgotten? Everything but words and addresses."""

from __future__ import annotations

from services.router.case import Assessed, Case, Correction, Suspected
from shared.contracts import Accepted, Entitled, Finding, Routed, SecuritySuspected, Ticket

MARK = "[forgotten]"


def forgotten(case: Case) -> Case:
    """The case without the customer's words; ids, findings, coverage and seals stay."""
    suspected = case.suspected
    return case._replace(
        assessed=_assessed(case.assessed),
        learned=_assessed(case.learned),
        suspected=_suspected(suspected.suspected) if suspected else None,
        corrections=tuple(_correction(each) for each in case.corrections),
        decisions=tuple(
            each._replace(record=_record(each.record), json=None) for each in case.decisions
        ),
    )


def _assessed(assessed: Assessed | None) -> Assessed | None:
    if assessed is None:
        return None
    entitled = assessed.entitled
    verdict = entitled.verdict.model_copy(update={"findings": _findings(entitled.verdict.findings)})
    kept: Entitled = entitled.model_copy(
        update={"accepted": _accepted(entitled.accepted), "verdict": verdict}
    )
    return Assessed(kept, kept.model_dump_json().encode())


def _suspected(suspected: SecuritySuspected) -> Suspected:
    kept = suspected.model_copy(update={"accepted": _accepted(suspected.accepted)})
    return Suspected(kept, kept.model_dump_json().encode())


def _correction(correction: Correction) -> Correction:
    """People quote tickets when they say why."""
    return correction._replace(corrected=correction.corrected.model_copy(update={"reason": MARK}))


def _record(routed: Routed) -> Routed:
    return routed.model_copy(
        update={
            "ticket": _ticket(routed.ticket) if routed.ticket else None,
            "findings": _findings(routed.findings),
        }
    )


def _accepted(accepted: Accepted) -> Accepted:
    return accepted.model_copy(update={"ticket": _ticket(accepted.ticket)})


def _ticket(ticket: Ticket) -> Ticket:
    return Ticket(subject=MARK, body=MARK, sent_at=ticket.sent_at, channel=ticket.channel)


def _findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding.model_copy(update={"evidence": ()}) for finding in findings)
