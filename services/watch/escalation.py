"""Which reports has nobody taken for too long, and how loud is the call?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.watch.standing import Message

TYPE = "support.report.untaken"


class Severity(StrEnum):
    """`warning` is the first call; each after it is `critical`."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Call:
    """The `times`-th call about one report."""

    message: Message
    times: int
    waited_seconds: float

    @property
    def id(self) -> str:
        """The same for every watch and after a restart, so that a receiver can drop repeats."""
        return f"{self.message.name}.{self.times}"

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self.times == 1 else Severity.CRITICAL

    def document(self, now: datetime, waiting: int) -> dict[str, object]:
        """What is told; `waiting`: how many reports wait by now. Never a ticket's text."""
        return {
            "type": TYPE,
            "timestamp": now,
            "data": {
                "ticket_id": self.message.ticket_id,
                "message_id": self.message.name,
                "waiting_since": self.message.at,
                "waited_seconds": round(self.waited_seconds),
                "times": self.times,
                "severity": self.severity,
                "found_by": self.message.found_by,
                "over_rate": self.message.over_rate,
                "reports_waiting": waiting,
            },
        }


def due(
    waiting: Iterable[Message], now: datetime, after_seconds: float, called: Mapping[str, int]
) -> list[Call]:
    """The calls to make now, the oldest report first.

    A report is called about after `after_seconds`, and again after as many. What was missed while
    nobody watched is not made up for: only the latest call is. `called`: by message id, the last
    call that was made.
    """
    calls = []
    for message in waiting:
        waited = (now - message.at).total_seconds()
        times = int(waited // after_seconds)
        if times > called.get(message.name, 0):
            calls.append(Call(message, times, waited))
    return sorted(calls, key=lambda call: (call.message.at, call.message.name))
