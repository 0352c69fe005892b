from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from shared.logs import configure_logs


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail() -> None:
    raise ValueError("invalid input: 'my password is hunter2'")


def test_a_line_is_json_with_service_level_time_and_identity(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("router", level="INFO", as_json=True)

    structlog.get_logger().info("ticket.routed", ticket_id="t-1", partition=3, offset=118)

    (line,) = lines(capsys)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "ticket.routed",
        "level": "info",
        "service": "router",
        "ticket_id": "t-1",
        "partition": 3,
        "offset": 118,
    }


def test_a_line_about_a_ticket_names_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("router", level="INFO", as_json=True)

    structlog.get_logger().info("x", ticket_id="11111111-1111-5111-8111-111111111111")

    (line,) = lines(capsys)
    assert line["trace_id"] == "11111111111151118111111111111111"


def test_an_exception_is_logged_by_type_and_place_never_by_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("router", level="INFO", as_json=True)

    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("stage.failed")

    said = capsys.readouterr().err
    assert "hunter2" not in said
    line = orjson.loads(said)
    assert line["exception"] == "ValueError"
    assert any(frame.endswith(" fail") for frame in line["frames"])


def test_an_exception_in_a_library_is_logged_the_same_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("router", level="INFO", as_json=True)

    try:
        fail()
    except ValueError:
        logging.getLogger("some.library").exception("could not parse")

    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert orjson.loads(said)["exception"] == "ValueError"


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("router", level="WARNING", as_json=True)

    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")

    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_libraries_speak_only_of_errors(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("router", level="INFO", as_json=True)

    logging.getLogger("aiokafka").warning("Heartbeat failed")
    logging.getLogger("aiokafka").error("Unable to connect")

    assert [line["event"] for line in lines(capsys)] == ["Unable to connect"]


def test_for_a_person_a_line_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("router", level="INFO", as_json=False)

    structlog.get_logger().info("ticket.routed", ticket_id="t-1")

    said = capsys.readouterr().err
    assert "ticket.routed" in said
    assert not said.startswith("{")
