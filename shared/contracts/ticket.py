"""What does an accepted ticket carry? The redacted submission and how it came to us."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.contracts.values import Finder, Frozen, Moment


class Requester(Frozen):
    """Who asks, by their own words; `licence_key_hash` is the hex SHA-256 of the trimmed key."""

    email: str | None = None
    account_id: str | None = None
    licence_key_hash: str | None = None


class Product(Frozen):
    name: str | None = None
    version: str | None = None


class Attachment(Frozen):
    """An attachment's label; the content never enters the pipeline."""

    name: str = ""
    media_type: str = ""
    size: int = 0


class Ticket(Frozen):
    """The submission after redaction: no credential, no licence key."""

    subject: str = ""
    body: str = ""
    requester: Requester = Requester()
    site_url: str | None = None
    product: Product = Product()
    sent_at: Moment | None = None
    channel: str | None = None
    external_id: str | None = None
    attachments: tuple[Attachment, ...] = ()


class Trust(Frozen):
    """Which claims of its source count as proof."""

    sent_at: bool = False
    email: bool = False
    account_id: bool = False


class Security(Frozen):
    """The security flag: only ever raised on the way, cleared by a person alone."""

    flag: bool = False
    reasons: tuple[str, ...] = ()
    found_by: tuple[Finder, ...] = ()
    over_rate: bool = False


class Accepted(Frozen):
    """A ticket as intake accepted it; every later event carries it unchanged.

    `as_of` is the moment the customer is judged at: the trusted `sent_at`, clamped to the
    seven days before receipt, else the receipt. `fingerprint` is a keyed hash of the caller's
    canonical body before redaction.
    """

    ticket_id: UUID
    fingerprint: str
    source: str
    trust: Trust = Trust()
    received_at: Moment
    as_of: Moment
    ticket: Ticket
    auto_reply: bool = False
    canary: bool = False
    credentials_removed: tuple[str, ...] = Field(
        default=(), description="kinds of credentials that intake replaced by marks"
    )
