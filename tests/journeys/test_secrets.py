"""Does a password that a customer pasted stand anywhere in what we write?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.server import Server
from deploy.local.stack import RunningStack, stack_processes
from shared.kafka import make_producer
from shared.process import started
from shared.topics import INBOUND, specifications
from tests.support.planted import Planted, planted
from tests.support.sample_run import cloud_event, decisions, settings_of
from tests.support.stages import everything_on
from tests.support.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]
BY_HTTP = 380
PARKED = 20
"""The last ones come as broken JSON on the inbound topic, and end in the dead letters."""


async def test_of_500_planted_secrets_none_is_on_a_topic_in_a_log_or_in_a_table(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> None:
    tickets = list(planted())
    assert len(tickets) == 500
    folder = work / namespace
    folder.mkdir(mode=0o711)
    with stack_processes(folder, kafka, database_url, {"TRIAGE_NAMESPACE": namespace}) as stack:
        await send(stack, tickets)
        await decisions(stack, len(tickets) - PARKED, 120)
        await eventually(lambda: all_parked(stack), 60, "the broken ones in the dead letters")
        written = b"\n".join([chunk async for chunk in everything_written(stack, database_url)])
    written += b"\n".join(log.read_bytes() for log in logs(folder))
    assert written.count(b"[removed") > len(tickets)
    found = [ticket for ticket in tickets if stands_in(ticket.telling, written)]
    assert Counter(ticket.kind for ticket in found) == Counter()


def stands_in(secret: str, written: bytes) -> bool:
    """As it is, or as JSON writes it."""
    forms = {secret.encode(), json.dumps(secret)[1:-1].encode()}
    return any(form in written for form in forms)


def test_the_search_would_find_a_secret() -> None:
    assert stands_in('a"b\nc', b'{"body": "x a\\"b\\nc y"}')
    assert stands_in("plain", b"so plain")
    assert not stands_in("plain", b"so p1ain")


async def send(stack: RunningStack, tickets: list[Planted]) -> None:
    settings = settings_of(stack)
    headers = {"authorization": f"Bearer {stack.keys['help-desk']}"}
    async with (
        httpx.AsyncClient(base_url=stack.intake, timeout=30, headers=headers) as client,
        started(lambda: make_producer(settings, "test.upstream")) as producer,
    ):
        for number, ticket in enumerate(tickets):
            submission = json.dumps(
                {"subject": ticket.subject, "body": ticket.body, "external_id": ticket.id}
            ).encode()
            if number < BY_HTTP:
                answer = await client.post(
                    "/v1/tickets", content=submission, headers={"content-type": "application/json"}
                )
                assert answer.status_code == httpx.codes.ACCEPTED
                continue
            broken = number >= len(tickets) - PARKED
            await producer.send_and_wait(
                INBOUND.address(settings.triage_namespace),
                submission[:-1] if broken else submission,
                headers=cloud_event(ticket.id, "mailbox", "support.ticket.reported.v1"),
            )


async def all_parked(stack: RunningStack) -> bool:
    topic = f"{INBOUND.address(settings_of(stack).triage_namespace)}.intake.dlq"
    return len(await everything_on(settings_of(stack), topic)) >= PARKED


async def everything_written(stack: RunningStack, database_url: str) -> AsyncIterator[bytes]:
    """All keys, headers and values on every topic but the one that upstream writes; all tables."""
    settings = settings_of(stack)
    for spec in specifications(settings.triage_namespace, settings.triage_partitions):
        if spec.address == INBOUND.address(settings.triage_namespace):
            continue
        for record in await everything_on(settings, spec.address):
            yield b" ".join([record.key or b"", record.value or b""])
            yield b" ".join(bytes(value or b"") for _, value in record.headers)
    connection = await asyncpg.connect(database_url)
    tables = await connection.fetch(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema in ('router', 'entitlements') and table_type = 'BASE TABLE'"
    )
    assert len(tables) > 4
    for schema, name in tables:
        for row in await connection.fetch(f'select * from "{schema}"."{name}"'):
            yield b" ".join(bytes_of(value) for value in row.values())
    await connection.close()


def bytes_of(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def logs(folder: Path) -> Iterator[Path]:
    found = [path for path in folder.rglob("*.log") if path.is_file()]
    assert len(found) >= 8
    yield from found
