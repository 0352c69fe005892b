"""Does the stage engine lose nothing and harm no neighbour, on real Kafka, whatever happens?"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts import Classified, StageFailure, Submitted
from shared.engine import offsets
from shared.engine.steps import Step
from shared.engine.watchdog import background_tasks, without_position
from shared.envelope import Event, Outgoing, decode, types_of
from shared.failures import StopTheLine, Transient
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, SUBMITTED, Reader
from tests.support.builders import a_failure
from tests.support.relay import Relay, arrived, passed_on, submitted, ticket
from tests.support.stages import everything_on, publish, running
from tests.support.waiting import eventually

pytestmark = pytest.mark.real


class Died(BaseException):
    """Stands for the end of a process: nothing in the engine may survive it."""


async def test_every_ticket_is_passed_on_once(kafka_settings: KafkaSettings) -> None:
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(200)])
    async with running(kafka_settings, Relay(ns).work()):
        found = await arrived(kafka_settings, 200)
    assert set(found.values()) == {1}


POISON: dict[str, tuple[bytes | None, list[tuple[str, bytes]]]] = {
    "null_value": (None, [("ce_id", b"1")]),
    "empty_value": (b"", []),
    "not_a_cloudevent": (b"{}", []),
    "header_not_utf8": (b"{}", [("ce_id", b"\xff\xfe")]),
    "unknown_type": (
        b"{}",
        [("ce_id", b"1"), ("ce_source", b"/x"), ("ce_specversion", b"1.0"), ("ce_type", b"x.y")],
    ),
    "broken_json": (
        b'{"accepted": ',
        [
            ("ce_id", b"1"),
            ("ce_source", b"/x"),
            ("ce_specversion", b"1.0"),
            ("ce_type", b"support.ticket.submitted.v1"),
        ],
    ),
    "wrong_shape": (
        b'{"accepted": 7}',
        [
            ("ce_id", b"1"),
            ("ce_source", b"/x"),
            ("ce_specversion", b"1.0"),
            ("ce_type", b"support.ticket.submitted.v1"),
        ],
    ),
}


async def test_a_record_that_cannot_be_read_is_parked_and_its_neighbours_go_on(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace
    poison = [
        Outgoing(SUBMITTED.address(ns), str(ticket(n)).encode(), value, tuple(headers))
        for n, (value, headers) in enumerate(POISON.values())
    ]
    good = [submitted(ns, 100 + n) for n in range(len(poison) * 2)]
    mixed = [r for n, bad in enumerate(poison) for r in (good[2 * n], bad, good[2 * n + 1])]
    await publish(kafka_settings, mixed)
    async with running(kafka_settings, Relay(ns).work()):
        await arrived(kafka_settings, len(good))
        dead = await eventually(
            lambda: all_dead(kafka_settings, len(poison)), 20, "all poison in the dead letters"
        )
    assert Counter(dead) == Counter(POISON.keys())


async def all_dead(settings: KafkaSettings, count: int) -> list[str] | None:
    topic = SUBMITTED.dead_letters(settings.triage_namespace, Reader.CLASSIFIER)
    records = await everything_on(settings, topic)
    reasons = [dict(record.headers)["dlq-reason"].decode() for record in records]
    return reasons if len(reasons) >= count else None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", list(Step))
async def test_a_stage_that_ends_at_any_step_loses_nothing(
    kafka_settings: KafkaSettings, step: Step, when: str
) -> None:
    """The first process dies at the step; the next one goes on from what was committed."""
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(50)])

    async def die(at: Step, moment: str) -> None:
        if (at, moment) == (step, when):
            raise Died

    async with running(kafka_settings, Relay(ns).work(), die) as (_, task):
        await eventually(task.done, 20, "the stage to die")
        assert isinstance(task.exception(), Died)
    async with running(kafka_settings, Relay(ns).work()):
        found = await arrived(kafka_settings, 50)
    assert len(found) == 50


async def test_a_batch_that_fails_goes_back_to_its_first_offset(
    kafka_settings: KafkaSettings,
) -> None:
    """The same process works the batch through again; what it has written it writes once."""
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(50)])
    failures = iter([Transient("once"), TimeoutError(), OSError("twice")])

    async def fail_after_writing(at: Step, moment: str) -> None:
        if (at, moment) == (Step.SETTLE, "after") and (error := next(failures, None)):
            raise Transient("before it is done") from error

    async with running(kafka_settings, Relay(ns).work(), fail_after_writing):
        await arrived(kafka_settings, 50)
        await eventually(lambda: next(failures, None) is None, 20)
    found = await passed_on(kafka_settings)
    assert set(found.values()) == {1}


async def test_small_batches_share_a_commit_and_none_is_left_uncommitted(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace
    seen: Counter[tuple[Step, str]] = Counter()

    async def count(at: Step, moment: str) -> None:
        seen[at, moment] += 1

    async with running(kafka_settings, Relay(ns).work(), count) as (stage, _):
        await publish(kafka_settings, [submitted(ns, n) for n in range(200)])
        await arrived(kafka_settings, 200)

        async def all_committed() -> bool:
            return await committed(stage.consumer) == 200

        await eventually(all_committed, 10, "what is done to be committed")
    assert seen[Step.READ, "after"] > 2 * seen[Step.COMMIT, "after"] > 0


async def test_what_is_done_is_committed_when_the_stage_stops(
    kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsets, "WAIT_SECONDS", 3600.0)
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(50)])
    async with running(kafka_settings, Relay(ns).work()) as (stage, task):
        await arrived(kafka_settings, 50)
        assert await committed(stage.consumer) == 0
        stage.stop()
        await eventually(task.done, 10, "the stage to end")
        assert await committed(stage.consumer) == 50


async def test_what_is_done_is_committed_before_partitions_move_on(
    kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a second replica does not do again what the first has done."""
    monkeypatch.setattr(offsets, "WAIT_SECONDS", 3600.0)
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(50)])
    async with running(kafka_settings, Relay(ns).work()) as (first, _):
        await arrived(kafka_settings, 50)
        async with running(kafka_settings, Relay(ns).work()) as (second, _):
            await eventually(lambda: bool(second.consumer.assignment()), 30, "a share for it")
            assert await committed(first.consumer) == 50


async def committed(consumer: AIOKafkaConsumer) -> int:
    """Records that the stage's group has committed, of all partitions of its topic."""
    (topic,) = consumer.subscription()
    partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
    return sum([await consumer.committed(tp) or 0 for tp in partitions])


async def test_an_outage_is_waited_out_and_no_good_ticket_is_parked(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace
    away = True

    def trouble(_event: Event[Submitted]) -> None:
        if away:
            raise OSError("the database is away")

    relay = Relay(ns, trouble)
    await publish(kafka_settings, [submitted(ns, n) for n in range(20)])
    async with running(kafka_settings, relay.work()) as (stage, _):
        await eventually(lambda: relay.calls >= 5, 20, "several tries")
        assert stage.progress.not_ready() == "classifier: waiting out OSError"
        assert await passed_on(kafka_settings) == Counter()
        away = False
        found = await arrived(kafka_settings, 20)
        assert stage.progress.not_ready() is None
    assert set(found.values()) == {1}
    assert await all_dead(kafka_settings, 1) is None


async def test_a_ticket_that_the_stage_fails_on_goes_to_review_with_a_copy_in_the_dead_letters(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace

    def trouble(event: Event[Submitted]) -> None:
        if event.data.accepted.ticket_id == ticket(7):
            raise ZeroDivisionError

    relay = Relay(ns, trouble)
    await publish(kafka_settings, [submitted(ns, n) for n in range(20)])
    async with running(kafka_settings, relay.work()):
        await arrived(kafka_settings, 20)
        dead = await eventually(lambda: all_dead(kafka_settings, 1), 10)
    records = await everything_on(kafka_settings, CLASSIFIED.address(ns))
    failed = {
        record.key.decode(): event.data.failure
        for record in records
        if (event := decode(record, types_of(Classified))).data.failure
    }
    assert failed == {str(ticket(7)): StageFailure(stage="classifier", reason="ZeroDivisionError")}
    assert dead == ["unprocessable"]
    assert a_failure().stage == "classifier"


async def test_a_run_of_bad_records_on_our_own_topic_stops_the_line(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace
    bad = [Outgoing(SUBMITTED.address(ns), b"k", b"not json", ()) for _ in range(150)]
    await publish(kafka_settings, bad)
    async with running(kafka_settings, Relay(ns).work()) as (_, task):
        await eventually(task.done, 20, "the stage to stop")
        assert isinstance(task.exception(), StopTheLine)


async def test_a_second_replica_takes_its_share_and_nothing_is_lost_when_one_leaves(
    kafka_settings: KafkaSettings,
) -> None:
    ns = kafka_settings.triage_namespace
    async with running(kafka_settings, Relay(ns).work()) as (first, _):
        await eventually(lambda: first.progress.assigned == 6, 20, "all six partitions")
        writing = asyncio.create_task(
            publish(kafka_settings, [submitted(ns, n) for n in range(600)])
        )
        async with running(kafka_settings, Relay(ns).work()) as (second, _):
            await eventually(lambda: second.progress.assigned == 3, 30, "half the partitions")
        await writing
        found = await arrived(kafka_settings, 600, 40)
    assert len(found) == 600


async def test_the_watched_names_inside_aiokafka_are_there(kafka_settings: KafkaSettings) -> None:
    """The watchdog reads private names of a pinned version; a rename must fail here first."""
    async with running(kafka_settings, Relay(kafka_settings.triage_namespace).work()) as (stage, _):
        await eventually(lambda: stage.progress.assigned == 6, 20)
        tasks = dict(background_tasks(stage))
        assert {"coordination_task", "heartbeat_task", "commit_refresh_task", "fetch_task"} <= set(
            tasks
        )
        await eventually(lambda: not without_position(stage), 10)
        for name in ("coordination_task", "heartbeat_task", "fetch_task", "sender_task"):
            assert tasks[name] is not None, name


async def test_a_header_whose_name_is_no_text_stops_nobody(kafka_settings: KafkaSettings) -> None:
    """aiokafka alone would read this partition never again."""
    ns = kafka_settings.triage_namespace
    await publish(kafka_settings, [submitted(ns, n) for n in range(30)])
    hostile = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.header_name_that_is_no_text",
        kafka_settings.kafka_bootstrap_servers,
        SUBMITTED.address(ns),
        env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"},
    )
    assert await hostile.wait() == 0
    await publish(kafka_settings, [submitted(ns, n) for n in range(30, 60)])
    async with running(kafka_settings, Relay(ns).work()):
        await arrived(kafka_settings, 60)
        assert await eventually(lambda: all_dead(kafka_settings, 1), 20) == ["header_not_utf8"]
