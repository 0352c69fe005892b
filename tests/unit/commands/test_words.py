"""What commands say, and how they end."""

from __future__ import annotations

import pytest
import typer
from aiokafka.errors import KafkaConnectionError

from deploy.commands._output import ago
from deploy.commands._running import a_ticket_id, run
from deploy.commands.correct import correct
from deploy.commands.trace import standing_of
from deploy.commands.watch import line_of
from deploy.failure import Failure, WrongSetting
from services.watch.timeline import timeline
from services.watch.views import Board
from tests.unit.watch.test_timeline import NOON, ONE, ORDINARY, on, routed


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0.25, "0.2 s"), (119, "119.0 s"), (120, "2 min"), (7200, "2 h"), (2e5, "2 d")],
)
def test_spans_are_told_in_their_largest_unit(seconds: float | None, said: str) -> None:
    assert ago(seconds) == said


def test_where_a_ticket_stands_is_told_in_words() -> None:
    assert standing_of(timeline(ONE, ORDINARY)) == "in core, revision 1"
    assert standing_of(timeline(ONE, [routed("security", 1, "s")])) == "in security"
    assert standing_of(timeline(ONE, [on("tickets.submitted", 0)])) == "in no queue yet"


def test_a_line_of_figures_names_every_queue() -> None:
    board = Board()
    board.see(routed("core-paying", 0, "m"))
    line = line_of({"state": "following"} | board.overview(NOON))
    assert line == (
        "12:00:00 security=0 extensions=0 core-paying=1 core=0 review=0 renewal=0 referral=0"
        " dead-letters=0 (following)"
    )


def test_an_id_is_read_in_either_case_and_anything_else_is_wrong_usage() -> None:
    assert a_ticket_id(f" {ONE.upper()} ") == ONE
    with pytest.raises(typer.BadParameter, match="is not a ticket id"):
        a_ticket_id("4711")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (Failure("line 3 is bad"), 1, "line 3 is bad\n"),
        (WrongSetting("TRIAGE_URL: no"), 2, "TRIAGE_URL: no\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (KafkaConnectionError("x"), 2, "Kafka at nowhere:9 does not answer"),
    ],
)
def test_a_failure_is_one_line_and_an_exit_code(
    error: BaseException,
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9")

    async def fail() -> None:
        raise error

    with pytest.raises(typer.Exit) as raised:
        run(fail())
    assert raised.value.exit_code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(says)
    assert said.err.count("\n") == 1


def test_a_correction_says_one_thing() -> None:
    with pytest.raises(typer.BadParameter, match="one of --clear, --security and --scope"):
        correct(ONE, by="Ann", reason="both", clear=True, security=True)
    with pytest.raises(typer.BadParameter, match="--reason"):
        correct(ONE, by="Ann", reason=" ", clear=True)
