"""Commands write to real topics: dead letters back, tickets and facts in, corrections."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
import typer
from aiokafka import AIOKafkaProducer, TopicPartition

from deploy.commands._lines import read_lines
from deploy.commands._replaying import replay_all
from deploy.commands.correct import _correct
from deploy.commands.licences import facts_in, publish_and_wait
from deploy.commands.submit import by_inbound
from deploy.commands.take import _take
from deploy.failure import Failure
from services.watch.dead_letters.eligibility import Answer
from services.watch.dead_letters.listing import letters
from services.watch.reader import bystander, look_up, partitions_of, read_to_the_end
from shared.contracts import Corrected, Queue
from shared.engine.dead_letters import parked
from shared.envelope import Outgoing, Record, encode
from shared.failures import Permanent
from shared.ids import ticket_id
from shared.kafka import make_consumer
from shared.settings import KafkaSettings
from shared.topics import (
    CORRECTIONS,
    INBOUND,
    LICENCES,
    QUEUES,
    SECURITY,
    SUBMITTED,
    Reader,
    Topic,
    group,
)
from tests.support import builders as some

TICKET = str(some.TICKET)


async def write(producer: AIOKafkaProducer, outgoing: Outgoing) -> Any:
    return await producer.send_and_wait(
        outgoing.topic, outgoing.value, key=outgoing.key, headers=list(outgoing.headers)
    )


def a_letter(
    settings: KafkaSettings,
    *,
    topic: Topic = SUBMITTED,
    reader: Reader = Reader.CLASSIFIER,
    offset: int = 0,
    reason: str = "wrong_shape",
    key: bytes = TICKET.encode(),
    headers: tuple[tuple[str, bytes], ...] = (("ce_id", b"e1"), ("traceparent", b"00-1")),
    value: bytes = b"{}",
) -> Outgoing:
    address = topic.address(settings.triage_namespace)
    record = some.a_record(
        value, headers=headers, topic=address, key=key, partition=1, offset=offset
    )
    return parked(
        record,
        Permanent(reason, "here"),
        source=topic,
        reader=reader,
        namespace=settings.triage_namespace,
    )


async def on_topic(settings: KafkaSettings, topic: Topic) -> list[Record]:
    address = topic.address(settings.triage_namespace)
    async with bystander(settings) as (admin, consumer):
        numbers = (await partitions_of(admin, [address]))[address]
        partitions = [TopicPartition(address, number) for number in numbers]
        return [record async for record in read_to_the_end(consumer, partitions)]


async def replay(
    settings: KafkaSettings, *reasons: str, most: int = 100, dry_run: bool = False
) -> Counter[Answer]:
    done = await replay_all(settings, None, frozenset(reasons), most, dry_run=dry_run)
    return Counter(each.answer for each in done)


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


async def test_a_dead_letter_goes_back_once_to_where_it_was(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    await write(either_producer, a_letter(either_settings))
    assert await replay(either_settings, dry_run=True) == {Answer.REPLAY: 1}
    assert await on_topic(either_settings, SUBMITTED) == []
    assert await replay(either_settings) == {Answer.REPLAY: 1}
    assert await replay(either_settings) == {Answer.GONE: 1}
    (back,) = await on_topic(either_settings, SUBMITTED)
    assert (back.partition, back.key, back.value) == (1, TICKET.encode(), b"{}")
    assert list(back.headers) == [
        ("ce_id", b"e1"),
        ("traceparent", b"00-1"),
        ("dlq-attempts", b"1"),
    ]


async def test_what_another_reason_or_the_limit_left_out_goes_back_later(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    for offset, reason in enumerate(("wrong_shape", "broken_json", "wrong_shape")):
        await write(either_producer, a_letter(either_settings, offset=offset, reason=reason))
    assert await replay(either_settings, "wrong_shape", most=1) == {Answer.REPLAY: 1}
    assert await replay(either_settings, "wrong_shape") == {Answer.GONE: 1, Answer.REPLAY: 1}
    assert [letter.gone for letter in await letters(either_settings)] == [True, False, True]
    assert await replay(either_settings) == {Answer.GONE: 2, Answer.REPLAY: 1}
    assert len(await on_topic(either_settings, SUBMITTED)) == 3


async def test_a_record_that_two_readers_parked_goes_back_once(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    for reader in (Reader.CLASSIFIER, Reader.CLASSIFIER_SECURITY):
        await write(either_producer, a_letter(either_settings, reader=reader))
    assert await replay(either_settings) == {Answer.REPLAY: 1, Answer.TWIN: 1}
    assert await replay(either_settings) == {Answer.GONE: 2}
    assert len(await on_topic(either_settings, SUBMITTED)) == 1


async def test_a_record_that_fails_again_and_again_stays_in_the_end(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    letter = a_letter(either_settings, headers=(("ce_id", b"e1"), ("dlq-attempts", b"4")))
    await write(either_producer, letter)
    assert await replay(either_settings) == {Answer.TOO_OFTEN: 1}


async def test_a_ticket_that_is_decided_is_left_alone_and_said_so(
    either_settings: KafkaSettings,
    either_producer: AIOKafkaProducer,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    connection = await asyncpg.connect(database_url)
    await connection.execute("create table ledger (ticket_id uuid)")
    await connection.execute("insert into ledger values ($1)", some.TICKET)
    await connection.close()
    await write(either_producer, a_letter(either_settings))
    other = b"99999999-9999-5999-8999-999999999999"
    await write(either_producer, a_letter(either_settings, offset=1, key=other))
    assert await replay(either_settings) == {Answer.DECIDED: 1, Answer.REPLAY: 1}
    assert [record.key for record in await on_topic(either_settings, SUBMITTED)] == [other]


async def test_without_a_database_the_queues_tell_what_is_decided(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    queue = QUEUES[Queue.CORE].address(either_settings.triage_namespace)
    routed = some.a_routed(queue=Queue.CORE)
    now = datetime.now(UTC)
    await write(
        either_producer,
        encode(queue, routed, event_id="m", source="test", time=now, subject=TICKET),
    )
    await write(either_producer, a_letter(either_settings))
    assert await replay(either_settings) == {Answer.DECIDED: 1}
    assert await on_topic(either_settings, SUBMITTED) == []


async def test_submissions_by_kafka_get_the_id_that_intake_will_give(
    either_settings: KafkaSettings, tmp_path: Path
) -> None:
    file = tmp_path / "tickets.jsonl"
    file.write_bytes(b'{"body": "a", "external_id": "X-1"}\n{"body": "b"}\n{"body": 3}\n')
    sent = [each async for each in by_inbound(either_settings, "shop")(read_lines(file))]
    assert sent[0].ticket_id == str(ticket_id("inbound:shop", "X-1"))
    assert sent[2].refused == "body: Input should be a valid string"
    records = await on_topic(either_settings, INBOUND)
    assert len(records) == 2
    headers = {name: bytes(value or b"").decode() for name, value in records[0].headers}
    by_id = {
        str(ticket_id("inbound:shop", bytes(dict(record.headers)["ce_id"] or b"").decode()))
        for record in records
    }
    assert by_id == {sent[0].ticket_id, sent[1].ticket_id}
    assert headers["ce_type"] == "support.ticket.reported.v1"
    assert headers["ce_source"] == "shop"


async def commit(settings: KafkaSettings, reader: Reader, where: TopicPartition, at: int) -> None:
    name = group(settings.triage_namespace, reader)
    consumer = make_consumer(settings, "test", name)
    await consumer.start()
    try:
        consumer.assign([where])
        await consumer.commit({where: at})
    finally:
        await consumer.stop()


async def test_publishing_licences_returns_when_the_last_one_is_stored(
    either_settings: KafkaSettings, tmp_path: Path
) -> None:
    fact = orjson.loads(some.a_licence().model_dump_json())
    file = tmp_path / "licences.jsonl"
    file.write_bytes(orjson.dumps(fact) + b"\n" + orjson.dumps(fact | {"version": 9}))
    namespace = either_settings.triage_namespace
    records = [
        record
        for record in facts_in(read_lines(file), "billing", namespace, datetime.now(UTC))
        if isinstance(record, Outgoing)
    ]
    with pytest.raises(Failure, match="has not stored the last line within 0 s"):
        await publish_and_wait(either_settings, records, 0)
    where = TopicPartition(LICENCES.address(namespace), 0)
    waiting = asyncio.create_task(publish_and_wait(either_settings, records, 20))
    await commit(either_settings, Reader.ENTITLEMENTS_LICENCES, where, 4)
    assert await waiting
    assert [record.partition for record in await on_topic(either_settings, LICENCES)] == [0] * 4


async def test_a_taken_ticket_is_told_under_its_own_key(either_settings: KafkaSettings) -> None:
    taken = await _take(TICKET, "Ann")
    assert (str(taken.ticket_id), taken.by) == (TICKET, "Ann")
    told = await look_up(either_settings, TICKET)
    assert [(stop.stage, stop.event, stop.by) for stop in told.stages] == [
        ("help desk", "taken", "Ann")
    ]


async def test_a_correction_is_waited_for_through_router_and_fast_lane(
    either_settings: KafkaSettings,
) -> None:
    correction = Corrected(ticket_id=UUID(TICKET), security=True, by="Ann", reason="it is")
    with pytest.raises(Failure, match="router-corrections has not worked it through"):
        await _correct(correction, 0)
    waiting = asyncio.create_task(_correct(correction, 20))
    (first, *_rest) = await on_topic(either_settings, CORRECTIONS)
    where = TopicPartition(first.topic, first.partition)
    await commit(either_settings, Reader.ROUTER_CORRECTIONS, where, 2)
    effect = await waiting
    assert effect.changed is False
    assert await on_topic(either_settings, SECURITY) == []


async def test_a_wrong_dead_letter_topic_is_wrong_usage(either_settings: KafkaSettings) -> None:
    with pytest.raises(typer.BadParameter, match="is not a dead-letter topic"):
        await replay_all(either_settings, "nowhere", frozenset(), 1, dry_run=True)


@pytest.fixture(autouse=True)
def _here(either_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find their broker in the environment."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", either_settings.kafka_bootstrap_servers)
    monkeypatch.setenv("TRIAGE_NAMESPACE", either_settings.triage_namespace)
