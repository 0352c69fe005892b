"""How does a licence stand at a moment, as known at another?"""

from __future__ import annotations

from datetime import timedelta

from services.entitlements.licence_state import Standing, standing
from shared.contracts import LicenceFact
from tests.unit.entitlements.worlds import BEGIN, DAY, T, fact, learned

MICROSECOND = timedelta(microseconds=1)


def stands(*facts: LicenceFact, **when: object) -> Standing:
    found = standing(learned(*facts), **({"at": T} | when))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_highest_version_speaks_from_its_effective_moment_on() -> None:
    first, second = fact(), fact(version=2, effective_at=T, state="refunded")
    assert stands(first, second).fact.version == 2
    assert stands(first, second, at=T - MICROSECOND).fact.version == 1


def test_a_higher_version_that_took_effect_earlier_still_speaks() -> None:
    backdated = fact(version=3, effective_at=BEGIN, state="revoked")
    assert stands(fact(version=2, effective_at=BEGIN + DAY), backdated).fact.version == 3


def test_before_the_first_fact_nothing_is_known() -> None:
    assert standing(learned(fact()), at=BEGIN - MICROSECOND) is None
    assert standing([], at=T) is None


def test_what_we_had_not_learned_yet_does_not_count() -> None:
    facts = [*learned(fact(), at=T - DAY), *learned(fact(version=2, state="refunded"), at=T)]
    before = standing(facts, at=T, known_at=T - MICROSECOND)
    after = standing(facts, at=T, known_at=T)
    assert before is not None
    assert after is not None
    assert (before.fact.version, after.fact.version) == (1, 2)
    assert (before.learned_at, after.learned_at) == (T - DAY, T)


def test_two_contents_under_one_version_contradict_each_other_until_a_higher_one_speaks() -> None:
    one, other = fact(version=2, state="refunded"), fact(version=2, state="cancelled")
    assert stands(fact(), one, other).contradictory
    assert not stands(fact(), one, other, fact(version=3)).contradictory
    assert not stands(fact(), one).contradictory


def test_the_order_of_arrival_does_not_choose_between_contradictory_facts() -> None:
    one, other = fact(state="refunded"), fact(state="cancelled")
    assert stands(one, other).contents == stands(other, one).contents


def test_a_licence_whose_account_is_another_than_at_first_has_changed_its_holder() -> None:
    sold = fact(version=2, holder={"account_id": "acct-2", "emails": ["new@acme.com"]})
    assert stands(fact(), sold).holder_changed
    assert not stands(sold).holder_changed, "only the later version is known"


def test_a_changed_address_or_a_missing_account_is_no_change_of_holder() -> None:
    moved = fact(version=2, holder={"account_id": "acct-1", "emails": ["new@acme.com"]})
    without = fact(version=2, holder={"emails": ["ada@acme.com"]})
    assert not stands(fact(), moved).holder_changed
    assert not stands(fact(), without).holder_changed


def test_a_licence_that_came_back_to_its_first_holder_has_not_changed() -> None:
    sold = fact(version=2, holder={"account_id": "acct-2", "emails": []})
    assert not stands(fact(), sold, fact(version=3)).holder_changed
