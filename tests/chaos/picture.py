"""How does the evidence look, arranged by what the invariants ask for?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from typing_extensions import override

from tests.chaos.evidence import Evidence, Message, Row, Submission
from tests.chaos.names import ROUTED, WITHDRAWN


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision as it stands on a queue, repeats of its `ce_id` counted once."""

    queue: str
    message_id: str
    data: Mapping[str, Any]

    @property
    def ticket_id(self) -> str | None:
        return self.data.get("ticket_id")

    @property
    def external_id(self) -> str | None:
        return (self.data.get("ticket") or {}).get("external_id")

    @property
    def canary(self) -> bool:
        return bool(self.data.get("canary"))

    @property
    def origin(self) -> tuple[str, int, int] | None:
        """Where the record stands that the fast lane could not read."""
        origin = self.data.get("origin")
        if self.ticket_id is not None or not origin:
            return None
        return origin["topic"], origin["partition"], origin["offset"]

    @property
    def made_by_ledger(self) -> bool:
        return self.data.get("revision") is not None

    @override
    def __str__(self) -> str:
        return f"{self.message_id} on queues.{self.queue}"


@dataclass(frozen=True)
class Picture:
    """The evidence, arranged by what the invariants ask for."""

    evidence: Evidence

    @cached_property
    def on_queues(self) -> list[Message]:
        return [m for m in self.evidence.messages if m.topic.startswith("queues.")]

    @cached_property
    def parked(self) -> list[Message]:
        return [m for m in self.evidence.messages if m.topic.endswith(".dlq")]

    @cached_property
    def deliveries(self) -> Mapping[tuple[str, str], list[Mapping[str, Any]]]:
        """The data of every delivery of a decision, by queue and `ce_id`."""
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for message in self.on_queues:
            if message.headers.get("ce_type") == ROUTED:
                found[queue_of(message), id_of(message)].append(data_of(message))
        return found

    @cached_property
    def routed(self) -> list[Routed]:
        return [Routed(queue, id_, all_[0]) for (queue, id_), all_ in self.deliveries.items()]

    @cached_property
    def withdrawals(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Withdrawals by queue and the `ce_id` taken back."""
        return {
            (queue_of(message), data["withdraws"]): data
            for message in self.on_queues
            if message.headers.get("ce_type") == WITHDRAWN
            for data in [data_of(message)]
        }

    @cached_property
    def live(self) -> list[Routed]:
        """Routed and not withdrawn."""
        return [r for r in self.routed if (r.queue, r.message_id) not in self.withdrawals]

    @cached_property
    def live_of(self) -> Mapping[str | None, list[Routed]]:
        """Live records by the submission that they carry."""
        found: dict[str | None, list[Routed]] = defaultdict(list)
        for record in self.live:
            found[record.external_id].append(record)
        return found

    @cached_property
    def rows_of(self) -> Mapping[str, list[Row]]:
        """Ledger rows by ticket, in order of revision."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.evidence.ledger, key=lambda row: row.revision):
            found[row.ticket_id].append(row)
        return found

    @cached_property
    def row_at(self) -> Mapping[tuple[str, int], Row]:
        """Ledger rows by ticket and revision."""
        return {(row.ticket_id, row.revision): row for row in self.evidence.ledger}

    @cached_property
    def row_by_message(self) -> Mapping[str, Row]:
        return {row.message_id: row for row in self.evidence.ledger}

    @cached_property
    def submission_of(self) -> Mapping[str, Submission]:
        return {s.external_id: s for s in self.evidence.submissions}

    @cached_property
    def poison_origins(self) -> frozenset[tuple[str, int, int]]:
        return frozenset((p.topic, p.partition, p.offset) for p in self.evidence.poison)


def queue_of(message: Message) -> str:
    return message.topic.removeprefix("queues.")


def id_of(message: Message) -> str:
    return message.headers.get("ce_id", f"no ce_id at {message.partition}/{message.offset}")


def data_of(message: Message) -> Mapping[str, Any]:
    data = json.loads(message.value or b"{}")
    return data if isinstance(data, dict) else {}


def reader_of(message: Message) -> str:
    return message.topic.removesuffix(".dlq").rpartition(".")[2]


def origin_of(message: Message) -> tuple[str, int, int]:
    """Where a parked record came from; all of it from headers, as any tool would read it."""
    head = message.headers
    return short(
        (
            head.get("dlq-topic", ""),
            int(head.get("dlq-partition", -1)),
            int(head.get("dlq-offset", -1)),
        )
    )


def short(origin: tuple[str, int, int]) -> tuple[str, int, int]:
    """`support.tickets.submitted.v1` without namespace and version."""
    address, partition, offset = origin
    return address.partition(".")[2].removesuffix(".v1"), partition, offset
