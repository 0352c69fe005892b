"""What is there to say of each event that its schema does not say?"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts import (
    TYPE_OF,
    Classified,
    Corrected,
    Entitled,
    FeedAdvanced,
    Frozen,
    LicenceFact,
    Routed,
    SecuritySuspected,
    StatusChanged,
    Submitted,
    Withdrawn,
)
from shared.topics import INBOUND, TOPICS, Topic

REPORTED = "support.ticket.reported.v1"
"""What comes from outside; intake reads it, with a model of its own."""
TICKET_KEY = "the ticket id, so that all of one ticket stays in order"


@dataclass(frozen=True, slots=True)
class EventDoc:
    """An event in words; `key` says what the Kafka key is."""

    type: str
    title: str
    meaning: str
    key: str = TICKET_KEY

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic that carries it."""
        if self.type == REPORTED:
            return (INBOUND,)
        return tuple(
            topic for topic in TOPICS if self.type in {TYPE_OF[model] for model in topic.events}
        )


def _of(model: type[Frozen], title: str, meaning: str, key: str = TICKET_KEY) -> EventDoc:
    return EventDoc(TYPE_OF[model], title, meaning, key)


EVENTS: tuple[EventDoc, ...] = (
    EventDoc(
        REPORTED,
        "Ticket reported",
        "An upstream system reports a ticket. Nothing in it is trusted but what its source is "
        "configured to be trusted for. Binary and structured mode are read.",
        "any; ce_id or external_id spreads well",
    ),
    _of(
        Submitted,
        "Ticket submitted",
        "Intake accepted a ticket: redacted, screened, with its id, its fingerprint and the "
        "moment it is judged at. A flagged one went to the security topic before.",
    ),
    _of(
        SecuritySuspected,
        "Security suspected",
        "The screen, the model or a person takes a ticket for a security report. The fast lane "
        "carries it to the security queue at once.",
    ),
    _of(
        Classified,
        "Ticket classified",
        "What the customer asks: findings with scope, product area, evidence and confidence, "
        "primary first. With `failure`, the classifier could not work on it.",
    ),
    _of(
        Entitled,
        "Ticket entitled",
        "What the customer is owed at `as_of`, with coded reasons and the times of the facts. "
        "`facts_learned`: a provisional answer judged once more. With `failure`, not reached.",
    ),
    _of(
        Routed,
        "Ticket routed",
        "A decision on its queue, with all it rests on. Live = routed and not withdrawn, repeats "
        "of a ce_id counted once. The fast lane has neither ledger nor policy and leaves "
        "`revision`, `supersedes`, `coverage` and `policy` null; what it can't read comes "
        "with its origin, without a ticket, and keyed by that origin.",
    ),
    _of(
        Withdrawn,
        "Ticket withdrawn",
        "A routed record is taken back from the queue it stands on; `withdraws` is its ce_id. "
        "On the security topic: an order to the fast lane to do so.",
    ),
    _of(
        Corrected,
        "Decision corrected",
        "A person's word on a decision: raises or clears the security flag, or names another "
        "category; one of the two, never both. Only a person clears.",
    ),
    _of(
        StatusChanged,
        "Status changed",
        "What a help desk did with a ticket. Waiting times and depths are computed from it.",
    ),
    _of(
        LicenceFact,
        "Licence recorded",
        "How a licence stands from `effective_at` on, until a higher `version` speaks. Send the "
        "whole licence each time. `effective_at` never lies in the future of the event.",
        "the licence id",
    ),
    _of(
        FeedAdvanced,
        "Licence feed advanced",
        "A heartbeat: this source has sent all its facts up to `complete_until`. Negative "
        "answers wait for it, so send it every minute, also when nothing changed.",
        "ce_source, the feed's name",
    ),
)
