"""What is the job, apart from the plumbing? The pipeline's own pure functions, ticket by ticket.

So the peers judge with the same model, answer by the same rights and rule by the same policy; what
is measured beside ours is how the tickets come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.classifier.model import Model, load
from services.classifier.verdict import judge
from services.entitlements.coverage import Moment, coverage
from services.entitlements.identity import Asker, asker
from services.entitlements.lookup import Key, keys_of_asker
from services.entitlements.products import ask_of
from services.entitlements.store import Known
from services.router.case import Assessed, Case
from services.router.policy import CURRENT, load_policy
from services.router.record import ordinary_record
from services.router.ruling import Rulebook
from shared.catalogue import Catalogue, load_catalogue
from shared.contracts import Accepted, Cause, Classified, Entitled, Routed, Submitted

TOLERANCE = timedelta(minutes=15)
SOURCES = ("billing",)
TABLE = """
create table if not exists decided (
    ticket_id uuid primary key, queue text not null, record bytea not null)
"""
INSERT = "insert into decided values ($1, $2, $3) on conflict (ticket_id) do nothing"


@dataclass(frozen=True, slots=True)
class Classifying:
    model: Model = field(default_factory=load)

    def classified(self, tickets: Sequence[Submitted]) -> list[Classified]:
        """In the model's own batch mode."""
        texts = [(t.accepted.ticket.subject, t.accepted.ticket.body) for t in tickets]
        return [
            Classified(accepted=t.accepted, security=t.security, verdict=judgement.verdict)
            for t, judgement in zip(tickets, judge(self.model, texts), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Entitling:
    catalogue: Catalogue = field(default_factory=load_catalogue)

    def entitled(self, ticket: Classified, known: Known) -> Entitled:
        moment = Moment(ticket.accepted.as_of, known.complete_until, TOLERANCE)
        facts = known.of(keys_of(ticket.accepted))
        who = asker_of(ticket.accepted)
        return Entitled(
            accepted=ticket.accepted,
            security=ticket.security,
            verdict=ticket.verdict,
            coverage=coverage(ask_of(ticket.verdict), who, facts, moment, self.catalogue),
        )


@dataclass(frozen=True, slots=True)
class Routing:
    rules: Rulebook = field(default_factory=lambda: Rulebook(load_policy(CURRENT)))

    def decided(self, ticket: Entitled) -> Routed:
        """The queue record, ruled by the policy; a plain job keeps no seal and no revisions."""
        accepted = ticket.accepted
        case = Case(
            accepted.ticket_id,
            accepted.ticket_id,
            accepted.fingerprint,
            assessed=Assessed(ticket, b""),
        )
        ruled = self.rules.apply(case)
        return ordinary_record(case, ruled, 1, None, Cause.FIRST, datetime.now(UTC))


def asker_of(accepted: Accepted) -> Asker:
    return asker(accepted.ticket.requester, accepted.trust, accepted.ticket.site_url)


def keys_of(accepted: Accepted) -> frozenset[Key]:
    """What a customer's licences are found under."""
    return keys_of_asker(asker_of(accepted))
