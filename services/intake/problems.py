"""What does a caller hear who did not get a 202? Problem details (RFC 9457), without values."""

from __future__ import annotations

import math
from collections.abc import Mapping

import orjson
from litestar import Response
from pydantic import ValidationError

MEDIA_TYPE = "application/problem+json"
AGAIN_SECONDS = 2
"""After how long a caller should try again when Kafka is away."""


class Problem(Exception):
    """An answer other than 202. `errors`: fields with what is wrong, never with their values."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: tuple[Mapping[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def document(self) -> bytes:
        """The answer's body."""
        document = {
            "type": f"/problems/{self.status}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = list(self.errors)
        return orjson.dumps(document)

    def response(self) -> Response[bytes]:
        return Response(
            self.document(),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers=self.headers,
        )


def invalid_ticket(error: ValidationError) -> Problem:
    """400 with every wrong field and what it should be, never what it was."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    if faults[0]["type"] == "json_invalid":
        return not_json()
    fields = tuple(
        {
            "field": ".".join(str(part) for part in fault["loc"])[:200] or "body",
            "message": fault["msg"].removeprefix("Value error, "),
        }
        for fault in faults[:20]
    )
    return Problem(400, "Not a ticket", "Some fields are not as they should be.", errors=fields)


def bad_field(field: str, message: str) -> Problem:
    return Problem(
        400,
        "Not a ticket",
        "Some fields are not as they should be.",
        errors=({"field": field, "message": message},),
    )


def unauthorised() -> Problem:
    """One answer for all causes: a stranger learns nothing."""
    return Problem(
        401,
        "Who are you?",
        "Send Authorization: Bearer KEY, or a webhook signed after Standard Webhooks.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_large(limit: int) -> Problem:
    return Problem(413, "Too large", f"A submission has {limit} bytes at most.")


def too_slow(what: str, seconds: float) -> Problem:
    return Problem(408, "Too slow", f"The {what} did not arrive within {seconds:g} s.")


def not_http() -> Problem:
    return Problem(400, "Not HTTP", "What came is not a request in HTTP/1.1.")


def framed_twice() -> Problem:
    """What two parties could read as two different requests; the connection ends with it."""
    return Problem(
        400,
        "Ambiguous length",
        "Send Content-Length or Transfer-Encoding, not both.",
        headers={"Connection": "close"},
    )


def not_json() -> Problem:
    return Problem(400, "Not JSON", "The body is not valid JSON in UTF-8.")


def other_media_type() -> Problem:
    return Problem(
        415, "Unsupported media type", "Send application/json in UTF-8, without content encoding."
    )


def over_rate(seconds: float) -> Problem:
    return Problem(
        429,
        "Over the agreed rate",
        "This source sends more bytes per second than agreed; nothing was accepted.",
        headers={"Retry-After": str(max(1, math.ceil(seconds)))},
    )


def kafka_away() -> Problem:
    return Problem(
        503,
        "Not accepted",
        "Kafka did not acknowledge the ticket. Send it again with the same key.",
        headers={"Retry-After": str(AGAIN_SECONDS)},
    )
