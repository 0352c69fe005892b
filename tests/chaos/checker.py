"""Were the promises kept? Evidence in, broken invariants out; each invariant is one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from tests.chaos.evidence import Evidence, Message
from tests.chaos.invariants.history import decisions_are_stable, revisions_name_what_they_supersede
from tests.chaos.invariants.identity import ids_are_kept, order_is_kept
from tests.chaos.invariants.parking import only_poison_is_parked, poison_is_parked
from tests.chaos.invariants.progress import licences_are_known, nothing_waits
from tests.chaos.invariants.security import reports_reach_people, security_has_both
from tests.chaos.invariants.standing import (
    all_published,
    ledger_agrees,
    nothing_invented,
    one_live_decision,
)
from tests.chaos.picture import Picture, id_of, origin_of
from tests.chaos.verdict import Finding, Verdict

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


def _figures(picture: Picture) -> Mapping[str, int]:
    evidence = picture.evidence
    origins = Counter((m.topic, origin_of(m)) for m in picture.parked)
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
    ids = [(message.topic, id_of(message)) for message in messages]
    return len(ids) - len(set(ids))
