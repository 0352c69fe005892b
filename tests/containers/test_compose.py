"""Does the pipeline hold in containers: up from nothing, the sample, restarts, replicas?

In the order of the file, on one project.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from deploy import sample
from deploy.commands._demo_play import UNREADABLE
from deploy.commands._lines import Line
from deploy.commands.submit import Intake
from shared.contracts import Queue
from shared.topics import QUEUES, specifications
from tests.containers.compose import NAMESPACE, PARTITIONS, SERVERS, Compose, up_from_nothing
from tests.support.queues import live_records
from tests.support.stages import everything_on
from tests.support.waiting import eventually

pytestmark = [pytest.mark.containers, pytest.mark.real, pytest.mark.timeout(1200)]

ONE_OF_MANY = 20
"""How many tickets are accepted between two blows."""
SETTLE_SECONDS = 150.0
IN_POSTGRES = ("compose", "exec", "-T", "postgres")
AS_TRIAGE = ("-U", "triage", "-d", "triage")
DUMP = "/tmp/triage.dump"  # in the container
DROP = "drop schema entitlements, router cascade"


@pytest.fixture(scope="module")
def pipeline(engine: None) -> Iterator[Compose]:
    """The whole pipeline from nothing, as `docker compose up --wait` gives it."""
    with up_from_nothing() as project:
        yield project


def test_everything_comes_up_well(pipeline: Compose) -> None:
    started = {c["Service"]: c["Health"] for c in pipeline.containers()}
    assert set(started.values()) == {"healthy"}
    assert len(started) == 10


def test_our_processes_have_no_rights_in_their_containers(pipeline: Compose) -> None:
    for container in pipeline.containers():
        if container["Service"] in SERVERS:
            continue
        told = pipeline.docker("exec", container["Name"], "cat", "/proc/1/status")
        status = dict(line.split(":\t", 1) for line in told.splitlines())
        assert status["Uid"].split()[0] == "10001"
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert status["NoNewPrivs"] == "1"
        with pytest.raises(AssertionError, match="Read-only file system"):
            pipeline.docker("exec", container["Name"], "touch", "/app/shared/planted.py")


async def test_the_sample_reaches_its_queues(pipeline: Compose) -> None:
    told = await pipeline.soon("compose", "--profile", "demo", "run", "--rm", "demo", seconds=120)
    assert "180 tickets in their queues" in told

    ledger = [row for row in pipeline.ledger() if row[3]]
    assert len(ledger) == 180
    assert {queue for _, _, queue, _ in ledger} == set(Queue)
    await decided_once(pipeline, [ticket for ticket, *_ in ledger])
    assert (await parked_on(pipeline)).total() == len(UNREADABLE)


async def test_no_crash_and_no_restart_loses_or_repeats_a_ticket(pipeline: Compose) -> None:
    """Each container is killed in turn, then each is restarted, while tickets keep coming."""
    parked = await parked_on(pipeline)
    containers = [(c["Service"], c["Name"]) for c in pipeline.containers()]
    async with submitting(pipeline) as tickets:
        for service, name in containers:
            await tickets.more(f"{service} is killed")
            await kill(pipeline, service, name)
        ours = len(containers) - len(SERVERS)
        await eventually(lambda: started_again(pipeline) == ours, SETTLE_SECONDS, "started again")
        await all_healthy(pipeline)
        for service, name in containers:
            await tickets.more(f"{service} is restarted")
            await pipeline.soon("restart", "--time", "30", name)
        await all_healthy(pipeline)
        await tickets.more("the end")
    await decided_once(pipeline, tickets.accepted)
    assert await parked_on(pipeline) == parked


async def test_replicas_share_the_work(pipeline: Compose) -> None:
    doubled = ("classifier", "entitlements", "router", "fast-lane", "intake-inbound")
    scale = [word for service in doubled for word in ("--scale", f"{service}=2")]
    arguments = ("compose", "up", "--wait", "--no-build", "--no-recreate", *scale)
    await pipeline.soon(*arguments, seconds=120)
    running = Counter(c["Service"] for c in pipeline.containers())
    assert {service: running[service] for service in doubled} == dict.fromkeys(doubled, 2)
    async with submitting(pipeline) as tickets:
        await tickets.more("the end", 2 * ONE_OF_MANY)
    await decided_once(pipeline, tickets.accepted)


async def test_a_stage_is_replaced_by_a_new_version_without_a_pause(pipeline: Compose) -> None:
    """As the runbook says: the new one healthy first, then the old one drained."""
    old = [c["Name"] for c in pipeline.containers() if c["Service"] == "router"]
    await pipeline.soon("tag", "triage-router:test", "triage-router:test-next")
    newer = dataclasses.replace(pipeline, version="test-next")
    scale = ("--scale", f"router={len(old) + 1}", "router")
    async with submitting(pipeline) as tickets:
        await tickets.more("the new version starts")
        await newer.soon("compose", "up", "--wait", "--no-deps", "--no-recreate", *scale)
        await tickets.more("the old version drains")
        await pipeline.soon("stop", *old)
        await pipeline.soon("rm", *old)
        await tickets.more("the end")
    await decided_once(pipeline, tickets.accepted)
    images = {c["Image"] for c in pipeline.containers() if c["Service"] == "router"}
    assert images == {"triage-router:test-next"}


async def kill(pipeline: Compose, service: str, name: str) -> None:
    """A server as by a power cut; a process of ours as by lack of memory, for Docker to restart.

    `docker kill` would count as meant, and leave it down.
    """
    if service in SERVERS:
        await pipeline.soon("kill", name)
        await pipeline.soon("start", name)
    else:
        await pipeline.soon("exec", "--detach", name, "sh", "-c", "kill -9 -1")


async def test_a_restored_backup_is_caught_up_with_what_was_decided_since(
    pipeline: Compose,
) -> None:
    """As the runbook says: the dump, then what the topics hold beyond it."""
    await pipeline.soon(*IN_POSTGRES, "pg_dump", *AS_TRIAGE, "-Fc", "-f", DUMP)
    async with submitting(pipeline) as tickets:
        await tickets.more("the database is lost", 2 * ONE_OF_MANY)
    await decided_once(pipeline, tickets.accepted)
    before = sorted(pipeline.ledger())

    await pipeline.soon("compose", "stop", "entitlements", "router")
    await pipeline.soon(*IN_POSTGRES, "psql", *AS_TRIAGE, "-c", DROP)
    await pipeline.soon(*IN_POSTGRES, "pg_restore", *AS_TRIAGE, "--single-transaction", DUMP)
    assert not {ticket for ticket, *_ in pipeline.ledger()} & set(tickets.accepted)
    await pipeline.soon("compose", "run", "--rm", "provision")
    await pipeline.soon("compose", "run", "--rm", "triage", "rebuild")
    assert sorted(pipeline.ledger()) == before

    await pipeline.soon("compose", "up", "--wait", "--no-build", "entitlements", "router")
    async with submitting(pipeline) as later:
        await later.more("the end")
    await decided_once(pipeline, tickets.accepted + later.accepted)


async def all_healthy(pipeline: Compose) -> None:
    async def well() -> bool:
        return not await asyncio.to_thread(pipeline.not_healthy)

    await eventually(well, SETTLE_SECONDS, lambda: f"not healthy: {pipeline.not_healthy()}")


def started_again(pipeline: Compose) -> int:
    """How many containers Docker has started again by itself."""
    names = [c["Name"] for c in pipeline.containers()]
    counts = pipeline.docker("inspect", "--format", "{{.RestartCount}}", *names).split()
    return sum(count != "0" for count in counts)


class Submitting:
    """Submits without a pause; `accepted` grows by each ticket that got its 202."""

    def __init__(self, pipeline: Compose, key: str) -> None:
        self.accepted: list[str] = []
        self._ended = asyncio.Event()
        self._task = asyncio.create_task(self._submit(pipeline.intake, key))

    async def more(self, blow: str, count: int = ONE_OF_MANY) -> None:
        """Wait until so many more were accepted, so that each blow meets work in flight."""
        wanted = len(self.accepted) + count
        await eventually(lambda: self._has(wanted), SETTLE_SECONDS, f"more tickets before {blow}")

    def _has(self, wanted: int) -> bool:
        if self._task.done():
            self._task.result()
        return len(self.accepted) >= wanted

    async def end(self) -> None:
        self._ended.set()
        await asyncio.wait_for(self._task, SETTLE_SECONDS)

    def cancel(self) -> None:
        self._task.cancel()

    async def _submit(self, url: str, key: str) -> None:
        run = f"-{uuid.uuid4().hex[:8]}-"
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=10.0, trust_env=False
        ) as client:
            intake = Intake(client, url, patience=SETTLE_SECONDS)
            while not self._ended.is_set():
                for ticket in sample.tickets(datetime.now(UTC), run=f"{run}{len(self.accepted)}"):
                    line = Line(1, json.dumps(ticket.submission).encode(), ticket.submission)
                    submitted = await intake.submit(line)
                    assert submitted.ticket_id is not None, submitted.refused
                    self.accepted.append(submitted.ticket_id)
                    if self._ended.is_set():
                        return
                    await asyncio.sleep(0.02)


@asynccontextmanager
async def submitting(pipeline: Compose) -> AsyncIterator[Submitting]:
    """Tickets keep coming until the end, as from a patient caller.

    A submission without an answer is sent again under the same key.
    """
    show = ("compose", "run", "--rm", "keys", "deploy.keys", "show", "help-desk")
    tickets = Submitting(pipeline, (await pipeline.soon(*show)).strip())
    try:
        yield tickets
        await tickets.end()
    finally:
        tickets.cancel()


async def decided_once(pipeline: Compose, accepted: list[str]) -> None:
    """Every accepted ticket has one live decision in the ledger, and stands on that queue alone."""
    assert len(set(accepted)) == len(accepted)
    found: dict[str, object] = {}

    async def all_well() -> bool:
        found.clear()
        found.update(await astray(pipeline, set(accepted)))
        return not found

    await eventually(
        all_well, SETTLE_SECONDS, lambda: f"{len(found)} astray: {list(found.items())[:5]}"
    )


async def astray(pipeline: Compose, tickets: set[str]) -> dict[str, object]:
    """Tickets whose live decisions differ from the queues that they stand on, or are not one."""
    decided: dict[str, list[str]] = {}
    for ticket, _revision, queue, live in await asyncio.to_thread(pipeline.ledger):
        if live:
            decided.setdefault(ticket, []).append(queue)
    standing = await queues_of(pipeline)
    return {
        ticket: (decided.get(ticket), standing.get(ticket))
        for ticket in tickets
        if len(decided.get(ticket, ())) != 1 or decided[ticket] != standing.get(ticket)
    }


async def queues_of(pipeline: Compose) -> dict[str, list[str]]:
    """The queues on which each ticket stands live, told from the topics alone."""
    names = {topic.address(NAMESPACE): queue for queue, topic in QUEUES.items()}
    read = [await everything_on(pipeline.settings, name) for name in names]
    records = [(r.topic, r.headers, r.value) for found in read for r in found]
    standing: dict[str, list[str]] = {}
    for address, by_id in live_records(records).items():
        for data in by_id.values():
            standing.setdefault(str(data["ticket_id"]), []).append(names[address])
    return standing


async def parked_on(pipeline: Compose) -> Counter[str]:
    """How many records stand in each dead-letter topic."""
    specs = specifications(NAMESPACE, PARTITIONS)
    addresses = [spec.address for spec in specs if spec.address.endswith(".dlq")]
    return Counter({name: len(await everything_on(pipeline.settings, name)) for name in addresses})
