"""What is in flight before a group at this moment? Asked often, so the connections are kept."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Self

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from tests.chaos.names import GROUPS
from tests.chaos.reader import Ends, behind, clients, committed, partitions_of
from tests.chaos.target import Target

ANSWER_SECONDS = 2.0
AGAIN_SECONDS = 0.2


class FlightMeter:
    """Compares the ends of topics with what groups have committed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._stack = AsyncExitStack()
        self._partitions: dict[str, list[TopicPartition]] = {}

    async def __aenter__(self) -> Self:
        self._consumer, self._admin = await self._stack.enter_async_context(
            clients(self._target.kafka)
        )
        for reader, topic in GROUPS.items():
            self._partitions[reader] = await partitions_of(self._admin, [self._target.topic(topic)])
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def in_flight(self, reader: str) -> Ends | None:
        """The ends of the group's partitions if it has work in hand; None if not, or not known.

        Asks for the commits first: what arrives between the two questions is in flight as well.
        """
        try:
            done = await committed(self._admin, self._group(reader))
            ends: Ends = await self._consumer.end_offsets(self._partitions[reader])
        except KafkaError:
            return None
        return ends if behind(ends, done) else None

    async def unfinished(self, reader: str, ends: Ends) -> int:
        """How many records before these ends the group has not committed by now."""
        while True:
            try:
                return behind(ends, await committed(self._admin, self._group(reader)))
            except KafkaError:
                await asyncio.sleep(AGAIN_SECONDS)

    async def everywhere(self) -> dict[str, int]:
        """What is in flight before every group that has something; empty if nobody answers."""
        found = {}
        for reader in GROUPS:
            try:
                ends = await asyncio.wait_for(self.in_flight(reader), ANSWER_SECONDS)
                if ends is None:
                    continue
                left = await asyncio.wait_for(self.unfinished(reader, ends), ANSWER_SECONDS)
                if left:
                    found[reader] = left
            except TimeoutError:
                break
        return found

    def _group(self, reader: str) -> str:
        return f"{self._target.namespace}.{reader}"
