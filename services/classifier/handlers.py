"""What does the classifier do with a submitted ticket? Parse, ask the model, pass on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.classifier.metrics import count
from services.classifier.model import Model
from services.classifier.reading import read
from services.classifier.security import Look, look_at, raised
from services.classifier.verdict import Judgement, judge
from shared.contracts import (
    Classified,
    Security,
    SecuritySuspected,
    StageFailure,
    Submitted,
    Ticket,
    Verdict,
)
from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, Record, decode, encode, types_of
from shared.ids import event_id
from shared.topics import CLASSIFIED, SECURITY, SUBMITTED, Reader

SOURCE = "classifier"
BATCH = 100
"""Small enough that on a starved machine, too, a batch ends long before it looks stuck."""
Clock = Callable[[], datetime]
Arrived = Event[Submitted]
Judge = Callable[[Sequence[Ticket]], Sequence[Judgement]]
Looker = Callable[[Sequence[Ticket]], Sequence[Look]]


@dataclass(frozen=True, slots=True)
class Writing:
    """Where facts go and when they are found."""

    namespace: str
    clock: Clock

    def classified(
        self,
        event: Arrived,
        security: Security,
        verdict: Verdict,
        failure: StageFailure | None = None,
    ) -> Outgoing:
        accepted = event.data.accepted
        return encode(
            CLASSIFIED.address(self.namespace),
            Classified(accepted=accepted, security=security, verdict=verdict, failure=failure),
            event_id=event_id(accepted.ticket_id, accepted.fingerprint, "classified"),
            source=SOURCE,
            time=self.clock(),
            subject=str(accepted.ticket_id),
            correlation_id=event.correlation_id,
            causation_id=event.id,
            traceparent=event.traceparent,
        )

    def suspected(self, event: Arrived, security: Security) -> Outgoing:
        """The same id from both processes of the classifier, so that it is one finding."""
        accepted = event.data.accepted
        now = self.clock()
        return encode(
            SECURITY.address(self.namespace),
            SecuritySuspected(accepted=accepted, security=security, found_at=now),
            event_id=event_id(accepted.ticket_id, accepted.fingerprint, "suspected/machine"),
            source=SOURCE,
            time=now,
            subject=str(accepted.ticket_id),
            correlation_id=event.correlation_id,
            causation_id=event.id,
            traceparent=event.traceparent,
        )

    def missed_by_screen(self, event: Arrived, security: Security) -> tuple[Outgoing, ...]:
        """The finding, where the model sees a report that intake did not flag."""
        if event.data.security.flag or not security.flag:
            return ()
        return (self.suspected(event, security),)


def judge_with(model: Model) -> Judge:
    return lambda tickets: judge(model, [(t.subject, t.body) for t in tickets])


def look_with(model: Model) -> Looker:
    return lambda tickets: look_at(model, [read(t.subject, t.body) for t in tickets])


def ordinary_work(judge_all: Judge, writing: Writing) -> Work[Arrived]:
    """Every ticket: its scope, product area, confidence, evidence; and security."""

    async def decide(events: Sequence[Arrived]) -> Sequence[Outcome]:
        tickets = [event.data.accepted.ticket for event in events]
        judgements = await asyncio.to_thread(judge_all, tickets)
        return [conclude(e, j) for e, j in zip(events, judgements, strict=True)]

    def conclude(event: Arrived, judgement: Judgement) -> Outcome:
        count(judgement)
        security = raised(event.data.security, judgement.security)
        return Outcome(
            urgent=writing.missed_by_screen(event, security),
            outgoing=(writing.classified(event, security, judgement.verdict),),
        )

    def give_up(event: Arrived, failure: StageFailure) -> Outcome:
        return Outcome(
            outgoing=(writing.classified(event, event.data.security, Verdict(), failure),)
        )

    return Work(Reader.CLASSIFIER, SUBMITTED, read_submitted, decide, give_up=give_up, batch=BATCH)


def security_work(look_at_all: Looker, writing: Writing) -> Work[Arrived]:
    """Security only: reports that the screen missed, past the ordinary backlog."""

    async def decide(events: Sequence[Arrived]) -> Sequence[Outcome]:
        unflagged = [event for event in events if not event.data.security.flag]
        tickets = [event.data.accepted.ticket for event in unflagged]
        looks = await asyncio.to_thread(look_at_all, tickets)
        found = {id(e): seen for e, seen in zip(unflagged, looks, strict=True)}
        return [conclude(event, found.get(id(event))) for event in events]

    def conclude(event: Arrived, seen: Look | None) -> Outcome:
        if seen is None or not seen.found:
            return Outcome()
        security = raised(event.data.security, seen)
        return Outcome(urgent=writing.missed_by_screen(event, security))

    return Work(Reader.CLASSIFIER_SECURITY, SUBMITTED, read_submitted, decide, batch=BATCH)


def read_submitted(record: Record) -> Arrived:
    return decode(record, types_of(Submitted))
