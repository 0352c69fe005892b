"""How is a submission taken? Parse, redact, screen, and say what is to be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.intake.acceptance import Keys, NamedBy, Origin, accept
from services.intake.publication import security_of, submitted, suspected
from services.intake.screen import screen
from services.intake.submission import Submission
from shared.contracts import Accepted, Security
from shared.envelope import Outgoing


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted ticket with the screen's word on it."""

    accepted: Accepted
    security: Security


@dataclass(frozen=True, slots=True)
class Desk:
    """What both roles share: keys, addresses, clock and chance."""

    keys: Keys
    namespace: str
    now: Callable[[], datetime]
    random_key: Callable[[], str]

    def take(self, submission: Submission, origin: Origin, named: NamedBy) -> Taken:
        """The ticket, redacted and then screened; nothing is written yet."""
        accepted = accept(
            submission,
            origin,
            key=named.key(self.random_key()),
            received_at=self.now(),
            keys=self.keys,
        )
        screening = screen(accepted.ticket.subject, accepted.ticket.body)
        return Taken(accepted, security_of(screening.reasons))

    def urgent(self, taken: Taken) -> tuple[Outgoing, ...]:
        """The report, where the ticket is one; to be acknowledged before `ordinary`."""
        if not taken.security.flag:
            return ()
        report = suspected(
            taken.accepted, taken.security, found_at=self.now(), namespace=self.namespace
        )
        return (report,)

    def ordinary(self, taken: Taken) -> tuple[Outgoing, ...]:
        return (submitted(taken.accepted, taken.security, namespace=self.namespace),)
