"""How does a ticket go in, and when was it taken? By our intake, or into a peer's first topic."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer


@dataclass(slots=True)
class Intake:
    """Submits by HTTP. `taken`: by ticket id, the time of the 202; `asked`: of the request."""

    client: httpx.AsyncClient
    taken: dict[str, float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)

    async def submit(self, body: Mapping[str, Any]) -> None:
        asked = time.time()
        answer = await self.client.post("/v1/tickets", json=body)
        taken = time.time()
        if answer.status_code != httpx.codes.ACCEPTED:
            raise RuntimeError(f"intake answered {answer.status_code}: {answer.text[:200]}")
        ticket_id = answer.json()["ticket_id"]
        self.taken[ticket_id], self.asked[ticket_id] = taken, asked


@dataclass(slots=True)
class First:
    """Writes into a relay's first topic. `taken`: by key, the time of the acknowledgement."""

    producer: AIOKafkaProducer
    topic: str
    taken: dict[str, float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)

    async def submit(self, key: str, value: bytes) -> None:
        asked = time.time()
        await self.producer.send_and_wait(self.topic, value, key=key.encode())
        self.taken[key], self.asked[key] = time.time(), asked
