"""Is a 202 kept when brokers die? `python -m tests.chaos.three_brokers [SEED]`.

Three brokers, three copies of every partition, two of which must have a record before it counts.
Under load each broker is killed and brought back in turn; then two are killed at once, and then
nothing may be accepted. Writes `reports/three-brokers.md`; exit 1 if a promise broke.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from deploy.failure import Failure
from deploy.local.kafka import VERSION
from deploy.local.postgres import choose_postgres
from deploy.local.server import Kind
from deploy.local.told_to_end import ended_by_signals
from tests.chaos.cluster import Cluster, Node, three_brokers
from tests.chaos.load import Load, Mix
from tests.chaos.pipeline import Pipeline, running_pipeline
from tests.chaos.report import REPORTS, machine, table
from tests.chaos.verdict import Finding
from tests.chaos.verification import Ended, verify

MIX = Mix(rate=15.0, seconds=3600.0, reports=0.1)
"""For longer than it can take: the load ends with the last broker's return."""
CALM_SECONDS = 8.0
AWAY_SECONDS = 30.0
BOTH_AWAY_SECONDS = 40.0
IN_HAND_SECONDS = 1.0
"""An answer on its way when the brokers died may still be a 202."""
WAITING = 0.05
HEAD = f"""\
`python -m tests.chaos.three_brokers`: Apache Kafka {VERSION}, replication 3,
`min.insync.replicas=2`; brokers killed (SIGKILL) under {MIX.rate:.0f} tickets/s. Answers are counted from
{IN_HAND_SECONDS:.0f} s after the kill to the return."""


@dataclass(slots=True)
class Loss:
    """One time without some brokers."""

    brokers: Sequence[int]
    at: float
    answers: Counter[str] = field(default_factory=Counter)
    """What intake answered meanwhile."""
    again_seconds: float = 0.0
    """From the kill to the first 202 after it."""
    whole_seconds: float = 0.0
    """From the return to every replica in step."""

    @property
    def accepted(self) -> int:
        return self.answers["202"]


async def lose(cluster: Cluster, nodes: Sequence[Node], load: Load, seconds: float) -> Loss:
    """Kill these brokers, wait, bring them back, wait until all copies are there again."""
    loss = Loss([node.number for node in nodes], time.monotonic())
    await asyncio.gather(*(asyncio.to_thread(node.kill) for node in nodes))
    killed = time.monotonic()
    await asyncio.sleep(IN_HAND_SECONDS)
    before = Counter(load.answers)
    again = asyncio.create_task(_next_202(load, killed))
    await asyncio.sleep(seconds - IN_HAND_SECONDS)
    loss.answers = Counter(load.answers) - before
    await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))
    loss.whole_seconds = await asyncio.to_thread(cluster.wait_whole)
    loss.again_seconds = await again
    sys.stderr.write(f"{words(loss)}\n")
    return loss


async def _next_202(load: Load, since: float) -> float:
    before = load.answers["202"]
    # The load counts; it has no event for it.
    while load.answers["202"] == before:  # noqa: ASYNC110
        await asyncio.sleep(WAITING)
    return time.monotonic() - since


def words(loss: Loss) -> str:
    return (
        f"without {loss.brokers}: {dict(loss.answers)}, next 202 after {loss.again_seconds:.1f} s"
    )


def false_202s(losses: Sequence[Loss]) -> Iterator[Finding]:
    """With two of three copies gone nothing may be accepted; with one gone, tickets must be."""
    for loss in losses:
        if len(loss.brokers) > 1 and loss.accepted:
            yield Finding("no_false_202", f"{loss.accepted} accepted without {loss.brokers}")
        if len(loss.brokers) == 1 and not loss.accepted:
            yield Finding("one_may_go", f"nothing accepted without {loss.brokers}")


async def play(cluster: Cluster, pipeline: Pipeline, seed: int) -> tuple[list[Loss], Ended]:
    """Each broker in turn, then two at once; then the verdict."""
    dice = Random(seed)
    losses = []
    async with Load(pipeline.target, MIX, seed) as load:
        arriving = asyncio.create_task(load.run())
        for node in cluster.nodes:
            await asyncio.sleep(CALM_SECONDS)
            losses.append(await lose(cluster, [node], load, AWAY_SECONDS))
        await asyncio.sleep(CALM_SECONDS)
        pair = dice.sample(cluster.nodes, 2)
        losses.append(await lose(cluster, pair, load, BOTH_AWAY_SECONDS))
        since = time.monotonic()
        load.end()
        await arriving
        ended = await verify(pipeline.target, load, since=since)
    findings = (*ended.verdict.findings, *false_202s(losses))
    return losses, replace(ended, verdict=replace(ended.verdict, findings=findings))


@contextmanager
def pipeline_on_three_brokers(work: Path) -> Iterator[tuple[Cluster, Pipeline]]:
    with (
        three_brokers(work) as cluster,
        choose_postgres(work, (Kind.INSTALLED, Kind.EMBEDDED, Kind.DOCKER), {}) as postgres,
        running_pipeline(
            work, cluster.for_clients(), postgres.address, namespace="three"
        ) as pipeline,
    ):
        cluster.wait_whole()
        yield cluster, pipeline


def as_markdown(losses: Sequence[Loss], ended: Ended) -> str:
    verdict = ended.verdict
    start = losses[0].at
    return "\n".join(
        [
            f"# Three brokers: {'held' if verdict.holds else 'BROKEN'}",
            "",
            HEAD,
            "",
            "```",
            verdict.words(),
            "```",
            "",
            *table(
                ("at s", "killed", "answers meanwhile", "next 202 after s", "all copies after s"),
                (
                    (
                        f"{loss.at - start:.0f}",
                        ", ".join(f"broker {number}" for number in loss.brokers),
                        ", ".join(f"{n} x {status}" for status, n in sorted(loss.answers.items())),
                        f"{loss.again_seconds:.1f}",
                        f"{loss.whole_seconds:.1f}",
                    )
                    for loss in losses
                ),
            ),
            f"Lag zero {ended.settle_seconds:.1f} s after the last broker's return.",
            "",
            *table(("figure", "value"), verdict.figures.items()),
            *table(("machine", ""), machine().items()),
        ]
    )


def main(seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="triage-three-") as folder:
        Path(folder).chmod(0o711)
        try:
            with pipeline_on_three_brokers(Path(folder)) as (cluster, pipeline):
                losses, ended = asyncio.run(play(cluster, pipeline, seed))
        except Failure as error:
            sys.stderr.write(f"{error}\n")
            return 2
    report = as_markdown(losses, ended)
    (REPORTS / "three-brokers.md").write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return 0 if ended.verdict.holds else 1


if __name__ == "__main__":
    with ended_by_signals():
        sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1))
