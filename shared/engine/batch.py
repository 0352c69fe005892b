"""Which offsets does a batch span? Where to go back to, and where to go on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition

from shared.envelope import Record


@dataclass(frozen=True, slots=True)
class Batch:
    records: Sequence[Record]
    first_offsets: dict[TopicPartition, int]
    next_offsets: dict[TopicPartition, int]

    @classmethod
    def of(cls, polled: Mapping[TopicPartition, Sequence[Record]]) -> Batch:
        """Records by partition, offsets rising within each, none empty."""
        return cls(
            [record for records in polled.values() for record in records],
            {tp: records[0].offset for tp, records in polled.items()},
            {tp: records[-1].offset + 1 for tp, records in polled.items()},
        )
