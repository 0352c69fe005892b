"""Is it a ticket? The shape of what callers may send, with bounds, before anything is removed."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.contracts import Frozen, Moment

LARGEST_BYTES = 256 * 1024
"""Of a submission, as it is sent."""
LONGEST_KEY = 255
"""Characters of what names a submission in a header."""

Short = Annotated[str, StringConstraints(max_length=200)]
Address = Annotated[str, StringConstraints(max_length=2000)]


def _whole(given: object) -> object:
    """JSON has one kind of number: 7.0 is as whole as 7."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Size = Annotated[int, Field(ge=0, lt=2**53), BeforeValidator(_whole)]


class NullIsNothing:
    """Null is read as nothing at all, as callers mean it; the published schema promises none."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, shape_of: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        shapes: list[JsonSchemaValue] = shape_of(core)["anyOf"]
        return next(shape for shape in shapes if shape != {"type": "null"})


class SubmittedRequester(Frozen):
    email: Annotated[str, StringConstraints(max_length=320)] | None = None
    account_id: Short | None = None
    licence_key: Annotated[str, StringConstraints(max_length=500)] | None = None


class SubmittedProduct(Frozen):
    name: Short | None = None
    version: Short | None = None


class SubmittedAttachment(Frozen):
    """An attachment's label. `size`: bytes."""

    name: Annotated[Address | None, NullIsNothing(), AfterValidator(lambda it: it or "")] = ""
    media_type: Annotated[Short | None, NullIsNothing(), AfterValidator(lambda it: it or "")] = ""
    size: Annotated[Size | None, NullIsNothing(), AfterValidator(lambda it: it or 0)] = 0


Attachments = Annotated[tuple[SubmittedAttachment, ...], Field(max_length=100)]


class Submission(Frozen):
    """A ticket as its source sends it. `external_id` names one message, not a thread.

    `subject` or `body` is required; `site_url` is any text; `sent_at` is RFC 3339 with offset.
    Unknown fields are ignored and never stored.
    """

    subject: Address | None = None
    body: Annotated[str, StringConstraints(max_length=LARGEST_BYTES)] | None = None
    requester: SubmittedRequester | None = None
    site_url: Address | None = None
    product: SubmittedProduct | None = None
    sent_at: Moment | None = None
    channel: Short | None = None
    external_id: Short | None = None
    attachments: Annotated[
        Attachments | None, NullIsNothing(), AfterValidator(lambda given: given or ())
    ] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Submission:
        if not (self.subject or "").strip() and not (self.body or "").strip():
            raise ValueError("subject or body is required")
        return self
