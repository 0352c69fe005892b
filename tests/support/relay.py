"""What is the smallest real stage? One that passes tickets on, in a test or as a process.

`python -m tests.support.relay` runs it like any service; settings by environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from shared.contracts import StageFailure, Submitted
from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, decode, encode, types_of
from shared.ids import event_id
from shared.process import run
from shared.settings import KafkaSettings, ProcessSettings
from shared.topics import CLASSIFIED, SUBMITTED, Reader
from tests.support.builders import NOW, a_classified, a_submitted, an_accepted
from tests.support.stages import everything_on
from tests.support.waiting import eventually

TYPES = types_of(Submitted)


def ticket(number: int) -> UUID:
    return UUID(int=number)


def submitted(namespace: str, number: int) -> Outgoing:
    accepted = an_accepted(ticket_id=ticket(number), fingerprint=f"{number:064x}")
    return encode(
        SUBMITTED.address(namespace),
        a_submitted(accepted),
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, "submitted"),
        source="/intake",
        time=NOW,
        subject=str(accepted.ticket_id),
    )


def classified(
    namespace: str, event: Event[Submitted], failure: StageFailure | None = None
) -> Outcome:
    accepted = event.data.accepted
    return Outcome(
        outgoing=(
            encode(
                CLASSIFIED.address(namespace),
                a_classified(accepted, failure=failure),
                event_id=event_id(accepted.ticket_id, accepted.fingerprint, "classified"),
                source="/classifier",
                time=NOW,
                subject=str(accepted.ticket_id),
            ),
        )
    )


def no_trouble(_event: Event[Submitted]) -> None:
    """Nothing goes wrong."""


class Relay:
    """A stage that passes on; `trouble` may raise for a ticket."""

    def __init__(
        self, namespace: str, trouble: Callable[[Event[Submitted]], None] = no_trouble
    ) -> None:
        self.namespace = namespace
        self.trouble = trouble
        self.calls = 0

    async def decide(self, events: Sequence[Event[Submitted]]) -> Sequence[Outcome]:
        self.calls += 1
        for event in events:
            self.trouble(event)
        return [classified(self.namespace, event) for event in events]

    def work(self) -> Work[Event[Submitted]]:
        return Work(
            Reader.CLASSIFIER,
            SUBMITTED,
            lambda record: decode(record, TYPES),
            self.decide,
            give_up=lambda event, failure: classified(self.namespace, event, failure),
        )


async def passed_on(settings: KafkaSettings) -> Counter[str]:
    """How often each ticket stands on the next topic."""
    records = await everything_on(settings, CLASSIFIED.address(settings.triage_namespace))
    return Counter(record.key.decode() for record in records)


async def arrived(settings: KafkaSettings, count: int, seconds: float = 30) -> Counter[str]:
    async def all_there() -> Counter[str] | None:
        found = await passed_on(settings)
        return found if len(found) >= count else None

    found: Counter[str] = await eventually(all_there, seconds, f"{count} tickets on the next topic")
    return found


def main() -> None:
    kafka = KafkaSettings()

    @asynccontextmanager
    async def works() -> AsyncIterator[Sequence[Work[Event[Submitted]]]]:
        yield [Relay(kafka.triage_namespace).work()]

    run("relay", kafka, ProcessSettings(), works)


if __name__ == "__main__":
    main()
