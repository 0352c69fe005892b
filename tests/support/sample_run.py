"""How does a test play the sample through a running stack, and what came of each ticket?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
from aiokafka import TopicPartition

from deploy import sample
from deploy.local.stack import RunningStack
from shared.contracts import Queue
from shared.kafka import make_consumer, make_producer
from shared.process import started
from shared.settings import KafkaSettings
from shared.topics import INBOUND, LICENCES, QUEUES
from tests.support.queues import live_records
from tests.support.waiting import eventually

Decision = Mapping[str, Any]


def settings_of(stack: RunningStack) -> KafkaSettings:
    return KafkaSettings(
        kafka_bootstrap_servers=stack.kafka,
        triage_namespace=stack.environment["TRIAGE_NAMESPACE"],
        triage_partitions=int(stack.environment["TRIAGE_PARTITIONS"]),
    )


async def publish_licences(stack: RunningStack, lines: Sequence[Mapping[str, Any]]) -> None:
    """Facts in the order given, then the heartbeat; returns when entitlements has stored all."""
    settings = settings_of(stack)
    topic = LICENCES.address(settings.triage_namespace)
    async with started(lambda: make_producer(settings, "test.billing")) as producer:
        for number, line in enumerate(sorted(lines, key=lambda line: "complete_until" in line)):
            beat = "complete_until" in line
            kind = "support.licence-feed.advanced.v1" if beat else "support.licence.recorded.v1"
            await producer.send_and_wait(
                topic,
                json.dumps(line).encode(),
                key=str("billing" if beat else line["licence_id"]).encode(),
                headers=cloud_event(f"fact-{number}", "billing", kind),
            )
    await eventually(lambda: stored(settings, len(lines)), 60, "all licence facts stored")


async def stored(settings: KafkaSettings, count: int) -> bool:
    group = f"{settings.triage_namespace}.entitlements-licences"
    async with started(lambda: make_consumer(settings, "test.lag", group)) as consumer:
        tp = TopicPartition(LICENCES.address(settings.triage_namespace), 0)
        return (await consumer.committed(tp) or 0) >= count


def cloud_event(id_: str, source: str, kind: str) -> list[tuple[str, bytes]]:
    attributes = {"id": id_, "source": source, "specversion": "1.0", "type": kind}
    return [(f"ce_{name}", value.encode()) for name, value in attributes.items()]


async def submit(stack: RunningStack, tickets: Sequence[sample.SampleTicket]) -> None:
    """Every ticket the way its source sends it, in the order given."""
    settings = settings_of(stack)
    async with (
        httpx.AsyncClient(base_url=stack.intake, timeout=30) as client,
        started(lambda: make_producer(settings, "test.upstream")) as producer,
    ):
        for ticket in tickets:
            if ticket.source == "inbound":
                await producer.send_and_wait(
                    INBOUND.address(settings.triage_namespace),
                    json.dumps(ticket.submission).encode(),
                    headers=cloud_event(
                        str(ticket.submission["external_id"]),
                        "sample",
                        "support.ticket.reported.v1",
                    ),
                )
            else:
                answer = await client.post(
                    "/v1/tickets",
                    json=ticket.submission,
                    headers={"authorization": f"Bearer {stack.keys[ticket.source]}"},
                )
                assert answer.status_code == httpx.codes.ACCEPTED, answer.text


async def decisions(stack: RunningStack, count: int, seconds: float = 90) -> dict[str, Decision]:
    """By sample id, what stands live on the queues once `count` tickets do."""
    settings = settings_of(stack)
    queues = {QUEUES[queue].address(settings.triage_namespace): queue for queue in Queue}
    async with started(lambda: make_consumer(settings, "test.desk", None)) as consumer:
        partitions = [
            TopicPartition(t, p) for t in queues for p in range(settings.triage_partitions)
        ]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        seen: list[tuple[str, Sequence[tuple[str, bytes | None]], bytes]] = []

        async def all_decided() -> dict[str, Decision] | None:
            batches = await consumer.getmany(timeout_ms=300)
            seen.extend((r.topic, r.headers, r.value) for rs in batches.values() for r in rs)
            found = [
                (str(data["ticket"]["external_id"]).removeprefix("sample-"), data)  # type: ignore[index]
                for records in live_records(seen).values()
                for data in records.values()
            ]
            return dict(found) if len({id_ for id_, _ in found}) >= count else None

        first: dict[str, Decision] = await eventually(
            all_decided, seconds, lambda: f"{count} decisions, there are {len(seen)} records"
        )
        return first


async def play(
    stack: RunningStack, now: datetime, *, backwards: bool = False
) -> dict[str, Decision]:
    """The whole sample; `backwards`: tickets in reverse order, facts in another order."""
    facts = sample.licences(now)
    tickets = sample.tickets(now)
    await publish_licences(stack, facts[::-1] if backwards else facts)
    await submit(stack, tickets[::-1] if backwards else tickets)
    return await decisions(stack, len(tickets))
