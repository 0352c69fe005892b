"""What does a stranger hear whose request is no request, or two? Never a 500, never another's 202."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.attack.conftest import TICKET, Headers, Target
from tests.attack.wire import chunk, head, wire

pytestmark = pytest.mark.embedded
JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
POST = "POST /v1/tickets HTTP/1.1"


def ticket(target: Target, *more: tuple[str, str]) -> bytes:
    return head(headers=target.trusted(TICKET, *more)) + TICKET


def to(target: Target, line: str, *more: tuple[str, str]) -> bytes:
    return head(line, headers=target.trusted(TICKET, *more)) + TICKET


def framed(target: Target, body: bytes, *length: tuple[str, str]) -> bytes:
    headers: Headers = [target.authorization, JSON, *length]
    return head(headers=headers) + body


def body(target: Target, content: bytes) -> bytes:
    return head(headers=target.trusted(content)) + content


TRICKS: dict[str, tuple[Callable[[Target], bytes], int]] = {
    # What is no HTTP
    "noise": (lambda _: os.urandom(3000) + b"\r\n\r\n", 400),
    "the greeting of TLS": (lambda _: bytes.fromhex("16030100ba010000b60303") + b"\r\n\r\n", 400),
    "HTTP/0.9": (lambda _: b"GET /docs\r\n\r\n", 400),
    "HTTP/2 without asking": (lambda _: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404),
    "HTTP/1.0": (lambda t: to(t, "POST /v1/tickets HTTP/1.0"), 202),
    "an upgrade to WebSocket": (
        lambda _: head(
            "GET /v1/tickets HTTP/1.1", [("Connection", "upgrade"), ("Upgrade", "websocket")]
        ),
        405,
    ),
    "an upgrade to HTTP/2": (
        lambda t: ticket(t, ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")),
        202,
    ),
    # Lengths
    "a length below zero": (lambda t: framed(t, TICKET, ("Content-Length", "-1")), 400),
    "a length that is no number": (lambda t: framed(t, TICKET, ("Content-Length", "0x10")), 400),
    "a length of a thousand digits": (
        lambda t: framed(t, TICKET, ("Content-Length", "9" * 1000)),
        400,
    ),
    "two lengths": (lambda t: ticket(t, ("Content-Length", "3")), 400),
    "a length and chunks": (lambda t: ticket(t, CHUNKED), 400),
    "a coding that is not chunked": (
        lambda t: framed(t, TICKET, ("Transfer-Encoding", "gzip, chunked")),
        400,
    ),
    "a chunk whose size is no number": (lambda t: framed(t, b"zz\r\nxx\r\n", CHUNKED), 400),
    "a chunk longer than it says": (lambda t: framed(t, b"1\r\nxyz\r\n", CHUNKED), 400),
    "a chunk with an endless extension": (lambda t: framed(t, b"5;" + b"a" * 70_000, CHUNKED), 400),
    "chunks in order": (
        lambda t: framed(t, chunk(TICKET[:5]) + chunk(TICKET[5:]) + b"0\r\n\r\n", CHUNKED),
        202,
    ),
    # Heads
    "a header of 300 kB": (lambda t: ticket(t, ("X-Filler", "a" * 300_000)), 400),
    "10,000 headers": (lambda t: ticket(t, *[("X-Filler", "a" * 20)] * 10_000), 400),
    "NUL in a key": (lambda t: ticket(t, ("Idempotency-Key", "a\0b")), 400),
    "a line break in a key": (lambda t: ticket(t, ("Idempotency-Key", "a\nX-Evil: 1")), 202),
    "a control character in a key": (lambda t: ticket(t, ("Idempotency-Key", "a\x7fb")), 400),
    "a key of 300 characters": (lambda t: ticket(t, ("Idempotency-Key", "a" * 300)), 400),
    "two keys": (lambda t: ticket(t, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")), 400),
    "a line break in a source": (lambda t: to(t, "POST /v1/webhooks/%0d%0aX-Evil:1 HTTP/1.1"), 401),
    "NUL and no UTF-8 in a source": (lambda t: to(t, "POST /v1/webhooks/%00%ff HTTP/1.1"), 401),
    "a path out of the tree": (lambda t: to(t, "GET /../../etc/passwd HTTP/1.1"), 404),
    "another's address": (lambda t: to(t, "POST http://evil/v1/tickets HTTP/1.1"), 404),
    "a tunnel": (lambda _: head("CONNECT kafka:9092 HTTP/1.1"), 404),
    "a trace": (lambda _: head("TRACE / HTTP/1.1"), 405),
    # Keys
    "a wrong key": (lambda _: head(headers=[("Authorization", "Bearer nope"), JSON]), 401),
    "no key": (lambda _: head(headers=[JSON]), 401),
    "an empty key": (lambda _: head(headers=[("Authorization", "Bearer"), JSON]), 401),
    "a key of bytes": (lambda _: head(headers=[("Authorization", "Bearer \xff\xfe"), JSON]), 401),
    "a key of 14,000 characters": (
        lambda _: head(headers=[("Authorization", "Bearer " + "a" * 14_000), JSON]),
        401,
    ),
    "another scheme": (lambda t: head(headers=[("Authorization", f"Basic {t.key}"), JSON]), 401),
    "the key in the address": (
        lambda t: head(f"POST /v1/tickets?key={t.key} HTTP/1.1", [JSON]),
        401,
    ),
    # Media types
    "a form": (lambda t: head(headers=[t.authorization, ("Content-Type", "text/plain")]), 415),
    "no media type": (lambda t: head(headers=[t.authorization]), 415),
    "a compressed body": (lambda t: ticket(t, ("Content-Encoding", "gzip")), 415),
    "another character set": (
        lambda t: head(
            headers=[t.authorization, ("Content-Type", "application/json; charset=utf-16")]
        ),
        415,
    ),
    # JSON
    "no body": (lambda t: body(t, b""), 400),
    "objects 10,000 deep": (lambda t: body(t, b'{"a":' * 10_000 + b"1" + b"}" * 10_000), 400),
    "lists 100,000 deep": (lambda t: body(t, b"[" * 100_000), 400),
    "NaN": (lambda t: body(t, b'{"body": "x", "more": NaN}'), 400),
    "Infinity": (lambda t: body(t, b'{"body": "x", "more": -Infinity}'), 400),
    "NaN in a text": (lambda t: body(t, b'{"body": "the total says NaN or Infinity"}'), 202),
    "a number of 200,000 digits": (
        lambda t: body(t, b'{"body": "x", "more": ' + b"9" * 200_000 + b"}"),
        400,
    ),
    "a size beyond all numbers": (
        lambda t: body(t, b'{"body": "x", "attachments": [{"size": 1e400}]}'),
        400,
    ),
    "a size in words": (lambda t: body(t, b'{"body": "x", "attachments": [{"size": "7"}]}'), 400),
    "a truth for a size": (
        lambda t: body(t, b'{"body": "x", "attachments": [{"size": true}]}'),
        400,
    ),
    "a whole size with a point": (
        lambda t: body(t, b'{"body": "x", "attachments": [{"size": 7.0}]}'),
        202,
    ),
    "null for attachments": (lambda t: body(t, b'{"body": "x", "attachments": null}'), 202),
    "null for a label": (lambda t: body(t, b'{"body": "x", "attachments": [{"name": null}]}'), 202),
    "a time without offset": (
        lambda t: body(t, b'{"body": "x", "sent_at": "2026-01-01T00:00:00"}'),
        400,
    ),
    "a time as a number": (lambda t: body(t, b'{"body": "x", "sent_at": 1700000000}'), 400),
    "half a surrogate pair": (lambda t: body(t, b'{"body": "\\ud83d"}'), 400),
    "bytes that are no UTF-8": (lambda t: body(t, b'{"body": "\xff"}'), 400),
    "NUL in the text": (lambda t: body(t, b'{"body": "a\\u0000b"}'), 202),
    "a byte order mark": (lambda t: body(t, b'\xef\xbb\xbf{"body": "x"}'), 400),
    "one name twice": (lambda t: body(t, b'{"body": "x", "body": "y"}'), 202),
    "a list of 100,000 things": (lambda t: body(t, b"[" + b"1," * 100_000 + b"1]"), 400),
    "two documents": (lambda t: body(t, TICKET + TICKET), 400),
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_trick_gets_its_answer_in_the_form_of_all_answers(target: Target, trick: str) -> None:
    make, status = TRICKS[trick]
    answer = await target.hears(make(target))
    assert answer is not None
    assert answer.status == status, answer.body
    assert answer.conforms
    assert b"X-Evil" not in answer.body
    assert "x-evil" not in answer.headers
    honest = await target.takes()
    assert honest is not None
    assert honest.status == 202


async def test_requests_sent_at_once_are_each_answered_in_order(target: Target) -> None:
    stranger = head(headers=[JSON, ("Content-Length", str(len(TICKET)))]) + TICKET
    async with wire(target.address) as line:
        await line.say(ticket(target) + stranger + ticket(target))
        answers = [await line.answer() for _ in range(3)]
    assert [answer.status for answer in answers if answer] == [202, 401, 202]


async def test_what_follows_a_refusal_on_the_same_connection_is_no_part_of_it(
    target: Target,
) -> None:
    """A body that was not read must not be taken for the next request."""
    inner = ticket(target)
    stranger = head(headers=[JSON, ("Content-Length", str(len(inner)))]) + inner
    async with wire(target.address) as line:
        await line.say(stranger + ticket(target))
        first, second = await line.answer(), await line.answer()
        assert first is not None
        assert second is not None
        assert (first.status, second.status) == (401, 202)
        await line.say(ticket(target))
        third = await line.answer()
        assert third is not None


@pytest.mark.parametrize("with_head", [True, False])
async def test_noise_after_a_refused_head_is_no_fault_of_ours(
    target: Target, with_head: bool
) -> None:
    """Answered already, and answered in the same breath: neither makes an error in the log."""
    async with wire(target.address) as line:
        start = head(headers=[JSON, CHUNKED])
        if with_head:
            await line.say(start + b"zz\r\nnoise\r\n")
        else:
            await line.say(start)
            first = await line.answer()
            assert first is not None
            assert first.status == 401
            await line.say(b"zz\r\nnoise\r\n")
        assert await line.ended() is not None


async def test_callers_that_go_away_in_the_middle_leave_no_trace(target: Target) -> None:
    whole = ticket(target)
    for cut in (1, 20, len(whole) - 30, len(whole) - 1, len(whole)):
        async with wire(target.address) as line:
            await line.say(whole[:cut])
    honest = await target.takes()
    assert honest is not None
    assert honest.status == 202
