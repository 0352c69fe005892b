"""Which facts do licence and billing systems send?"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.contracts.values import Frozen, Moment


class LicenceState(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REVOKED = "revoked"


class Environment(StrEnum):
    PRODUCTION = "production"
    STAGING = "staging"
    LOCAL = "local"
    UNKNOWN = "unknown"


class Holder(Frozen):
    account_id: str | None = None
    emails: tuple[str, ...] = ()


class Activation(Frozen):
    site_url: str
    activated_at: Moment
    deactivated_at: Moment | None = None
    environment: Environment = Environment.UNKNOWN


class LicenceFact(Frozen):
    """How a licence stands from `effective_at` on, until a higher version speaks.

    `site_limit` null: unlimited. `paid_until` null: lifetime. `products`: names of the
    catalogue, or `*`. `key_hash`: hex SHA-256 of the trimmed key. Grace days are 24 hours.
    """

    licence_id: str = Field(min_length=1, max_length=200)
    version: int = Field(ge=0, lt=2**63)
    effective_at: Moment
    state: LicenceState
    holder: Holder
    contacts: tuple[str, ...] = ()
    products: tuple[str, ...]
    site_limit: int | None = None
    valid_from: Moment
    paid_until: Moment | None = None
    grace_days: int = 0
    disputed: bool = False
    key_hash: str | None = None
    activations: tuple[Activation, ...] = ()


class FeedAdvanced(Frozen):
    """The time up to which a source has sent all its facts."""

    complete_until: Moment
