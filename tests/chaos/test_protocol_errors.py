"""Does a stage come through errors of Kafka's protocol, and does the harness see one that stalls?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.chaos.protocol_errors import MATRIX, Case, End, cases, play, play_all, words
from tests.chaos.scripted_broker import scripted_broker

HARDEST = {
    "Produce": 45,
    "Fetch": 1,
    "ListOffsets": 6,
    "Metadata": 3,
    "OffsetCommit": 25,
    "OffsetFetch": 14,
    "FindCoordinator": 15,
    "JoinGroup": 79,
    "Heartbeat": 25,
    "SyncGroup": 27,
    "ApiVersions": 35,
    "InitProducerId": 14,
}
"""One for each call; the whole matrix is a command."""
STALLED = (sys.executable, "-c", "import signal; signal.pause()")


@pytest.mark.timeout(300)
async def test_a_stage_goes_on_after_an_error_on_any_call(tmp_path: Path) -> None:
    assert HARDEST.keys() == MATRIX.keys()
    wanted = [case for case in cases() if HARDEST[case.call] == case.code]
    results = await play_all(wanted, tmp_path)
    assert not [words(result) for result in results if not result.holds]
    assert all(result.met for result in results)


async def test_a_stage_that_stands_still_is_reported_as_stalled(tmp_path: Path) -> None:
    with scripted_broker() as broker:
        case = Case("Fetch", 1, 6)
        result = await play(case, broker, tmp_path, command=STALLED, patience=3.0)
    assert result.end is End.STALLED
    assert not result.holds
