"""What can happen to a ticket, step by step? Lives of all kinds, to be cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import combinations_with_replacement
from uuid import UUID

from shared.contracts import Accepted, Classified, Corrected, LicenceFact, Queue, Scope
from shared.envelope import Outgoing
from shared.ids import event_id, ticket_id
from shared.topics import CLASSIFIED, CORRECTIONS, SECURITY
from tests.chaos.evidence import Submission, Word
from tests.support.builders import (
    ACCOUNT,
    SOURCE,
    a_classified,
    a_flag,
    a_licence,
    a_suspected,
    a_ticket,
    an_accepted,
)
from tests.support.world import World

EXPIRED = "acct-expired"


@dataclass(frozen=True)
class Life:
    """One key with its one or two texts. `cuts`: how many steps before the backup, and before
    the restore; the rest comes afterwards."""

    name: str
    number: int
    as_of: datetime
    steps: Sequence[Step]
    ends: Sequence[Queue]
    cuts: tuple[int, int]
    account: str = ACCOUNT
    corrected: Word | None = None
    reports: frozenset[int] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        return f"life-{self.number}"

    @property
    def ticket_id(self) -> UUID:
        return ticket_id(SOURCE, self.key)

    def text(self, which: int = 0) -> Accepted:
        name = f"{self.key}/{which}"
        ticket = a_ticket(external_id=name, account_id=self.account, email=None)
        return an_accepted(
            ticket,
            ticket_id=self.ticket_id,
            fingerprint=sha256(name.encode()).hexdigest(),
            received_at=self.as_of,
        )

    def expected(self) -> dict[str, Queue]:
        return {self.text(n).fingerprint: queue for n, queue in enumerate(self.ends)}

    def submissions(self) -> Iterator[Submission]:
        first = self.text(0).ticket.external_id or ""
        for number in range(len(self.ends)):
            yield Submission(
                self.text(number).ticket.external_id or "",
                answered_ids=(str(self.ticket_id),),
                report=number in self.reports,
                conflicts_with=first if number else None,
                corrected=self.corrected,
            )


Step = Callable[[World, Life], list[Outgoing]]


def asks(which: int = 0) -> Step:
    return lambda world, life: [_classified(world, a_classified(life.text(which)))]


def reports(which: int = 0) -> Step:
    """A report that the screen saw: the security topic first."""

    def step(world: World, life: Life) -> list[Outgoing]:
        ticket = a_classified(life.text(which), security=a_flag())
        return [*found(which)(world, life), _classified(world, ticket)]

    return step


def found(which: int = 0) -> Step:
    """The deeper look finds a report, whatever the ordinary lane has made of it."""

    def step(world: World, life: Life) -> list[Outgoing]:
        accepted = life.text(which)
        id_ = event_id(accepted.ticket_id, accepted.fingerprint, "suspected/machine")
        key = str(accepted.ticket_id)
        return [world.record(SECURITY, a_suspected(accepted), id_, key, "/classifier")]

    return step


def says(word: str, *, security: bool | None = None, scope: Scope | None = None) -> Step:
    def step(world: World, life: Life) -> list[Outgoing]:
        said = Corrected(
            ticket_id=life.ticket_id, security=security, scope=scope, by="Dana", reason="read it"
        )
        id_ = f"{life.key}/{word}"
        return [world.record(CORRECTIONS, said, id_, str(life.ticket_id), "/triage/correct")]

    return step


def _classified(world: World, ticket: Classified) -> Outgoing:
    accepted = ticket.accepted
    id_ = event_id(accepted.ticket_id, accepted.fingerprint, "classified")
    return world.record(CLASSIFIED, ticket, id_, str(accepted.ticket_id), "/classifier")


FLAG = says("flag", security=True)
FLAG_AGAIN = says("flag again", security=True)
CLEAR = says("clear", security=False)
SERVER = says("server", scope=Scope.SERVER_ADMINISTRATION)
BUG = says("bug", scope=Scope.BUG_REPORT)
EXTENSIONS, SECURE, REVIEW = Queue.EXTENSIONS, Queue.SECURITY, Queue.REVIEW

KINDS: Mapping[str, tuple[Sequence[Step], Sequence[Queue], Word | None, set[int]]] = {
    "asks": ((asks(),), (EXTENSIONS,), None, set()),
    "reports": ((reports(),), (SECURE,), None, {0}),
    "asks twice": ((asks(), asks()), (EXTENSIONS,), None, set()),
    "found late": ((asks(), found()), (SECURE,), None, {0}),
    "found before it is judged": ((found(), asks()), (SECURE,), None, {0}),
    "cleared": ((reports(), CLEAR), (EXTENSIONS,), Word.NO_REPORT, {0}),
    "cleared before it is found": ((asks(), CLEAR, found()), (EXTENSIONS,), Word.NO_REPORT, {0}),
    "flagged, cleared, flagged": ((asks(), FLAG, CLEAR, FLAG_AGAIN), (SECURE,), Word.REPORT, set()),
    "found, cleared, flagged": ((reports(), CLEAR, FLAG), (SECURE,), Word.REPORT, {0}),
    "said twice": ((asks(), SERVER, BUG), (EXTENSIONS,), Word.SCOPE, set()),
    "said too early": ((SERVER, asks()), (Queue.REFERRAL,), Word.SCOPE, set()),
    "two texts": ((asks(0), asks(1)), (EXTENSIONS, REVIEW), None, set()),
    "two reports": ((reports(0), reports(1)), (SECURE, SECURE), None, {0, 1}),
    "a report under another's key": ((asks(0), reports(1)), (EXTENSIONS, SECURE), None, {1}),
}


def lives(as_of: datetime) -> list[Life]:
    """Every kind, cut off by the backup and by the restore in every way."""
    made: list[Life] = []
    for name, (steps, ends, word, found_in) in KINDS.items():
        for cuts in combinations_with_replacement(range(len(steps) + 1), 2):
            number = len(made)
            life = Life(name, number, as_of, steps, ends, cuts, ACCOUNT, word, frozenset(found_in))
            made.append(life)
    for cuts in ((0, 0), (0, 1), (1, 1)):
        number = len(made)
        ends = (Queue.RENEWAL,)
        made.append(Life("expired", number, as_of, (asks(),), ends, cuts, EXPIRED))
    return made


def licences_of(as_of: datetime) -> list[LicenceFact]:
    begun = as_of - timedelta(days=400)
    month = as_of - timedelta(days=30)
    return [
        a_licence(effective_at=month, valid_from=month, site_limit=None, emails=()),
        a_licence(
            "LIC-expired",
            account_id=EXPIRED,
            effective_at=begun,
            valid_from=begun,
            paid_until=month,
            emails=(),
        ),
    ]


def waiting(first: int, as_of: datetime, *, learned: bool, cuts: tuple[int, int]) -> Life:
    """Somebody whose licence is not known yet, and who is told so provisionally."""
    ends = (EXTENSIONS if learned else Queue.RENEWAL,)
    return Life("waits", first, as_of, (asks(),), ends, cuts, account=f"acct-{first}")


def licence_of(life: Life) -> LicenceFact:
    month = life.as_of - timedelta(days=30)
    account = life.account
    return a_licence(
        f"LIC-{account}", account_id=account, effective_at=month, valid_from=month, emails=()
    )
