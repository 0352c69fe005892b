"""Are provisional answers judged again after a restart, upwards only, through real services?"""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from deploy.local.server import Server
from tests.journeys.backlog import judge_again
from tests.support.world import a_world

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
COUNT = 2000


async def test_customers_whose_licence_the_feed_brings_late_move_up_after_a_restart(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> None:
    async with a_world(work, kafka, database_url, namespace) as world:
        figures = await judge_again(world, COUNT)
    assert figures.better == COUNT // 2
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            "select queue, cause, live, count(*) as many, count(withdrawn_at) as withdrawn"
            " from router.decisions group by queue, cause, live"
        )
    finally:
        await connection.close()
    assert {tuple(row) for row in rows} == {
        ("extensions", "facts_learned", True, COUNT // 2, 0),
        ("renewal", "first", False, COUNT // 2, COUNT // 2),
        ("renewal", "first", True, COUNT // 2, 0),
    }
