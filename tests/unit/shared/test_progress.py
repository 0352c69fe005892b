"""When does a stage call itself ready?"""

import pytest
from aiokafka import TopicPartition

from shared.engine.progress import Progress
from shared.engine.revocation import Revocation


def started() -> Progress:
    progress = Progress("entitlements-licences")
    progress.started = True
    return progress


def test_a_stage_that_was_not_given_its_partitions_yet_is_not_ready() -> None:
    assert started().not_ready() == "entitlements-licences: no partitions assigned"


@pytest.mark.parametrize(
    ("exists", "why"),
    [(True, None), (False, "entitlements-licences: no partitions assigned")],
    ids=["the others have them all", "the topic is missing"],
)
async def test_a_replica_beyond_the_partitions_stands_by_and_is_ready(
    exists: bool, why: str | None
) -> None:
    progress = started()
    await Revocation(progress, lambda: exists, nothing_to_commit).on_partitions_assigned(set())
    assert progress.not_ready() == why


async def nothing_to_commit() -> None:
    """For partitions that come and have not gone."""


async def test_a_replica_that_takes_over_no_longer_stands_by() -> None:
    progress = started()
    revocation = Revocation(progress, lambda: True, nothing_to_commit)
    await revocation.on_partitions_assigned(set())
    await revocation.on_partitions_assigned({TopicPartition("support.licences.v1", 0)})
    assert (progress.assigned, progress.standby, progress.not_ready()) == (1, False, None)
