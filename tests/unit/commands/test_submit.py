"""How submissions are sent: patiently, in order, each answer told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.commands._lines import Line, as_model, read_lines
from deploy.commands.submit import Intake, Submitted, in_order, pause_of, problem_of
from deploy.failure import Failure, WrongSetting
from services.intake.submission import Submission
from shared.failures import Permanent

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def lines(tmp_path: Path, text: bytes) -> list[Line]:
    file = tmp_path / "tickets.jsonl"
    file.write_bytes(text)
    return list(read_lines(file))


def test_lines_keep_their_numbers_and_blank_ones_are_passed_over(tmp_path: Path) -> None:
    found = lines(tmp_path, b'{"body": "a"}\n\n  {"body": "b"}  \n')
    assert [(line.number, line.raw) for line in found] == [
        (1, b'{"body": "a"}'),
        (3, b'{"body": "b"}'),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"{cut", "not valid JSON, column 2"),
        (b"[1]", "not a JSON object"),
        (b'"\xff"', "not valid JSON"),
    ],
)
def test_a_line_that_is_no_object_says_so(tmp_path: Path, text: bytes, fault: str) -> None:
    assert str(lines(tmp_path, text)[0].fault).startswith(fault)


def test_a_wrong_field_is_named_without_its_value(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, b'{"body": ["secret"]}')
    with pytest.raises(Permanent) as raised:
        as_model(line, Submission)
    assert raised.value.detail == "body: Input should be a valid string"


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"cannot read .*missing\.jsonl"):
        list(read_lines(tmp_path / "missing.jsonl"))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 1.0),
        ("3", 3.0),
        ("86400", 60.0),
        ("soon", 1.0),
        ("Mon, 02 Mar 2026 12:00:10 GMT", 10.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.1),
    ],
)
def test_retry_after_is_honoured_within_reason(header: str | None, seconds: float) -> None:
    assert pause_of(header, NOW) == seconds


async def test_results_come_in_order_and_few_are_in_flight() -> None:
    going = most = 0

    async def work(number: int) -> int:
        nonlocal going, most
        going += 1
        most = max(most, going)
        for _ in range((7 - number) * 3):
            await asyncio.sleep(0)
        going -= 1
        return number

    assert [each async for each in in_order(range(7), work, 3)] == list(range(7))
    assert most == 3


def answered_by(
    *replies: httpx.Response | Exception, patience: float = 30.0
) -> tuple[Intake, list[httpx.Request]]:
    waiting, seen = list(replies), list[httpx.Request]()

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        reply = waiting.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    transport = httpx.MockTransport(handle)
    client = httpx.AsyncClient(transport=transport, base_url="http://intake")
    return Intake(client, "http://intake", patience), seen


LINE = Line(4, b'{"body": "a"}', {"body": "a"})
ACCEPTED = httpx.Response(202, json={"ticket_id": "T"})


async def test_a_busy_intake_is_waited_for_under_one_key() -> None:
    busy = [httpx.Response(code, headers={"retry-after": "0"}) for code in (429, 503)]
    intake, seen = answered_by(*busy, ACCEPTED)
    assert await intake.submit(LINE) == Submitted(LINE, ticket_id="T")
    assert len({request.headers["idempotency-key"] for request in seen}) == 1
    assert len(seen) == 3


async def test_a_named_submission_needs_no_other_key() -> None:
    intake, seen = answered_by(ACCEPTED)
    await intake.submit(Line(1, b"{}", {"external_id": "X-1"}))
    assert "idempotency-key" not in seen[0].headers


async def test_a_refused_submission_says_which_field() -> None:
    problem = {
        "title": "Not a ticket",
        "status": 400,
        "detail": "Some fields are not as they should be.",
        "errors": [{"field": "sent_at", "message": "should be a time"}],
    }
    intake, _ = answered_by(httpx.Response(400, json=problem))
    assert (await intake.submit(LINE)).refused == "sent_at: should be a time"


def test_an_answer_that_is_no_problem_document_is_told_by_its_status() -> None:
    assert problem_of(httpx.Response(418, text="teapot")) == "refused with 418"


@pytest.mark.parametrize(
    ("status", "names"), [(401, "TRIAGE_API_KEY"), (403, "TRIAGE_API_KEY"), (404, "TRIAGE_URL")]
)
async def test_a_wrong_key_or_address_ends_it_naming_the_setting(status: int, names: str) -> None:
    intake, _ = answered_by(httpx.Response(status))
    with pytest.raises(WrongSetting, match=names):
        await intake.submit(LINE)


async def test_an_intake_that_stays_away_is_given_up() -> None:
    away = [httpx.ConnectError("no"), httpx.ConnectError("no")]
    intake, _ = answered_by(*away, patience=0.0)
    with pytest.raises(Failure, match="does not answer"):
        await intake.submit(LINE)


async def test_the_time_that_an_intake_was_busy_does_not_count_as_away() -> None:
    busy = httpx.Response(503, headers={"retry-after": "1"})
    intake, _ = answered_by(busy, httpx.ConnectError("restarts"), ACCEPTED, patience=0.9)
    assert (await intake.submit(LINE)).ticket_id == "T"


def test_lines_are_the_same_however_they_were_cut_into_reads(tmp_path: Path) -> None:
    wide = '{"n": "' + "x" * 200_000 + '"}'
    written = ['{"n": 1}', "", wide, "{broken", '{"n": 2}']
    file = tmp_path / "cut.jsonl"
    file.write_text("\n".join(written), encoding="utf-8")
    read = list(read_lines(file))
    assert [line.number for line in read] == [1, 3, 4, 5]
    assert [line.fault is None for line in read] == [True, True, False, True]
    assert read[1].raw == wide.encode()
