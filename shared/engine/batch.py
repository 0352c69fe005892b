"""Which offsets does a batch span? Where to go back to, and where to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition

from shared.envelope import Record


@dataclass(frozen=True, slots=True)
class Batch:
    records: Sequence[Record]
    first_offsets: dict[TopicPartition, int]
    next_offsets: dict[TopicPartition, int]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Batch:
        """Records in any order of partitions, offsets rising within each."""
        first: dict[TopicPartition, int] = {}
        following: dict[TopicPartition, int] = {}
        for record in records:
            tp = TopicPartition(record.topic, record.partition)
            first.setdefault(tp, record.offset)
            following[tp] = record.offset + 1
        return cls(records, first, following)
