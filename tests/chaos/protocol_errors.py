"""Does a stage come through every error that Kafka may answer to any of its calls?

`python -m tests.chaos.protocol_errors` plays the whole matrix on librdkafka's scripted broker and
writes `reports/protocol-errors.md`: each code once on each call, at the start or at work. A stage
passes if it goes on by itself, or ends (it knows that it is stuck) and a fresh one goes on; within
90 s, and with every ticket passed on. Exit 1 for a silent stall or a lost ticket.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiokafka import TopicPartition
from confluent_kafka import KafkaError

from deploy.local.children import free_port
from deploy.local.told_to_end import ended_by_signals
from shared.kafka import make_admin
from shared.settings import KafkaSettings
from shared.topics import SUBMITTED, TOPICS, Reader, group
from tests.chaos.scripted_broker import METADATA, ScriptedBroker, scripted_broker
from tests.support.relay import passed_on, submitted
from tests.support.stages import publish
from tests.support.waiting import eventually

PATIENCE = 90.0
BEFORE, AFTER = 30, 10
"""Tickets that wait when the stage starts, and tickets that come when the error has passed."""
SIDE_BY_SIDE = 3
PARTITIONS = range(2)
METADATA_CALLS = 4
"""The topic has its error until it is cleared: after so many calls."""
REPORT = Path(__file__).with_name("reports") / "protocol-errors.md"
RELAY = (sys.executable, "-m", "tests.support.relay")

LEADER = (3, 5, 6, 13, 29, 56, 74, 75, -1)
COORDINATOR = (14, 15, 16, 30, -1)
MEMBER = (22, 25, 27, 82)
MATRIX: Mapping[str, tuple[int, Sequence[int]]] = {
    "Produce": (0, (2, 7, 10, 18, 19, 20, 31, 45, 47, 59, 87, 89, *LEADER)),
    "Fetch": (1, (1, 9, 70, 71, 78, *LEADER)),
    "ListOffsets": (2, (43, 78, *LEADER)),
    "Metadata": (3, (7, 17, *LEADER)),
    "OffsetCommit": (8, (3, 7, 12, 28, 29, *COORDINATOR, *MEMBER)),
    "OffsetFetch": (9, (3, 22, 25, 29, *COORDINATOR)),
    "FindCoordinator": (10, (42, *COORDINATOR)),
    "JoinGroup": (11, (23, 26, 79, 81, *COORDINATOR, *MEMBER)),
    "Heartbeat": (12, (*COORDINATOR, *MEMBER)),
    "SyncGroup": (14, (*COORDINATOR, *MEMBER)),
    "ApiVersions": (18, (35, 42, -1)),
    "InitProducerId": (22, (7, 14, 15, 16, 31, 51, 53, -1)),
}
"""Per call its number and the codes that a broker may answer to it (Kafka protocol guide).

Without 46 for Produce: it says that the records are there already, and this broker has not kept them.
"""


class End(StrEnum):
    RECOVERED = "went on"
    ENDED = "ended, a fresh one went on"
    STALLED = "STALLED"
    LOST = "LOST TICKETS"


@dataclass(frozen=True, slots=True)
class Case:
    """One error on one call."""

    call: str
    api: int
    code: int

    @property
    def error(self) -> str:
        return str(KafkaError(self.code).name()) if self.code >= 0 else "UNKNOWN_SERVER_ERROR"


@dataclass(frozen=True, slots=True)
class Result:
    """How one case ended. `met`: the call was made while the error was set."""

    case: Case
    end: End
    seconds: float
    met: bool
    repeats: int
    exit_code: int | None = None

    @property
    def holds(self) -> bool:
        return self.end in {End.RECOVERED, End.ENDED}


def cases() -> list[Case]:
    """The whole matrix."""
    return [Case(call, api, code) for call, (api, codes) in MATRIX.items() for code in codes]


@dataclass(slots=True)
class Stage:
    """The stage under test: a process of its own, like any service."""

    settings: KafkaSettings
    log: Path
    command: Sequence[str] = RELAY
    port: int = 0
    process: asyncio.subprocess.Process | None = None
    ended_with: int | None = None
    """The exit code of the first process, if it ended by itself."""

    async def start(self) -> None:
        self.port = free_port()
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.settings.kafka_bootstrap_servers,
            "TRIAGE_NAMESPACE": self.settings.triage_namespace,
            "PROBE_PORT": str(self.port),
        }
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdout=log, stderr=log, env={**os.environ, **environment}
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start_again_if_ended(self) -> None:
        """As a supervisor would."""
        if self.process is not None and self.process.returncode is not None:
            self.ended_with = self.process.returncode
            await self.start()

    async def consumed(self) -> int:
        """Records that it read and passed on, as it says itself."""
        try:
            page = await asyncio.to_thread(_get, f"http://127.0.0.1:{self.port}/metrics")
        except OSError:
            return 0
        found = re.search(r"^triage_records_consumed_total\{.*?\} (\S+)$", page, re.MULTILINE)
        return int(float(found[1])) if found else 0

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=2) as answer:
        return str(answer.read().decode())


async def play(
    case: Case,
    broker: ScriptedBroker,
    folder: Path,
    *,
    command: Sequence[str] = RELAY,
    patience: float = PATIENCE,
) -> Result:
    """One case: tickets wait, the stage starts into the error, more tickets come after it."""
    settings = KafkaSettings(
        kafka_bootstrap_servers=broker.address, triage_namespace=f"e{uuid.uuid4().hex[:10]}"
    )
    ns = settings.triage_namespace
    for topic in TOPICS:
        broker.create(topic.address(ns), len(PARTITIONS))
    await publish(settings, [submitted(ns, number) for number in range(BEFORE)])
    stage = Stage(settings, folder / f"{ns}.log", command)
    source = SUBMITTED.address(ns)
    began = time.monotonic()
    broker.answer_once(case.api, case.code, source)
    try:
        await stage.start()
        met = await _through_the_error(stage, broker, case, began + patience)
        broker.as_usual(case.api, source)
        await publish(settings, [submitted(ns, BEFORE + number) for number in range(AFTER)])
        done = await _in_time(stage, max(5.0, began + patience - time.monotonic()))
        found = await passed_on(settings)
    finally:
        broker.as_usual(case.api, source)
        await stage.end()
    end = _end(found, stage.ended_with, done=done)
    repeats = sum(found.values()) - len(found)
    return Result(case, end, time.monotonic() - began, met, repeats, stage.ended_with)


async def _through_the_error(
    stage: Stage, broker: ScriptedBroker, case: Case, deadline: float
) -> bool:
    """Whether the error was met; returns when what waited is read, or the process has ended."""
    while time.monotonic() < deadline and stage.running:
        if case.api == METADATA and broker.calls(case.api) >= METADATA_CALLS:
            break
        if broker.calls(case.api) and await stage.consumed() >= BEFORE:
            break
        await asyncio.sleep(0.1)
    return broker.calls(case.api) > 0


async def _in_time(stage: Stage, seconds: float) -> bool:
    async def done() -> bool:
        await stage.start_again_if_ended()
        return await _all_done(stage.settings)

    try:
        async with asyncio.timeout(seconds):
            await eventually(done, seconds)
    except (AssertionError, TimeoutError):
        return False
    return True


async def _all_done(settings: KafkaSettings) -> bool:
    """Everything is passed on, and committed as far as it was read."""
    if len(await passed_on(settings)) < BEFORE + AFTER:
        return False
    ns = settings.triage_namespace
    admin = make_admin(settings)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(
            group(ns, Reader.CLASSIFIER),
            partitions=[TopicPartition(SUBMITTED.address(ns), number) for number in PARTITIONS],
        )
    finally:
        await admin.close()
    read = sum(max(0, int(each.offset)) for each in offsets.values())
    return read == BEFORE + AFTER


def _end(found: Counter[str], exit_code: int | None, *, done: bool) -> End:
    if not done:
        return End.STALLED
    if len(found) != BEFORE + AFTER:
        return End.LOST
    return End.RECOVERED if exit_code is None else End.ENDED


async def play_all(wanted: Iterable[Case], folder: Path) -> list[Result]:
    """All cases, on a few brokers side by side."""
    queue = list(wanted)
    results: list[Result] = []

    async def play_on(broker: ScriptedBroker) -> None:
        while queue:
            result = await play(queue.pop(0), broker, folder)
            results.append(result)
            sys.stderr.write(f"{len(results)}: {words(result)}\n")

    with ExitStack() as stack:
        brokers = [stack.enter_context(scripted_broker()) for _ in range(SIDE_BY_SIDE)]
        await asyncio.gather(*(play_on(broker) for broker in brokers))
    return results


def words(result: Result) -> str:
    """One line for people."""
    case = result.case
    code = "" if result.exit_code is None else f", exit code {result.exit_code}"
    unmet = "" if result.met else ", never met"
    return f"{case.call} {case.code} {case.error}: {result.end}{code} after {result.seconds:.1f} s{unmet}"


def as_markdown(results: Sequence[Result]) -> str:
    """The report: a line per call, then every case that did more than go on."""
    lines = [
        "# Protocol errors",
        "",
        "`python -m tests.chaos.protocol_errors`: each error once, on librdkafka's scripted broker.",
        "",
        "| call | errors | met | went on | ended, a fresh one went on | stalled or lost | slowest, s | tickets repeated |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for call in MATRIX:
        of_call = [result for result in results if result.case.call == call]
        if not of_call:
            continue
        ends = Counter(result.end for result in of_call)
        lines.append(
            f"| {call} | {len(of_call)} | {sum(r.met for r in of_call)} | {ends[End.RECOVERED]} "
            f"| {ends[End.ENDED]} | {ends[End.STALLED] + ends[End.LOST]} "
            f"| {max(r.seconds for r in of_call):.1f} | {sum(r.repeats for r in of_call)} |"
        )
    told = [r for r in results if r.end is not End.RECOVERED]
    lines += ["", *(f"- {words(result)}" for result in sorted(told, key=words)), ""]
    return "\n".join(lines)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="triage-errors-") as folder:
        results = asyncio.run(play_all(cases(), Path(folder)))
    report = as_markdown(results)
    REPORT.write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    with ended_by_signals():
        sys.exit(main())
