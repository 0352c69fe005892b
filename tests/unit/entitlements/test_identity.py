"""Who asks, and how well do we know it?"""

from __future__ import annotations

import pytest

from services.entitlements.identity import Identified, asker, identify
from services.entitlements.licence_state import standing
from services.entitlements.lookup import keys_of_asker
from shared.contracts import Identity, LicenceFact, Requester, Trust
from tests.unit.entitlements.worlds import TRUSTED, T, fact, learned, on, who

ADA, BO = (
    fact(),
    fact(
        licence_id="L-2",
        holder={"account_id": "acct-2", "emails": ["bo@beta.com"]},
        contacts=["cy@partner.com"],
        key_hash="cd" * 32,
        activations=[on("https://beta.com")],
    ),
)


def identified(asking: object, *licences: LicenceFact) -> Identified:
    standings = [standing(learned(each), at=T) for each in licences]
    return identify(asking, [each for each in standings if each], T)  # type: ignore[arg-type]


def own(found: Identified) -> list[str]:
    return [each.licence_id for each in found.own]


@pytest.mark.parametrize(
    ("given", "trust", "grade"),
    [
        ({"account_id": "a"}, TRUSTED, "proven"),
        ({"account_id": "a", "email": "x@y.com"}, TRUSTED, "proven"),
        ({"email": "x@y.com"}, TRUSTED, "matched"),
        ({"email": "x@y.com", "licence_key_hash": "00"}, TRUSTED, "matched"),
        ({"account_id": "a", "email": "x@y.com"}, Trust(email=True), "matched"),
        ({"account_id": "a", "email": "x@y.com"}, Trust(account_id=True), "proven"),
        ({"account_id": "a"}, Trust(email=True), "claimed"),
        ({"email": "x@y.com"}, Trust(account_id=True), "claimed"),
        ({"account_id": "a", "email": "x@y.com"}, Trust(), "claimed"),
        ({"licence_key_hash": "00"}, TRUSTED, "claimed"),
        ({"email": "not an address"}, TRUSTED, "claimed"),
        ({}, TRUSTED, "unknown"),
        ({"account_id": "  ", "email": "", "licence_key_hash": " "}, TRUSTED, "unknown"),
    ],
)
def test_a_claim_counts_only_where_its_source_is_trusted_for_it(
    given: dict[str, str], trust: Trust, grade: str
) -> None:
    assert asker(Requester.model_validate(given), trust).grade == grade


def test_a_stranger_is_not_even_looked_up() -> None:
    claimed = who("acct-1", "ada@acme.com", key_hash="cd" * 32, site="acme.com", trust=Trust())
    assert keys_of_asker(claimed) == frozenset()
    key_alone = who(None, key_hash="cd" * 32, site="beta.com")
    assert keys_of_asker(key_alone) == frozenset()
    assert identified(key_alone, ADA, BO) == Identified(Identity.CLAIMED)


def test_holder_and_named_contact_are_known_by_account_or_address() -> None:
    assert own(identified(who("acct-1"), ADA, BO)) == ["L-1"]
    assert own(identified(who(None, "Ada@ACME.com"), ADA, BO)) == ["L-1"]
    assert own(identified(who(None, "cy@partner.com"), ADA, BO)) == ["L-2"]
    assert own(identified(who("acct-9", "new@customer.com"), ADA, BO)) == []


def test_a_trusted_identity_keeps_its_grade_without_any_licence() -> None:
    assert identified(who("acct-9")).identity == "proven"
    assert identified(who(None, "new@customer.com")).identity == "matched"


def test_account_and_address_of_two_holders_conflict() -> None:
    found = identified(who("acct-1", "bo@beta.com"), ADA, BO)
    assert found == Identified(Identity.CONFLICTING)
    assert identified(who("acct-9", "bo@beta.com"), BO).identity == "conflicting"


def test_a_proven_account_carries_a_changed_address() -> None:
    assert identified(who("acct-1", "ada@new-home.com"), ADA, BO).identity == "proven"


def test_a_contact_of_somebody_elses_licence_is_no_second_holder() -> None:
    found = identified(who("acct-1", "cy@partner.com"), ADA, BO)
    assert found.identity == "proven"
    assert own(found) == ["L-1", "L-2"]


def test_an_address_that_the_accounts_own_licence_names_is_no_conflict() -> None:
    shared = fact(holder={"account_id": "acct-1", "emails": ["ada@acme.com", "bo@beta.com"]})
    found = identified(who("acct-1", "bo@beta.com"), shared, BO)
    assert found.identity == "proven"
    assert own(found) == ["L-1", "L-2"]
    contact = fact(contacts=["bo@beta.com"])
    assert identified(who("acct-1", "bo@beta.com"), contact, BO).identity == "proven"


def test_a_licence_without_account_belongs_to_its_addresses_and_conflicts_with_nobody() -> None:
    no_account = fact(licence_id="L-3", holder={"emails": ["bo@beta.com"]})
    found = identified(who("acct-1", "bo@beta.com"), ADA, no_account)
    assert found.identity == "proven"
    assert own(found) == ["L-1", "L-3"]


def test_key_and_site_of_somebody_elses_licence_prove_nothing() -> None:
    found = identified(who("acct-1", key_hash="CD" * 32), ADA, BO)
    assert own(found) == ["L-1"]
    assert [(o.licence_id, why) for o, why in found.others] == [("L-2", "foreign_key")]
    by_site = identified(who("acct-1", site="https://www.beta.com/wp"), ADA, BO)
    assert [(o.licence_id, why) for o, why in by_site.others] == [("L-2", "foreign_site")]


def test_everybodys_localhost_is_another() -> None:
    at_home = BO.model_copy(update={"activations": (on("http://localhost"),)})
    assert identified(who("acct-1", site="http://localhost:8080"), ADA, at_home).others == ()


def test_the_key_of_ones_own_licence_is_nobody_elses() -> None:
    assert identified(who("acct-2", key_hash="cd" * 32, site="beta.com"), BO).others == ()
