"""Which records can never be accepted? Every way that a record can be broken, for every topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.chaos.evidence import Message, Poison
from tests.chaos.names import PARKED_BY
from tests.chaos.target import CORRECTED, LICENCE, REPORTED, Headers, as_json, cloud_event

MARK = "planted-poison"
"""The header by which planted records are found again, wherever the broker put them."""
TYPES = {
    "inbound": REPORTED,
    "tickets.submitted": "support.ticket.submitted.v1",
    "tickets.security": "support.ticket.security-suspected.v1",
    "tickets.classified": "support.ticket.classified.v1",
    "tickets.entitled": "support.ticket.entitled.v1",
    "licences": LICENCE,
    "corrections": CORRECTED,
}
Parts = tuple[Headers, bytes | None]


def broken_json(headers: Headers) -> Parts:
    return headers, b'{"subject": "cut o'


def no_value(headers: Headers) -> Parts:
    return headers, None


def empty_value(headers: Headers) -> Parts:
    return headers, b"  "


def not_an_object(headers: Headers) -> Parts:
    return headers, b"[1, 2, 3]"


def wrong_types(headers: Headers) -> Parts:
    wrong = {"subject": 7, "body": [], "accepted": 1, "licence_id": {}, "ticket_id": False}
    return headers, as_json(wrong)


def missing_fields(headers: Headers) -> Parts:
    return headers, b"{}"


def too_deep(headers: Headers) -> Parts:
    return headers, b'{"subject":' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def no_id(headers: Headers) -> Parts:
    return [header for header in headers if header[0] != "ce_id"], b"{}"


def unknown_type(headers: Headers) -> Parts:
    kept = [header for header in headers if header[0] != "ce_type"]
    return [*kept, ("ce_type", b"support.nothing.known.v9")], b"{}"


def header_not_text(headers: Headers) -> Parts:
    return [*headers, ("ce_subject", b"\xff\xfe\x00")], b"{}"


def too_large(headers: Headers) -> Parts:
    return headers, as_json({"subject": "x" * 2_000_000})


KINDS: tuple[Callable[[Headers], Parts], ...] = (
    broken_json,
    no_value,
    empty_value,
    not_an_object,
    wrong_types,
    missing_fields,
    too_deep,
    no_id,
    unknown_type,
    header_not_text,
    too_large,
)


def poisons(dice: Random, source: str) -> Iterator[tuple[str, Headers, bytes | None]]:
    """Topic, headers and value of one poison record after another, all kinds on all topics."""
    all_ = [(topic, *parts) for topic in PARKED_BY for parts in poisons_of(topic, source)]
    while True:
        dice.shuffle(all_)
        yield from all_


def poisons_of(topic: str, source: str) -> list[Parts]:
    """One record of every kind for a topic."""
    found = []
    for kind in KINDS:
        headers, value = kind(cloud_event(TYPES[topic], source))
        found.append(([*headers, (MARK, kind.__name__.encode())], value))
    return found


def planted(messages: list[Message]) -> list[Poison]:
    """Where the planted records stand."""
    return [
        Poison(message.topic, message.partition, message.offset)
        for message in messages
        if MARK in message.headers and not message.topic.endswith(".dlq")
    ]
