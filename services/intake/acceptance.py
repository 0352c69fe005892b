"""Which ticket is it, as of when, and what of it may be kept?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from services.intake.auto_reply import is_auto_reply
from services.intake.submission import Submission
from shared.contracts import Accepted, Attachment, Product, Requester, Ticket, Trust
from shared.ids import ticket_id
from shared.redaction import redact, redact_together

OLDEST_SENT = timedelta(days=7)
NO_TRUST = Trust()
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that no text holds and PostgreSQL's text can't."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a submission comes from, as configured, and what its word counts for."""

    source: str
    trust: Trust = NO_TRUST
    canary: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of intake: `fingerprint` makes fingerprints, `redaction` the hashes in marks."""

    fingerprint: bytes
    redaction: bytes


@dataclass(frozen=True, slots=True)
class NamedBy:
    """What may name a submission, in the order in which it counts; the first given one does."""

    idempotency_key: str | None = None
    webhook_id: str | None = None
    external_id: str | None = None
    ce_id: str | None = None

    def key(self, random_key: str) -> str:
        return (
            self.idempotency_key or self.webhook_id or self.external_id or self.ce_id or random_key
        )


def accept(
    submission: Submission, origin: Origin, *, key: str, received_at: datetime, keys: Keys
) -> Accepted:
    """The ticket that goes on: redacted, with its id, fingerprint and the moment it is judged at.

    `key`: what names it at its source (`NamedBy.key`).
    """
    requester = submission.requester
    licence_key = (requester.licence_key or "").strip() if requester is not None else ""
    named = [("licence_key", licence_key)] if licence_key else []
    texts = [CONTROL.sub("", text or "") for text in (submission.subject, submission.body)]
    subject, body = redact_together(texts, keys.redaction, named)
    named += [*subject.secrets, *body.secrets]
    removed = dict.fromkeys((*subject.kinds, *body.kinds))

    def clean(text: str | None) -> str | None:
        """A field that people write no sentences into."""
        if not text:
            return text
        redacted = redact(CONTROL.sub("", text), keys.redaction, named, prose=False)
        removed.update(dict.fromkeys(redacted.kinds))
        return redacted.text

    ticket = _ticket(submission, subject.text, body.text, clean, licence_key)
    return Accepted(
        ticket_id=ticket_id(origin.source, key),
        fingerprint=fingerprint(submission, keys.fingerprint),
        source=origin.source,
        trust=origin.trust,
        received_at=received_at,
        as_of=judged_at(submission.sent_at, received_at, trusted=origin.trust.sent_at),
        ticket=ticket,
        auto_reply=is_auto_reply(ticket.subject, ticket.body, ticket.requester.email),
        canary=origin.canary,
        credentials_removed=tuple(removed),
    )


def _ticket(
    submission: Submission,
    subject: str,
    body: str,
    clean: Callable[[str | None], str | None],
    licence_key: str,
) -> Ticket:
    requester = submission.requester
    product = submission.product
    return Ticket(
        subject=subject,
        body=body,
        requester=Requester(
            email=clean(requester.email) if requester else None,
            account_id=clean(requester.account_id) if requester else None,
            licence_key_hash=hashlib.sha256(licence_key.encode()).hexdigest()
            if licence_key
            else None,
        ),
        site_url=clean(submission.site_url),
        product=Product(
            name=clean(product.name) if product else None,
            version=clean(product.version) if product else None,
        ),
        sent_at=submission.sent_at,
        channel=clean(submission.channel),
        external_id=clean(submission.external_id),
        attachments=tuple(
            Attachment(
                name=clean(attachment.name) or "",
                media_type=clean(attachment.media_type) or "",
                size=attachment.size or 0,
            )
            for attachment in submission.attachments or ()
        ),
    )


def fingerprint(submission: Submission, key: bytes) -> str:
    """Hex HMAC-SHA256 of the submission's known fields before redaction, as canonical JSON.

    Keyed, so that nobody can try out what a removed password was; names sorted, absent and
    null the same, times in UTC, so that the same ticket written otherwise is the same.
    """
    known = submission.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    canonical = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, canonical, "sha256").hex()


def raw_fingerprint(value: bytes, key: bytes) -> str:
    """The fingerprint of what could not be read."""
    return hmac.digest(key, value, "sha256").hex()


def judged_at(sent_at: datetime | None, received_at: datetime, *, trusted: bool) -> datetime:
    """The moment the customer is judged at (reading 3).

    The trusted `sent_at`, clamped to the seven days before receipt; else the receipt.
    """
    if sent_at is None or not trusted:
        return received_at
    return min(max(sent_at, received_at - OLDEST_SENT), received_at)


def unread(
    text: str, origin: Origin, *, key: str, received_at: datetime, raw: bytes, keys: Keys
) -> Accepted:
    """A ticket made of what could not be read, so that people see the report in it."""
    redacted = redact(CONTROL.sub("", text), keys.redaction)
    return Accepted(
        ticket_id=ticket_id(origin.source, key),
        fingerprint=raw_fingerprint(raw, keys.fingerprint),
        source=origin.source,
        received_at=received_at,
        as_of=received_at,
        ticket=Ticket(body=redacted.text),
        credentials_removed=redacted.kinds,
    )
