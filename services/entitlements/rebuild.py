"""Which provisional answers still waited? By what entitlements told, not by what it stored."""

from __future__ import annotations

from services.entitlements.handlers import provisional, ticket_of
from services.entitlements.store import Provisional, Ticket
from shared.contracts import Cause, Classified, Entitled


def waiting(entitled: Entitled) -> Provisional | None:
    """The answer to be judged once more, if this one is provisional and that is not it."""
    answer = entitled.coverage
    if answer is None or not answer.provisional or entitled.security.flag:
        return None
    if entitled.cause is not Cause.FIRST:
        return None
    ticket = Classified(
        accepted=entitled.accepted, security=entitled.security, verdict=entitled.verdict
    )
    return provisional(ticket, answer)


def judged_again(entitled: Entitled) -> Ticket | None:
    """The ticket, if this is its second answer: it waits no longer."""
    return ticket_of(entitled.accepted) if entitled.cause is Cause.FACTS_LEARNED else None
