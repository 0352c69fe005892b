"""Which words do the services share? Every closed list of the policy and of the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict


class Frozen(BaseModel):
    """Base of all that travels: immutable, unknown fields ignored on reading."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601")


def _read(moment: object) -> object:
    """Refuses bare numbers: whether they count seconds or milliseconds would be a guess."""
    if isinstance(moment, datetime):
        return moment
    if isinstance(moment, str) and moment[4:5] == "-":
        return datetime.fromisoformat(moment.upper())
    raise ValueError("not an RFC 3339 time with offset")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the years 1 to 9999 in UTC") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_read), AfterValidator(_in_utc)]
"""A point in time: RFC 3339 with offset on the wire, UTC inside."""


class Scope(StrEnum):
    """The ten categories of the scope guide."""

    INSTALLATION_SETUP = "installation_setup"
    PRODUCT_QUESTION = "product_question"
    BUG_REPORT = "bug_report"
    THIRD_PARTY_COMPATIBILITY = "third_party_compatibility"
    CUSTOMIZATION = "customization"
    SERVER_ADMINISTRATION = "server_administration"
    CLIENT_SPECIFIC_REQUEST = "client_specific_request"
    CUSTOM_DEVELOPMENT = "custom_development"
    GENERAL_WORDPRESS = "general_wordpress"
    UNCLEAR = "unclear"


COVERED_SCOPES = frozenset(
    {Scope.INSTALLATION_SETUP, Scope.PRODUCT_QUESTION, Scope.BUG_REPORT},
)
"""Clause C1: what the policy covers."""


class ProductArea(StrEnum):
    CORE = "core"
    EXTENSION = "extension"
    UNKNOWN = "unknown"


class Queue(StrEnum):
    """The seven priority queues, in order of rank."""

    SECURITY = "security"
    EXTENSIONS = "extensions"
    CORE_PAYING = "core-paying"
    CORE = "core"
    REVIEW = "review"
    RENEWAL = "renewal"
    REFERRAL = "referral"


class Status(StrEnum):
    """What the customer is entitled to."""

    COVERED = "covered"
    OVER_SITE_LIMIT = "over_site_limit"
    NEEDS_RENEWAL = "needs_renewal"
    NOT_HOLDER = "not_holder"
    NO_LICENCE = "no_licence"
    UNVERIFIED = "unverified"
    HOLDER_CHANGED = "holder_changed"


class Identity(StrEnum):
    """How well we know who asks."""

    PROVEN = "proven"
    MATCHED = "matched"
    CLAIMED = "claimed"
    CONFLICTING = "conflicting"
    UNKNOWN = "unknown"


class SiteStanding(StrEnum):
    """How the ticket's site stands to the licence."""

    COVERED = "covered"
    SPARE_SEAT = "spare_seat"
    COPY = "copy"
    OVER_LIMIT = "over_limit"
    NOT_NAMED = "not_named"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a revision of a decision was made."""

    FIRST = "first"
    SECURITY_FINDING = "security_finding"
    CORRECTION = "correction"
    FACTS_LEARNED = "facts_learned"


class Finder(StrEnum):
    SCREEN = "screen"
    MODEL = "model"
    PERSON = "person"


class ReviewReason(StrEnum):
    UNDECIDED = "undecided"
    UNCLEAR = "unclear"
    CONFLICT = "conflict"
    HOLDER_CHANGED = "holder_changed"
    STAGE_FAILED = "stage_failed"
    AUTO_REPLY = "auto_reply"
