"""A report that nobody takes calls people, again and louder, and stops when it is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest
from standardwebhooks.webhooks import Webhook

from services.watch.escalation import Severity, due
from services.watch.standing import Message
from services.watch.webhook import Caller
from tests.unit.watch.test_timeline import NOON, ONE, TWO

SECRET = Webhook("whsec_" + "c2VjcmV0" * 4)
FIRST = Message("m1", ONE, NOON, ("screen",))
SECOND = Message("m2", TWO, NOON + timedelta(seconds=60), ("model",), over_rate=True)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("waited", "times"), [(0, []), (299, []), (300, [1]), (599, [1]), (600, [2]), (3000, [10])]
)
def test_a_report_is_called_about_after_each_interval(waited: float, times: list[int]) -> None:
    assert [call.times for call in due([FIRST], after(waited), 300, {})] == times


def test_a_call_that_was_heard_is_not_made_again() -> None:
    assert due([FIRST], after(599), 300, {"m1": 1}) == []
    assert [call.times for call in due([FIRST], after(600), 300, {"m1": 1})] == [2]


def test_the_second_call_is_louder_than_the_first() -> None:
    ((first,), (second,)) = (due([FIRST], after(t), 300, {}) for t in (300, 600))
    assert (first.severity, second.severity) == (Severity.WARNING, Severity.CRITICAL)
    assert (first.id, second.id) == ("m1.1", "m1.2")


def test_who_waits_longest_is_called_about_first() -> None:
    calls = due([SECOND, FIRST], after(400), 300, {})
    assert [call.message.name for call in calls] == ["m1", "m2"]


class Receiver:
    """An address that answers what the test says and keeps what it was told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self))


def a_caller(*waiting: Message, known: bool = True) -> Caller:
    return Caller("http://pager/", SECRET, 300, lambda: list(waiting) if known else None)


async def test_a_call_is_signed_and_tells_who_waits_without_text() -> None:
    receiver = Receiver()
    now = datetime.now(UTC)
    report = Message("m1", ONE, now - timedelta(seconds=301), ("screen",))
    assert await a_caller(report).look(receiver.client(), now)
    (request,) = receiver.heard
    SECRET.verify(request.content, dict(request.headers))
    assert request.headers["webhook-id"] == "m1.1"
    told = orjson.loads(request.content)
    assert told["type"] == "support.report.untaken"
    assert told["data"] == {
        "ticket_id": ONE,
        "message_id": "m1",
        "waiting_since": report.at.isoformat(),
        "waited_seconds": 301,
        "times": 1,
        "severity": "warning",
        "found_by": ["screen"],
        "over_rate": False,
        "reports_waiting": 1,
    }


async def test_a_call_that_is_not_heard_is_made_again_under_the_same_id() -> None:
    receiver, caller = Receiver(500, 200), a_caller(FIRST)
    assert not await caller.look(receiver.client(), after(300))
    assert await caller.look(receiver.client(), after(305))
    assert await caller.look(receiver.client(), after(306))
    assert [request.headers["webhook-id"] for request in receiver.heard] == ["m1.1", "m1.1"]


async def test_a_redirect_is_no_hearing() -> None:
    assert not await a_caller(FIRST).look(Receiver(302).client(), after(300))


async def test_a_taken_report_is_forgotten() -> None:
    waiting = [FIRST]
    caller = Caller("http://pager/", SECRET, 300, lambda: waiting)
    await caller.look(Receiver().client(), after(300))
    assert caller.called == {"m1": 1}
    waiting.clear()
    await caller.look(Receiver().client(), after(900))
    assert caller.called == {}


async def test_nobody_is_called_while_it_is_not_known_who_took_what() -> None:
    receiver = Receiver()
    assert await a_caller(FIRST, known=False).look(receiver.client(), after(900))
    assert receiver.heard == []
