"""What do people's corrections teach? Labelled tickets, from corrections and what was judged."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.classifier.training.corpus import Labelled
from shared.contracts import Classified, Corrected, ProductArea, Scope

LANGUAGE_UNKNOWN = "und"


def taught(corrections: Iterable[Corrected], classified: Iterable[Classified]) -> list[Labelled]:
    """One labelled ticket per corrected one, in the order in which they were judged.

    `corrections` in the order in which they were made: of two about one thing the later counts.
    What nobody corrected stays as it was judged. A correction of another message under the same
    id, or of a ticket that is nowhere, teaches nothing.
    """
    by_ticket: dict[UUID, list[Corrected]] = {}
    for correction in corrections:
        by_ticket.setdefault(correction.ticket_id, []).append(correction)
    lessons: dict[tuple[UUID, str], Labelled] = {}
    for judged in classified:
        accepted = judged.accepted
        mine = [
            correction
            for correction in by_ticket.get(accepted.ticket_id, ())
            if correction.fingerprint in (None, accepted.fingerprint)
        ]
        if mine:
            lessons[accepted.ticket_id, accepted.fingerprint] = _lesson(judged, mine)
    return list(lessons.values())


def _lesson(judged: Classified, corrections: Iterable[Corrected]) -> Labelled:
    found = judged.verdict.findings[0] if judged.verdict.findings else None
    scope = found.scope if found else Scope.UNCLEAR
    security = judged.security.flag
    for correction in corrections:
        scope = scope if correction.scope is None else correction.scope
        security = security if correction.security is None else correction.security
    return Labelled(
        id=str(judged.accepted.ticket_id),
        subject=judged.accepted.ticket.subject,
        body=judged.accepted.ticket.body,
        lang=LANGUAGE_UNKNOWN,
        scope=scope,
        security=security,
        product_area=found.product_area if found else ProductArea.UNKNOWN,
        extension=found.extension if found else None,
    )
