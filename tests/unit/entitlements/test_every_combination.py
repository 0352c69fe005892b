"""Is nobody refused on missing data, in every combination of licence, feed, identity and site?

The expected status is written here a second time, as a table that shares nothing with the rules.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from shared.contracts import LicenceFact, Status, Trust
from tests.unit.entitlements.worlds import DAY, T, fact, on, owed, who

KEY = "ab" * 32
REFUND = {"version": 2, "effective_at": T - DAY}
BO = {"account_id": "acct-2", "emails": ["bo@beta.com"]}
LICENCES: dict[str, tuple[list[LicenceFact], str]] = {
    "in force": ([fact()], "covered"),
    "lifetime": ([fact(paid_until=None)], "covered"),
    "in grace": ([fact(paid_until=T - DAY)], "covered"),
    "disputed": ([fact(disputed=True)], "covered"),
    "cancelled, paid": ([fact(state="cancelled")], "covered"),
    "bundle": ([fact(products=["*"])], "covered"),
    "expired": ([fact(paid_until=T - 9 * DAY)], "needs_renewal"),
    "cancelled, ended": ([fact(state="cancelled", paid_until=T)], "needs_renewal"),
    "not begun": ([fact(valid_from=T + DAY)], "no_licence"),
    "other product": ([fact(products=["Funnels"])], "no_licence"),
    "refunded": ([fact(), fact(state="refunded", **REFUND)], "no_licence"),
    "revoked": ([fact(), fact(state="revoked", **REFUND)], "no_licence"),
    "contradictory": (
        [fact(state="refunded", **REFUND), fact(state="revoked", **REFUND)],
        "unverified",
    ),
    "changed hands": (
        [fact(holder={"account_id": "acct-0"}), fact(version=2)],
        "holder_changed",
    ),
    "none": ([], "no_licence"),
}
FEEDS = {
    "complete": T,
    "ahead": T + DAY,
    "a little behind": T - timedelta(minutes=5),
    "stale": T - DAY,
    "never heard": None,
}
IDENTITIES = {
    "proven": who("acct-1", "ada@acme.com"),
    "proven, new address": who("acct-1", "ada@new.com"),
    "matched": who(None, "ada@acme.com"),
    "stranger with the key": who("acct-9", key_hash=KEY),
    "stranger": who("acct-9"),
    "claimed": who("acct-1", "ada@acme.com", trust=Trust()),
    "key alone": who(None, key_hash=KEY),
    "unknown": who(None),
    "conflicting": who("acct-9", "ada@acme.com"),
}
SITES = {
    "none": None,
    "no address": "our website",
    "covered": "https://acme.com",
    "copy": "https://staging.acme.com",
    "other": "https://other.com",
}
NEGATIVE = {"needs_renewal", "no_licence", "not_holder", "over_site_limit"}


def expected(licence: str, feed: str, identity: str, site: str) -> str:
    """The status by the words of the policy."""
    if identity in {"claimed", "key alone", "unknown"}:
        return "no_licence"
    facts, status = LICENCES[licence]
    if identity == "conflicting" and facts:
        return "unverified"
    if identity.startswith("stranger") or identity == "conflicting":
        holds_up = identity == "stranger with the key" or site == "covered"
        status = "not_holder" if facts and holds_up else "no_licence"
    elif status == "covered" and site == "other":
        status = "over_site_limit"
    if status in NEGATIVE and feed in {"stale", "never heard"}:
        return "unverified"
    return status


COMBINATIONS = list(product(LICENCES, FEEDS, IDENTITIES, SITES))


@pytest.mark.parametrize("licence", LICENCES)
def test_every_combination_gives_the_status_of_the_policy(licence: str) -> None:
    facts, _ = LICENCES[licence]
    keyed = [each.model_copy(update={"key_hash": KEY}) for each in facts]
    for feed, identity, site in product(FEEDS, IDENTITIES, SITES):
        asking = IDENTITIES[identity]
        by = type(asking)(
            asking.grade, asking.account_id, asking.mailbox, asking.key_hash, SITES[site]
        )
        answer = owed(keyed, by=by, complete_until=FEEDS[feed])
        case = (licence, feed, identity, site)
        assert answer.status == expected(*case), case
        waits = answer.status in NEGATIVE and asking.trusted and feed == "a little behind"
        assert answer.provisional == waits, case


def test_nobody_known_is_refused_where_facts_are_missing() -> None:
    refused = 0
    for licence, feed, identity, site in COMBINATIONS:
        if feed in {"stale", "never heard"} and IDENTITIES[identity].trusted:
            refused += expected(licence, feed, identity, site) in NEGATIVE
    assert refused == 0
    assert len(COMBINATIONS) == 15 * 5 * 9 * 5


@pytest.mark.parametrize("identity", ["claimed", "key alone", "unknown"])
def test_what_a_stranger_gets_does_not_depend_on_the_store(identity: str) -> None:
    """Byte for byte, whatever licences there are with his words, key or site."""
    for feed, site in product(FEEDS, SITES):
        asking = IDENTITIES[identity]
        by = type(asking)(
            asking.grade, asking.account_id, asking.mailbox, asking.key_hash, SITES[site]
        )
        nothing = owed([], by=by, complete_until=FEEDS[feed]).model_dump_json()
        for facts, _ in LICENCES.values():
            keyed = [each.model_copy(update={"key_hash": KEY}) for each in facts]
            others = fact(licence_id="L-2", holder=BO, activations=[on("other.com")])
            answer = owed([*keyed, others], by=by, complete_until=FEEDS[feed])
            assert answer.model_dump_json() == nothing


def test_the_table_above_would_notice_a_wrong_status() -> None:
    assert expected("in force", "complete", "proven", "other") == Status.OVER_SITE_LIMIT
    assert expected("in force", "complete", "claimed", "none") != Status.COVERED
    assert expected("none", "stale", "proven", "none") == Status.UNVERIFIED
