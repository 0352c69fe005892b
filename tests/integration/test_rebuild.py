"""PostgreSQL restored from an older backup, Kafka gone on: does the ledger come back as it was?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.commands import _memory
from deploy.commands._memory import OF_DECISIONS, refuse_if_active
from deploy.commands._session import session
from deploy.commands.rebuild import rebuild_from
from deploy.failure import Failure
from deploy.local.server import Server
from services.entitlements.content import canonical
from shared.contracts import LicenceFact, Queue
from shared.settings import KafkaSettings
from shared.topics import CORRECTIONS, ENTITLED, QUEUES, SECURITY, Topic
from tests.chaos.checker import check
from tests.chaos.evidence import Evidence, Fact, Message
from tests.chaos.reader import read_lag, read_ledger, read_licences, read_messages, settle
from tests.support.backup import back_up, restore
from tests.support.lives import Life, licence_of, licences_of, lives, waiting
from tests.support.servers import fresh_folder
from tests.support.world import World, a_world

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
READERS = (
    "entitlements",
    "entitlements-licences",
    "router",
    "router-security",
    "router-corrections",
    "router-fast-lane",
)
LEDGER = "select ticket_id, revision, queue, live, message_id, cause from ledger order by 1, 2"
DECISIONS = (
    "select ticket_id, revision, supersedes, rank, withdrawn_at is null, published_at is null"
    " from router.decisions order by 1, 2"
)
ORDINARY = (
    "select ticket_id, revision, record, decided_at from router.decisions"
    " where queue <> 'security' order by 1, 2"
)
PUBLISHED = "select published_at from ledger order by ticket_id, revision"
CASES = "select * from router.cases order by ticket_id"
FACTS = "select * from entitlements.facts order by 1, 2, 3"
LOOKUPS = "select * from entitlements.lookups order by 1, 2, 3"
MARKS = "select * from entitlements.feed_marks order by 1, 2"
WAITING = (
    "select ticket_id, fingerprint, as_of, status, classified, announced"
    " from entitlements.provisional where as_of > $1 order by 1, 2"
)
NEEDED = (
    ENTITLED,
    SECURITY,
    CORRECTIONS,
    *(QUEUES[q] for q in (Queue.EXTENSIONS, Queue.REVIEW, Queue.RENEWAL, Queue.REFERRAL)),
)
"""Topics that these tickets leave traces on; what is on `queues.security` follows from SECURITY."""
UNDER = (
    "select ticket_id, '--revision', revision from router.decisions where basis {}"
    " order by revision limit 1"
)
"""A decision with, or without, what is known of its making."""
Rows = list[tuple[Any, ...]]


async def rows(connection: asyncpg.Connection, query: str, *arguments: object) -> Rows:
    return [tuple(row) for row in await connection.fetch(query, *arguments)]


async def everything(connection: asyncpg.Connection, reached: datetime) -> dict[str, Rows]:
    """What must come back; of provisional answers, those that the feed has not passed."""
    asked = (LEDGER, DECISIONS, ORDINARY, CASES, FACTS, LOOKUPS, MARKS)
    found = {query: await rows(connection, query) for query in asked}
    return found | {WAITING: await rows(connection, WAITING, reached)}


async def asked_of(dsn: str, query: str) -> Rows:
    connection = await asyncpg.connect(dsn)
    try:
        return await rows(connection, query)
    finally:
        await connection.close()


async def snapshot(dsn: str, reached: datetime) -> dict[str, Rows]:
    connection = await asyncpg.connect(dsn)
    try:
        return await everything(connection, reached)
    finally:
        await connection.close()


async def triage(
    settings: KafkaSettings, dsn: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    given = {
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TRIAGE_NAMESPACE": settings.triage_namespace,
        "DATABASE_URL": dsn,
    }
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.commands", *arguments, "--json"],
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


async def settled(settings: KafkaSettings) -> None:
    _, lag = await settle(settings.kafka_bootstrap_servers, settings.triage_namespace, 90, READERS)
    assert not any(lag.values()), lag


async def play(world: World, everybody: Sequence[Life], since: int, until: int) -> None:
    """The steps of each life between two of its cuts, round by round."""
    cuts = [(0, *life.cuts, len(life.steps)) for life in everybody]
    for number in range(max(cut[until] for cut in cuts)):
        records = [
            record
            for life, cut in zip(everybody, cuts, strict=True)
            if cut[since] <= number < cut[until]
            for record in life.steps[number](world, life)
        ]
        if records:
            await world.publish(records)
            await settled(world.settings)


def on_queues(messages: Iterable[Message]) -> list[Message]:
    return [message for message in messages if message.topic.startswith("queues.")]


def in_order(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda m: (m.topic, m.partition, m.offset))


async def test_after_a_restore_the_ledger_is_what_it_was_and_nothing_is_decided_anew(
    work: Path,
    kafka: Server,
    database_url: str,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reach = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)

    def at(minutes: float) -> datetime:
        return reach + timedelta(minutes=minutes)

    everybody = lives(at(-60))
    first = len(everybody)
    # Learned before the backup, between backup and restore, and afterwards; and never.
    soon = waiting(first, at(5), learned=True, cuts=(1, 1))
    later = [waiting(first + n, at(11), learned=n < 2, cuts=(1, 1)) for n in (1, 2)]
    last = [waiting(first + n, at(14), learned=n < 6, cuts=(n % 2, 1)) for n in (3, 4, 5, 6)]
    everybody += [soon, *later, *last]
    facts = licences_of(at(-60))
    dump = fresh_folder(work) / "triage.dump"

    async with a_world(fresh_folder(work), kafka, database_url, namespace) as world:
        settings = world.settings
        known = await world.facts(facts)
        known = await world.heartbeat(reach, known)
        await play(world, everybody, 0, 1)
        known = await learn(world, facts, [soon], at(6), known)
        backing_up = asyncio.create_task(back_up(database_url, dump))
        await play(world, everybody, 1, 2)
        await backing_up
        known = await learn(world, facts, [life for life in later if _learns(life)], at(12), known)
        await settled(settings)
        with pytest.raises(Failure, match="still running"):
            await refuse_if_active(settings)

    before = await snapshot(database_url, at(12))
    earlier = await read_ledger(database_url)
    published = await asked_of(database_url, PUBLISHED)
    told = await read_messages(kafka.address, namespace)
    await restore(database_url, dump)
    assert await snapshot(database_url, at(12)) != before

    for topic in NEEDED:
        assert await without(topic, settings, database_url, at(12), monkeypatch) != before, topic

    trial = await triage(settings, database_url, "rebuild", "--dry-run")
    assert trial.returncode == 0, trial.stderr
    done = await triage(settings, database_url, "rebuild")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == json.loads(trial.stdout) | {"dry_run": False}
    after = await snapshot(database_url, at(12))
    for query, was in before.items():
        assert after[query] == was, query
    for (old,), (new,) in zip(published, await asked_of(database_url, PUBLISHED), strict=True):
        assert abs(old - new) < timedelta(seconds=5)
    again = await triage(settings, database_url, "rebuild")
    counts = json.loads(again.stdout)
    counts["ledger"].pop("tickets")
    assert not any(counts["ledger"].values()), counts
    assert not any(counts["entitlements"].values()), counts
    assert await snapshot(database_url, at(12)) == before
    of_dump = await asked_of(database_url, UNDER.format("is not null"))
    kept = await triage(settings, database_url, "explain", *map(str, of_dump[0]), "--replay")
    assert json.loads(kept.stdout)["reproduced"] is True
    of_topics = await asked_of(database_url, UNDER.format("is null"))
    put_back = await triage(settings, database_url, "explain", *map(str, of_topics[0]), "--replay")
    assert put_back.returncode == 1
    assert "put back after a restore" in put_back.stderr

    async with a_world(fresh_folder(work), kafka, database_url, namespace) as world:
        await settled(settings)
        assert in_order(await read_messages(kafka.address, namespace)) == in_order(told)
        await play(world, everybody, 2, 3)
        learned = [life for life in last if _learns(life)]
        await learn(world, facts, learned, at(20), known)
        await world.standing({k: q for life in everybody for k, q in life.expected().items()})
        await settled(settings)
        messages = await read_messages(kafka.address, namespace)
        assert {m.headers["ce_id"] for m in on_queues(told)} <= {
            m.headers["ce_id"] for m in on_queues(messages)
        }
        verdict = check(
            Evidence(
                submissions=[s for life in everybody for s in life.submissions()],
                facts=[Fact(f.licence_id, f.version, canonical(f)) for f in facts],
                messages=messages,
                ledger=await read_ledger(database_url),
                earlier=earlier,
                licences=await read_licences(database_url),
                lag=await read_lag(kafka.address, namespace),
            )
        )
    assert verdict.holds, verdict.words()
    sys.stdout.write(f"{len(everybody)} ways of being cut off; {dict(verdict.figures)}; {found}\n")


def _learns(life: Life) -> bool:
    return life.ends == (Queue.EXTENSIONS,)


async def learn(
    world: World, facts: list[LicenceFact], of: Sequence[Life], until: datetime, known: int
) -> int:
    """The licences of these become known, the feed passes `until`, and it is judged again."""
    new = [licence_of(life) for life in of]
    facts += new
    known = await world.heartbeat(until, await world.facts(new, known))
    await world.standing({k: q for life in of for k, q in life.expected().items()})
    await settled(world.settings)
    return known


async def without(
    topic: Topic,
    settings: KafkaSettings,
    dsn: str,
    reached: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Rows]:
    """What a rebuild that forgets a topic comes to; nothing of it stays."""
    with monkeypatch.context() as patched:
        patched.setenv("DATABASE_URL", dsn)
        patched.setattr(_memory, "OF_DECISIONS", tuple(t for t in OF_DECISIONS if t is not topic))
        async with session(dry_run=True) as database:
            await rebuild_from(settings, database)
            found: dict[str, Rows] = await database.transaction(
                lambda connection: everything(connection, reached)
            )
    return found
