"""What is this customer owed? Status by status, and what wins over what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.entitlements.coverage import better
from services.entitlements.products import Ask
from shared.contracts import LicenceState, ProductArea, Status, Trust
from tests.unit.entitlements.worlds import (
    CORE,
    DAY,
    END,
    WOOSYNC,
    T,
    fact,
    outcome,
    owed,
    who,
)

FUNNELS = Ask(ProductArea.EXTENSION, "Funnels")
EXPIRED = fact(paid_until=T - 60 * DAY)
KEY = "ab" * 32
SOLD = fact(version=2, holder={"account_id": "acct-2", "emails": ["bo@beta.com"]})
REFUNDED = fact(version=2, effective_at=T - DAY, state="refunded")
CONTRADICTORY = [
    REFUNDED,
    fact(version=2, effective_at=T - DAY, state="revoked"),
]
WAITS = timedelta(minutes=5)


def test_rights_in_force_for_product_and_site_are_covered_with_the_facts_named() -> None:
    answer = owed([fact()], by=who(site="https://acme.com"))
    assert outcome(answer) == ("covered", ["in_force"], "covered")
    assert (answer.licence_id, answer.fact_version, answer.learned_at) == ("L-1", 1, T - DAY)
    assert (answer.as_of, answer.complete_until, answer.provisional) == (T, T, False)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([EXPIRED], ("needs_renewal", ["expired"])),
        ([fact(state="cancelled", paid_until=T)], ("needs_renewal", ["cancelled_ended"])),
        ([fact(valid_from=T + DAY)], ("no_licence", ["not_yet_valid"])),
        ([fact(), REFUNDED], ("no_licence", ["refunded"])),
        ([fact(state="revoked")], ("no_licence", ["revoked"])),
        ([fact(products=["Funnels"])], ("no_licence", ["product_not_included"])),
        ([fact(), SOLD], ("no_licence", ["nothing_known"])),
        ([], ("no_licence", ["nothing_known"])),
        ([fact(), *CONTRADICTORY], ("unverified", ["contradictory_facts"])),
        ([fact(paid_until=T - DAY)], ("covered", ["in_grace"])),
        ([fact(disputed=True)], ("covered", ["in_force", "disputed"])),
    ],
)
def test_one_licence_gives_one_status_with_its_reason(
    facts: list[object], expected: tuple[str, list[str]]
) -> None:
    assert outcome(owed(facts))[:2] == expected  # type: ignore[arg-type]


def test_a_site_beyond_the_limit_is_over_the_limit_however_good_the_licence() -> None:
    answer = owed([fact()], by=who(site="beta.com"))
    assert outcome(answer) == ("over_site_limit", ["in_force", "over_limit_by_1"], "over_limit")


def test_an_expired_licence_needs_renewal_also_for_a_site_beyond_its_limit() -> None:
    answer = owed([EXPIRED], by=who(site="beta.com"))
    assert outcome(answer)[0] == "needs_renewal"


def test_a_named_contact_is_covered_as_such() -> None:
    agency = fact(contacts=["client@beta.com"])
    answer = owed([agency], by=who(None, "client@beta.com"))
    assert outcome(answer) == ("covered", ["in_force", "named_contact"], "not_named")
    assert answer.identity == "matched"


@pytest.mark.parametrize(
    ("asking", "reason"),
    [
        (who("acct-9", key_hash=KEY), "foreign_key"),
        (who("acct-9", site="https://acme.com"), "foreign_site"),
        (who(None, "client@beta.com", key_hash=KEY), "foreign_key"),
    ],
)
def test_somebody_elses_key_or_site_makes_no_holder(asking: object, reason: str) -> None:
    answer = owed([fact(key_hash=KEY)], by=asking)  # type: ignore[arg-type]
    assert outcome(answer) == ("not_holder", [reason], "not_named")


def test_ones_own_expired_licence_says_more_than_somebody_elses_key() -> None:
    foreign = fact(licence_id="L-2", holder={"account_id": "acct-2"}, key_hash=KEY)
    answer = owed([EXPIRED, foreign], by=who(key_hash=KEY))
    assert (answer.status, answer.licence_id) == ("needs_renewal", "L-1")
    refunded = owed([fact(state="refunded"), foreign], by=who(key_hash=KEY))
    assert outcome(refunded)[:2] == ("not_holder", ["refunded", "foreign_key"])


def test_a_stranger_to_every_one_of_contradictory_facts_stays_a_stranger() -> None:
    """Or his answer would show that the licence exists."""
    disputed = [
        fact(key_hash=KEY),
        fact(key_hash=KEY, holder={"account_id": "acct-2"}),
    ]
    assert owed(disputed, by=who("acct-9", key_hash=KEY)).status == "not_holder"
    assert owed(disputed, by=who("acct-2", key_hash=KEY)).status == "unverified"


def test_the_present_holder_of_a_licence_that_changed_hands_goes_to_a_person() -> None:
    assert outcome(owed([fact(), SOLD], by=who("acct-2")))[:2] == (
        "holder_changed",
        ["holder_changed"],
    )
    expired = SOLD.model_copy(update={"paid_until": T - 60 * DAY})
    assert owed([fact(), expired], by=who("acct-2")).status == "holder_changed"


def test_a_change_of_hands_matters_only_where_there_is_something_to_have() -> None:
    refunded = SOLD.model_copy(update={"version": 3, "state": LicenceState.REFUNDED})
    assert owed([fact(), SOLD, refunded], by=who("acct-2")).status == "no_licence"
    assert owed([fact(), SOLD], by=who("acct-2"), ask=FUNNELS).status == "no_licence"


def test_the_best_of_several_licences_decides() -> None:
    good = fact(licence_id="L-2", products=["Funnels"])
    both = [EXPIRED, good]
    assert owed(both, ask=FUNNELS).licence_id == "L-2"
    assert owed(both, ask=WOOSYNC).status == "needs_renewal"
    assert owed(both, ask=CORE).licence_id == "L-2"
    assert owed([fact(), *CONTRADICTORY, fact(licence_id="L-2")]).status == "covered"
    assert owed([fact(), *CONTRADICTORY, fact(licence_id="L-2", state="revoked")]).status == (
        "unverified"
    )


def test_of_equally_good_licences_site_then_holder_then_end_then_id_decide() -> None:
    here = who("acct-1", "ada@acme.com", site="acme.com")
    elsewhere = fact(licence_id="L-0", activations=[])
    assert owed([elsewhere, fact()], by=here).licence_id == "L-1"
    as_contact = fact(licence_id="L-0", holder={"account_id": "acct-2"}, contacts=["ada@acme.com"])
    assert owed([as_contact, fact()], by=here).licence_id == "L-1"
    longer = fact(licence_id="L-9", paid_until=END + DAY)
    assert owed([fact(), longer], by=here).licence_id == "L-9"
    for_life = fact(licence_id="L-99", paid_until=None)
    assert owed([longer, for_life], by=here).licence_id == "L-99"
    assert owed([fact(licence_id="L-0"), fact()], by=here).licence_id == "L-0"


def test_of_several_reasons_for_no_the_one_nearest_to_a_yes_is_told() -> None:
    soon = fact(licence_id="L-9", valid_from=T + DAY)
    other = fact(licence_id="L-0", products=["Funnels"])
    assert owed([other, soon]).reasons[0] == "not_yet_valid"
    assert owed([other, fact(state="refunded")]).reasons[0] == "product_not_included"
    revoked = fact(licence_id="L-0", state="revoked")
    assert owed([revoked, fact(state="refunded")]).reasons[0] == "refunded"


def test_an_extension_without_a_name_asks_for_any_licence_with_an_extension() -> None:
    any_extension = Ask(ProductArea.EXTENSION)
    assert owed([fact()], ask=any_extension).status == "covered"
    assert owed([fact(products=["Jetpack CRM"])], ask=any_extension).status == "no_licence"
    assert owed([fact(products=["Jetpack CRM"])], ask=CORE).status == "covered"
    assert owed([fact(products=["Jetpack CRM"])], ask=Ask()).status == "covered"


def test_before_the_refund_took_effect_the_customer_was_covered() -> None:
    history = [fact(), REFUNDED]
    assert owed(history, at=T - 2 * DAY, complete_until=T).status == "covered"
    assert owed(history, at=T).status == "no_licence"


@pytest.mark.parametrize(
    ("trust", "email"), [(Trust(), "ada@acme.com"), (Trust(), None), (Trust(email=True), None)]
)
def test_a_claim_is_never_provisional_nor_unverified(trust: Trust, email: str | None) -> None:
    claimed = who("acct-1", email, trust=trust)
    for complete_until in (None, T - DAY, T - WAITS, T):
        answer = owed([fact()], by=claimed, complete_until=complete_until)
        assert outcome(answer) == ("no_licence", ["not_proven"], "not_named")
        assert (answer.identity, answer.provisional) == ("claimed", False)


def test_two_holders_values_in_one_ticket_are_unverified() -> None:
    other = fact(licence_id="L-2", holder={"account_id": "acct-2", "emails": ["bo@beta.com"]})
    answer = owed([fact(), other], by=who("acct-1", "bo@beta.com"))
    assert outcome(answer) == ("unverified", ["identity_conflict"], "not_named")
    assert (answer.identity, answer.licence_id) == ("conflicting", None)


@pytest.mark.parametrize("facts", [[], [EXPIRED], [fact(), REFUNDED], [fact(products=["Funnels"])]])
def test_a_no_stands_provisionally_while_the_feed_is_a_little_behind(facts: list[object]) -> None:
    final = owed(facts)  # type: ignore[arg-type]
    behind = owed(facts, complete_until=T - WAITS)  # type: ignore[arg-type]
    assert behind.status == final.status
    assert behind.provisional
    assert behind.reasons == (*final.reasons, "feed_behind")


def test_no_no_is_given_on_a_stale_feed_or_one_never_heard() -> None:
    stale = owed([EXPIRED], complete_until=T - DAY)
    assert outcome(stale)[:2] == ("unverified", ["expired", "feed_stale"])
    assert not stale.provisional
    silent = owed([], complete_until=None)
    assert outcome(silent)[:2] == ("unverified", ["nothing_known", "feed_never_heard"])


def test_a_yes_holds_whatever_the_feed() -> None:
    for complete_until in (None, T - DAY, T - WAITS, T):
        answer = owed([fact()], complete_until=complete_until)
        assert (answer.status, answer.provisional) == ("covered", False)


def test_a_word_in_the_site_field_is_told_apart_from_none() -> None:
    assert owed([fact()], by=who(site="not public yet")).site == "unknown"
    assert owed([], by=who(site="not public yet")).site == "unknown"
    assert owed([], by=who(site="https://beta.com")).site == "not_named"


def test_upwards_is_a_step_towards_help() -> None:
    no = Status.NO_LICENCE
    for status in (Status.NEEDS_RENEWAL, Status.HOLDER_CHANGED, Status.UNVERIFIED, Status.COVERED):
        assert better(status, than=no)
        assert not better(no, than=status)
    assert not better(no, than=no)
