"""Every figure of the page, counted again from the topics by somebody who shares none of its code.

With two replicas of every stage, and once more after a restart of watch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.server import Server
from deploy.local.stack import PARTS, RunningStack, stack_processes
from shared.envelope import Record
from shared.kafka import make_admin, make_consumer
from shared.process import started
from tests.browser.topics import writing
from tests.support.sample_run import play, settings_of
from tests.support.servers import fresh_folder
from tests.support.waiting import eventually

SCALED = {"intake-inbound", "classifier", "classifier-security", "entitlements", "router"}
QUEUES = ("security", "extensions", "core-paying", "core", "review", "renewal", "referral")
MOST_SHOWN = 40


@pytest.fixture
def doubled(kafka: Server, database_url: str, namespace: str, work: Path) -> Iterator[RunningStack]:
    """Two of every stage; of the fast lane too, which then delivers everything twice."""
    again = [
        replace(part, name=f"{part.name}-2")
        for part in PARTS
        if part.name in SCALED | {"router-fast-lane"}
    ]
    given = {"TRIAGE_NAMESPACE": namespace}
    with stack_processes(
        fresh_folder(work), kafka, database_url, given, print, (*PARTS, *again)
    ) as stack:
        yield stack


@dataclass
class Recount:
    """All records, in the order of their partitions, and what they add up to."""

    namespace: str
    now: datetime
    records: list[Record] = field(default_factory=list)

    def on(self, name: str) -> list[Record]:
        return [r for r in self.records if r.topic == f"{self.namespace}.{name}.v1"]

    def lately(self, records: list[Record]) -> int:
        since = int(self.now.timestamp()) - 60
        return sum(r.timestamp // 1000 > since for r in records)

    def said(self) -> dict[str, tuple[str, int]]:
        return {key(r): (data(r)["status"], r.timestamp) for r in self.on("tickets.status")}

    def messages(self, queue: str) -> dict[str, Record]:
        """Routed, by message id, the first copy of each; canaries are none."""
        found: dict[str, Record] = {}
        for r in self.on(f"queues.{queue}"):
            if header(r, "ce_type") == "support.ticket.routed.v1" and not data(r)["canary"]:
                found.setdefault(header(r, "ce_id"), r)
        return found

    def queue(self, queue: str) -> dict[str, Any]:
        withdrawn = {
            data(r)["withdraws"]
            for r in self.on(f"queues.{queue}")
            if header(r, "ce_type") == "support.ticket.withdrawn.v1"
        }
        messages = self.messages(queue)
        live = {name: r for name, r in messages.items() if name not in withdrawn}
        waiting, taken = [], 0
        for r in live.values():
            status, at = self.said().get(data(r)["ticket_id"], ("", 0))
            if status in {"taken", "solved"} and (queue != "security" or at >= r.timestamp):
                taken += status == "taken"
            else:
                waiting.append(r)
        oldest = min((r.timestamp for r in waiting), default=None)
        return {
            "queue": queue,
            "live": len(live),
            "waiting": len(waiting),
            "taken": taken,
            "depth": len(waiting) + taken,
            "oldest_seconds": None if oldest is None else self.age(oldest),
            "arrivals_per_minute": self.lately(list(messages.values())),
        } | spread([to_queue(r) for r in messages.values() if first_decision(r)])

    def age(self, timestamp: int) -> float:
        return round(self.now.timestamp() - timestamp / 1000, 1)

    def stage(self, reads: list[Record], writes: list[Record], parks: str) -> dict[str, Any]:
        first_read: dict[str, int] = {}
        first_written: dict[str, int] = {}
        for r in reads:
            first_read.setdefault(key(r), r.timestamp)
        for r in writes:
            if not r.topic.startswith(f"{self.namespace}.queues.") or first_decision(r):
                first_written.setdefault(key(r), r.timestamp)
        both = first_read.keys() & first_written.keys()
        took = [max(0, first_written[k] - first_read[k]) / 1000 for k in both]
        parked = [r for r in self.records if r.topic.endswith(f".{parks}.dlq")]
        return {
            "in_per_second": round(self.lately(reads) / 60, 2),
            "out_per_second": round(self.lately(writes) / 60, 2),
            "errors_per_minute": self.lately(parked),
        } | spread(took)

    def stages(self) -> dict[str, dict[str, Any]]:
        submitted, security = self.on("tickets.submitted"), self.on("tickets.security")
        classified, entitled = self.on("tickets.classified"), self.on("tickets.entitled")
        ordinary = [r for q in QUEUES if q != "security" for r in self.on(f"queues.{q}")]
        by_model = [r for r in security if "model" in data(r).get("security", {})["found_by"]]
        intake = self.stage(self.on("inbound"), submitted, "intake")
        received = [
            (r.timestamp / 1000 - moment(data(r)["accepted"]["received_at"])) for r in submitted
        ]
        return {
            "intake": intake | spread([max(0.0, s) for s in received]),
            "classifier": self.stage(submitted, classified, "classifier"),
            "classifier-security": self.stage(submitted, by_model, "classifier-security"),
            "entitlements": self.stage(classified, entitled, "entitlements"),
            "router": self.stage(entitled, ordinary, "router"),
            "router-fast-lane": self.stage(security, self.on("queues.security"), "none"),
        }

    def dead_letters(self) -> Counter[tuple[str, str, str]]:
        return Counter(
            (r.topic, header(r, "dlq-stage"), header(r, "dlq-reason"))
            for r in self.records
            if r.topic.endswith(".dlq")
        )

    def mix(self) -> tuple[int, int, Counter[str]]:
        verdicts = [data(r)["verdict"] for r in self.on("tickets.classified")]
        scopes = Counter(v["findings"][0]["scope"] if v["findings"] else "none" for v in verdicts)
        return len(verdicts), sum(not v["decided"] for v in verdicts), scopes

    def latest(self) -> list[int]:
        on_the_way = [r for r in self.records if ".licences." not in r.topic]
        return sorted((r.timestamp for r in on_the_way), reverse=True)[:MOST_SHOWN]


def header(record: Record, name: str) -> str:
    return next(bytes(v or b"").decode() for k, v in record.headers if k == name)


def data(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(record.value or b"{}")
    return found


def key(record: Record) -> str:
    return bytes(record.key or b"").decode()


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def first_decision(record: Record) -> bool:
    routed = header(record, "ce_type") == "support.ticket.routed.v1"
    return routed and data(record)["revision"] in {None, 1}


def to_queue(record: Record) -> float:
    return max(0.0, record.timestamp / 1000 - moment(data(record)["received_at"]))


def spread(seconds: list[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    if not ordered:
        return {"p50_seconds": None, "p95_seconds": None, "worst_seconds": None}
    return {
        "p50_seconds": round(ordered[len(ordered) // 2], 3),
        "p95_seconds": round(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], 3),
        "worst_seconds": round(ordered[-1], 3),
    }


async def everything(stack: RunningStack, now: datetime) -> Recount:
    """Every record of every topic that stands there."""
    settings = settings_of(stack)
    recount = Recount(settings.triage_namespace, now)
    admin: AIOKafkaAdminClient = make_admin(settings)
    await admin.start()
    try:
        names = [n for n in await admin.list_topics() if n.startswith(recount.namespace + ".")]
        described = await admin.describe_topics(names)
    finally:
        await admin.close()
    partitions = [
        TopicPartition(topic["topic"], p["partition"])
        for topic in described
        for p in topic["partitions"]
    ]
    async with started(lambda: make_consumer(settings, "test.recount", None)) as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=300)).values():
                recount.records += records
    return recount


async def overview(watch: str) -> Mapping[str, Any]:
    async with httpx.AsyncClient(timeout=20.0) as client:
        found: Mapping[str, Any] = (await client.get(f"{watch}/api/overview")).json()
    return found


def agree(shown: Mapping[str, Any], recount: Recount) -> None:
    for queue in shown["queues"]:
        counted = recount.queue(queue["queue"])
        assert {name: queue[name] for name in counted} == near(counted, queue)
    stages = {row["stage"]: row for row in shown["stages"]}
    for name, counted in recount.stages().items():
        assert {each: stages[name][each] for each in counted} == near(counted, stages[name]), name
    lane, security = shown["security"], recount.queue("security")
    assert (lane["waiting"], lane["taken"]) == (security["waiting"], security["taken"])
    piles = {(d["topic"], d["reader"], d["reason"]): d["count"] for d in shown["dead_letters"]}
    assert piles == recount.dead_letters()
    tickets, undecided, scopes = recount.mix()
    mix = shown["classifier"]
    assert (mix["tickets"], mix["undecided"], mix["scopes"]) == (tickets, undecided, scopes)
    passing = [round(moment(row["at"]) * 1000) for row in shown["passing"]]
    assert passing == recount.latest()
    assert shown["records_read"] == len(recount.records)


def near(counted: dict[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """Sums of floating seconds may differ in their last digit."""
    return {
        name: pytest.approx(value, abs=0.11 if name == "oldest_seconds" else 0.0011)
        if isinstance(value, float) and shown[name] is not None
        else value
        for name, value in counted.items()
    }


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_every_figure_can_be_counted_again_from_the_topics(doubled: RunningStack) -> None:
    decided = await play(doubled, now())
    async with writing(settings_of(doubled)) as writer:
        for decision in list(decided.values())[::3]:
            await writer.taken(UUID(str(decision["ticket_id"])))
        await writer.letter()

    async def caught_up() -> bool:
        shown = await overview(doubled.watch)
        return bool(
            shown["state"] == "following"
            and shown["groups"]
            and all(group["records"] == 0 for group in shown["groups"])
            and shown["records_read"] == len((await everything(doubled, now())).records)
        )

    await eventually(caught_up, 90, "watch and all groups at the end of the topics")
    shown = await overview(doubled.watch)
    agree(shown, await everything(doubled, datetime.fromisoformat(shown["at"])))
    members = {group["reader"]: group["members"] for group in shown["groups"]}
    assert {members[name] for name in ("classifier", "entitlements", "router")} == {2}
    readers = {
        partition["reader"]
        for group in shown["groups"]
        if group["reader"] == "classifier"
        for partition in group["partitions"]
    }
    assert readers == {"classifier.classifier"}

    doubled.supervisor["watch"].kill()
    await eventually(lambda: doubled.supervisor["watch"].restarts == 1, 30)
    await eventually(lambda: doubled.supervisor["watch"].not_ready() == [], 60)
    await eventually(caught_up, 90, "the new watch at the end of the topics")
    again = await overview(doubled.watch)
    counted = await everything(doubled, datetime.fromisoformat(again["at"]))
    agree(again, counted)
    gone = counted.on("queues.review")[0]
    with pytest.raises(
        AssertionError
    ):  # a count that lacks one ticket is told from one that does not
        agree(again, replace(counted, records=[r for r in counted.records if r is not gone]))


def now() -> datetime:
    return datetime.now(UTC)
