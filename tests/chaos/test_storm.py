"""Do the promises hold in a short storm? (`make chaos NAIVE=1`: does the harness see losses?)"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from deploy.local.server import ServerFailed
from tests.chaos.faults import FAULTS
from tests.chaos.lane import passages
from tests.chaos.load import Mix
from tests.chaos.report import as_markdown
from tests.chaos.storm import Outcome, run_storm
from tests.support.servers import absent, fresh_folder

SHORT = (
    "kill_process",
    "freeze_in_transaction",
    "kill_broker",
    "kill_postgres",
    "deaf_kafka",
    "reset_postgres",
    "burst_of_poison",
)
"""One of each family; `make chaos` has them all."""


async def storm(work: Path, seed: int, mix: Mix, **options: object) -> Outcome:
    """A storm in a thread, for it has a loop of its own."""
    try:
        return await asyncio.to_thread(run_storm, fresh_folder(work), seed, mix, **options)  # type: ignore[arg-type]
    except ServerFailed as error:
        absent("a Kafka and a PostgreSQL to harm", error)
        raise


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_every_promise_holds_in_a_short_storm(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = await storm(work, 4, Mix(rate=30.0, seconds=50.0), names=SHORT)
    with capsys.disabled():
        sys.stdout.write("\n" + as_markdown(outcome))
    assert outcome.ended.verdict.holds, outcome.ended.verdict.words()
    assert {hit.fault for hit in outcome.hits if hit.counts}
    assert passages(outcome.ended.evidence)


def test_the_short_storm_knows_its_faults() -> None:
    assert set(SHORT) <= set(FAULTS)
