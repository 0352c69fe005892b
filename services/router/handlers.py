"""Which topics does the router read, and what does it do with each? Parse, ask, pass on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.router.case import Assessed, Case, Correction, Input, Suspected
from services.router.opening import Arrival
from services.router.outbox import pending
from services.router.revision import take
from services.router.ruling import Rulebook
from services.router.store import Ledger, Mark
from shared.contracts import (
    Corrected,
    Entitled,
    Frozen,
    SecuritySuspected,
    StageFailure,
    Verdict,
    Withdrawn,
)
from shared.engine import Outcome, Work
from shared.envelope import Event, Record, decode, types_of
from shared.topics import CORRECTIONS, ENTITLED, SECURITY, Reader

log = structlog.get_logger()
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the three stages of the router share: the ledger, the policy, the time."""

    ledger: Ledger
    rules: Rulebook
    namespace: str
    clock: Clock

    async def decide(self, arrivals: Sequence[Arrival | None]) -> list[Outcome]:
        """One outcome per arrival; a None stands for a record that asks for nothing."""
        now = self.clock()
        taken = iter(
            await self.ledger.take(
                [arrival for arrival in arrivals if arrival is not None],
                lambda case, arrived: self._take(case, arrived, now),
            )
        )
        seen: set[object] = set()
        return [
            self._outcome(next(taken), seen, now) if arrival is not None else Outcome()
            for arrival in arrivals
        ]

    def _take(self, case: Case, arrived: Input, now: datetime) -> Case:
        """A ticket that the policy can't be applied to is for a person to decide."""
        try:
            return take(case, arrived, self.rules, now)
        except Exception as error:
            if not isinstance(arrived, Assessed) or arrived.entitled.failure is not None:
                raise
            log.exception("decision.failed", ticket_id=str(case.ticket_id))
            failure = StageFailure(stage=Reader.ROUTER, reason=type(error).__name__)
            verdict = Verdict(model=arrived.entitled.verdict.model)  # what tripped us may be in it
            failed = arrived.entitled.model_copy(update={"failure": failure, "verdict": verdict})
            kept = Assessed(failed, failed.model_dump_json().encode())
            return take(case, kept, self.rules, now)

    def _outcome(self, case: Case, seen: set[object], now: datetime) -> Outcome:
        if case.ticket_id in seen:
            return Outcome()
        seen.add(case.ticket_id)
        owed = pending(case, self.namespace, now)
        return Outcome(
            outgoing=tuple(record for record, _ in owed),
            note=tuple(mark for _, mark in owed),
        )

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        marks = [m for o in outcomes if isinstance(o.note, tuple) for m in o.note]
        await self.ledger.mark([m for m in marks if isinstance(m, Mark)], self.clock())


def ordinary_work(deciding: Deciding) -> Work[Event[Entitled]]:
    """Tickets with what the customer is owed: decide by the policy."""
    types = types_of(Entitled)

    def read(record: Record) -> Event[Entitled]:
        return decode(record, types)

    async def decide(events: Sequence[Event[Entitled]]) -> Sequence[Outcome]:
        return await deciding.decide([_assessed(event) for event in events])

    return Work(Reader.ROUTER, ENTITLED, read, decide, deciding.settle)


def _assessed(event: Event[Entitled]) -> Arrival:
    accepted = event.data.accepted
    return Arrival(
        accepted.ticket_id,
        accepted.fingerprint,
        Assessed(event.data, event.json),
    )


def security_work(deciding: Deciding) -> Work[Event[Any]]:
    """Findings: the ledger's row, and the withdrawal of an ordinary decision."""
    types: dict[str, type[Frozen]] = {**types_of(SecuritySuspected), **types_of(Withdrawn)}

    def read(record: Record) -> Event[Frozen]:
        return decode(record, types)

    async def decide(events: Sequence[Event[Frozen]]) -> Sequence[Outcome]:
        return await deciding.decide([_suspected(event) for event in events])

    return Work(Reader.ROUTER_SECURITY, SECURITY, read, decide, deciding.settle)


def _suspected(event: Event[Frozen]) -> Arrival | None:
    """A finding; our own withdrawals on the same topic are for the fast lane alone."""
    match event.data:
        case SecuritySuspected(accepted=accepted) as suspected:
            arrived: Input = Suspected(suspected, event.json)
            return Arrival(accepted.ticket_id, accepted.fingerprint, arrived)
        case _:
            return None


def corrections_work(deciding: Deciding) -> Work[Event[Corrected]]:
    """What people say of decisions."""
    types = types_of(Corrected)

    def read(record: Record) -> Event[Corrected]:
        return decode(record, types)

    async def decide(events: Sequence[Event[Corrected]]) -> Sequence[Outcome]:
        return await deciding.decide(
            [
                Arrival(
                    event.data.ticket_id, event.data.fingerprint, Correction(event.id, event.data)
                )
                for event in events
            ]
        )

    return Work(Reader.ROUTER_CORRECTIONS, CORRECTIONS, read, decide, deciding.settle)
