"""Which coded words say why a customer has this coverage? README.md has them as a table."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    # rights
    IN_FORCE = "in_force"
    LIFETIME = "lifetime"
    IN_GRACE = "in_grace"
    CANCELLED_PAID = "cancelled_paid"
    DISPUTED = "disputed"
    EXPIRED = "expired"
    CANCELLED_ENDED = "cancelled_ended"
    NOT_YET_VALID = "not_yet_valid"
    REFUNDED = "refunded"
    REVOKED = "revoked"
    # who asks
    NAMED_CONTACT = "named_contact"
    NOT_PROVEN = "not_proven"
    IDENTITY_CONFLICT = "identity_conflict"
    NOTHING_KNOWN = "nothing_known"
    FOREIGN_KEY = "foreign_key"
    FOREIGN_SITE = "foreign_site"
    HOLDER_CHANGED = "holder_changed"
    # product
    PRODUCT_NOT_INCLUDED = "product_not_included"
    # site
    STAGING_NAME = "staging_name"
    DECLARED_COPY = "declared_copy"
    LOCAL_ADDRESS = "local_address"
    # facts
    CONTRADICTORY_FACTS = "contradictory_facts"
    FEED_STALE = "feed_stale"
    FEED_NEVER_HEARD = "feed_never_heard"
    FEED_BEHIND = "feed_behind"


def over_limit_by(sites: int) -> str:
    """`over_limit_by_2`: two sites too many for the licence."""
    return f"over_limit_by_{sites}"
