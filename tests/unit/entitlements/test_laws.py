"""Which laws hold for any facts, any ticket and any order? Hypothesis looks for counter-examples.

LAW_CASES sets how many cases each of the laws gets (1280 where CI=true, more than 10,000 in all);
`--hypothesis-seed` repeats a run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from services.entitlements import coverage as coverage_file
from services.entitlements import licence_state
from services.entitlements.coverage import BEST_FIRST, NEGATIVE
from services.entitlements.identity import Asker
from services.entitlements.licence_state import Learned
from services.entitlements.products import Ask
from services.entitlements.seats import SiteAnswer
from services.entitlements.store import Mark
from shared.catalogue import load_catalogue
from shared.contracts import (
    Coverage,
    Holder,
    LicenceFact,
    ProductArea,
    SiteStanding,
    Status,
    Trust,
)
from tests.unit.entitlements.fake_store import FakeStore
from tests.unit.entitlements.scenarios import summary
from tests.unit.entitlements.worlds import BEGIN, DAY, TRUSTED, T, fact, on, owed, who

CASES = int(os.environ.get("LAW_CASES") or (1_280 if os.environ.get("CI") == "true" else 100))
law = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)

moments = st.integers(-60, 60).map(lambda n: T + n * DAY)
accounts = st.sampled_from(["acct-1", "acct-2", None])
addresses = st.sampled_from(["ada@acme.com", "bo@beta.com", "cy@partner.com"])
sites = st.sampled_from(
    [
        "acme.com",
        "https://www.ACME.com/x",
        "staging.acme.com",
        "beta.com",
        "http://localhost",
        "nope",
    ]
)
keys = st.sampled_from(["ab" * 32, "cd" * 32, None])
activations = st.lists(
    st.builds(
        lambda url, day, kind: on(url, day, environment=kind),
        sites,
        st.integers(1, 60),
        st.sampled_from(["production", "staging", "local", "unknown"]),
    ),
    max_size=3,
)
facts = st.builds(
    fact,
    licence_id=st.sampled_from(["L-1", "L-2"]),
    version=st.integers(1, 3),
    effective_at=moments,
    state=st.sampled_from(["active", "active", "cancelled", "refunded", "revoked"]),
    holder=st.builds(
        lambda account, emails: {"account_id": account, "emails": emails},
        accounts,
        st.lists(addresses, max_size=2),
    ),
    contacts=st.lists(addresses, max_size=1),
    products=st.sampled_from([["WooSync"], ["Funnels"], ["*"], ["Jetpack CRM"], []]),
    site_limit=st.sampled_from([None, 0, 1, 2]),
    valid_from=moments,
    paid_until=st.sampled_from([None, T - DAY, T, T + DAY]),
    grace_days=st.sampled_from([0, 7]),
    key_hash=keys,
    activations=activations,
)
histories = st.lists(facts, max_size=6)
askers = st.builds(
    lambda account, email, key, site, trust: who(
        account, email, key_hash=key, site=site, trust=trust
    ),
    accounts,
    addresses | st.none(),
    keys,
    sites | st.none(),
    st.sampled_from([TRUSTED, TRUSTED, Trust(), Trust(email=True), Trust(account_id=True)]),
)
asks = st.sampled_from(
    [
        Ask(ProductArea.EXTENSION, "WooSync"),
        Ask(ProductArea.EXTENSION, None),
        Ask(ProductArea.CORE),
        Ask(),
    ]
)
feeds = st.sampled_from([None, T - DAY, T - timedelta(minutes=5), T, T + DAY])


def test_every_law_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault for each law; a law that doesn't find it shows nothing."""
    with monkeypatch.context() as planted:
        planted.setattr(licence_state, "_of_version", lambda found, _: found[-1:])
        assert _broken(test_any_order_of_arrival_gives_the_same_answers)
    with monkeypatch.context() as planted:
        planted.setattr(coverage_file, "_as_far_as_the_feed_reaches", lambda answer, _: answer)
        assert _broken(test_nobody_known_is_refused_on_missing_facts)
    with monkeypatch.context() as planted:
        planted.setattr(coverage_file, "BEST_FIRST", tuple(reversed(BEST_FIRST)))
        assert _broken(test_another_licence_never_lowers_the_status)
    with monkeypatch.context() as planted:
        planted.setattr(coverage_file, "_of_others", _without_own_reasons)
        assert _broken(test_somebody_elses_licence_changes_nothing_that_may_be_told)
    with monkeypatch.context() as planted:
        planted.setattr(Asker, "trusted", property(lambda _: True))
        planted.setattr(coverage_file, "judge", _judged_as_proven)
        assert _broken(test_a_stranger_gets_the_same_answer_with_and_without_licences)


def _broken(law_test: Any) -> bool:
    """Whether a law finds a counter-example; the smallest one is not looked for."""
    kept = law_test._hypothesis_internal_use_settings
    law_test._hypothesis_internal_use_settings = settings(
        kept, max_examples=1000, phases=(Phase.explicit, Phase.generate)
    )
    try:
        law_test()
    except (AssertionError, ExceptionGroup):
        return True
    finally:
        law_test._hypothesis_internal_use_settings = kept
    return False


def _without_own_reasons(licence: Any, why: Any, *_: object) -> Any:
    nowhere = SiteAnswer(SiteStanding.NOT_NAMED)
    return coverage_file.Candidate(Status.NOT_HOLDER, (why,), nowhere, licence)


def _judged_as_proven(*arguments: Any) -> Coverage:
    ask, who_asks, identified, moment, catalogue = arguments
    best = coverage_file._best(ask, who_asks, identified, moment.as_of, catalogue)
    status = Status.NO_LICENCE if best is None else best.status
    return Coverage(status=status, identity="claimed", site="not_named", as_of=T)


@law
@given(histories, askers, asks, feeds, st.randoms(use_true_random=False))
@example(
    [fact(state="refunded"), fact(state="cancelled", paid_until=T - DAY)],
    who(),
    Ask(),
    T,
    Random(1),
)
def test_any_order_of_arrival_gives_the_same_answers(
    history: list[LicenceFact], asking: Asker, ask: Ask, feed: datetime | None, chance: Random
) -> None:
    shuffled = history + history[:2]
    chance.shuffle(shuffled)
    one = owed(_once(history), by=asking, ask=ask, complete_until=feed)
    other = owed(_once(shuffled), by=asking, ask=ask, complete_until=feed)
    assert one == other


def _once(history: Sequence[LicenceFact]) -> list[LicenceFact]:
    """As a store keeps them: each content once, in the order of arrival."""
    return list({each.model_dump_json(): each for each in history}.values())


@law
@given(histories, st.lists(moments, max_size=3), st.randoms(use_true_random=False))
async def test_any_order_repetition_and_delay_end_in_the_same_stored_state(
    history: list[LicenceFact], until: list[datetime], chance: Random
) -> None:
    arrivals = [(each, T + n * DAY) for n, each in enumerate(history)]
    marks = [Mark("billing", each, T) for each in until]
    one, other = FakeStore(), FakeStore()
    await one.save(arrivals, marks)
    again = [*arrivals, *((each, at + DAY) for each, at in arrivals)]
    marks_again = [*marks, *marks]
    chance.shuffle(again)
    chance.shuffle(marks_again)
    for each in again:
        await other.save([each], [])
    await other.save([], marks_again)
    keys = list(one.lookups)
    assert summary(await one.load(keys, [])) == summary(await other.load(keys, []))
    assert one.marks == other.marks


@law
@given(histories, facts, askers, asks)
def test_another_licence_never_lowers_the_status(
    history: list[LicenceFact], more: LicenceFact, asking: Asker, ask: Ask
) -> None:
    """Rank by rank; `holder_changed` stands outside, so it neither lifts nor lowers here."""
    before = owed(history, by=asking, ask=ask)
    another = more.model_copy(update={"licence_id": "L-3"})
    after = owed([*history, another], by=asking, ask=ask)
    if after.identity == before.identity:
        assert BEST_FIRST.index(after.status) <= BEST_FIRST.index(before.status)


@law
@given(histories, askers, asks)
def test_longer_rights_more_products_and_more_seats_never_lower_the_status(
    history: list[LicenceFact], asking: Asker, ask: Ask
) -> None:
    more = [
        each.model_copy(update={"paid_until": None, "products": ("*",), "site_limit": None})
        for each in history
    ]
    one, other = (owed(each, by=asking, ask=ask) for each in (history, more))
    outside = {Status.HOLDER_CHANGED, Status.UNVERIFIED}  # widened contents may come to agree
    if not outside & {one.status, other.status}:
        assert BEST_FIRST.index(other.status) <= BEST_FIRST.index(one.status)


@law
@given(histories, askers, asks, feeds)
def test_nobody_known_is_refused_on_missing_facts(
    history: list[LicenceFact], asking: Asker, ask: Ask, feed: datetime | None
) -> None:
    answer = owed(history, by=asking, ask=ask, complete_until=feed)
    unknown = feed is None or T - feed > timedelta(minutes=15)
    if asking.trusted and unknown:
        assert answer.status not in NEGATIVE
    assert answer.provisional == (
        answer.status in NEGATIVE and asking.trusted and feed == T - timedelta(minutes=5)
    )


@law
@given(histories, askers, asks, feeds)
def test_a_stranger_gets_the_same_answer_with_and_without_licences(
    history: list[LicenceFact], asking: Asker, ask: Ask, feed: datetime | None
) -> None:
    if asking.grade not in {"proven", "matched"}:
        with_licences = owed(history, by=asking, ask=ask, complete_until=feed)
        without = owed([], by=asking, ask=ask, complete_until=feed)
        assert with_licences.model_dump_json() == without.model_dump_json()


@law
@example(
    [fact(products=["WooSync"], site_limit=0, valid_from=T + DAY, key_hash="ab" * 32)],
    fact(products=["WooSync"], key_hash="ab" * 32),
    who(key_hash="ab" * 32, site="acme.com"),
    Ask(ProductArea.EXTENSION, "WooSync"),
    None,
)
@given(histories, facts, askers, asks, feeds)
def test_somebody_elses_licence_changes_nothing_that_may_be_told(
    history: list[LicenceFact],
    foreign: LicenceFact,
    asking: Asker,
    ask: Ask,
    feed: datetime | None,
) -> None:
    """Neither queue nor own reasons: `no_licence` may become `not_holder`, and that is all."""
    strangers = foreign.model_copy(
        update={"licence_id": "L-9", "holder": Holder(account_id="acct-9"), "contacts": ()}
    )
    before = owed(history, by=asking, ask=ask, complete_until=feed)
    after = owed([*history, strangers], by=asking, ask=ask, complete_until=feed)
    refused = {Status.NO_LICENCE, Status.NOT_HOLDER}
    assert after.status == before.status or {before.status, after.status} <= refused
    not_told = {"nothing_known", "foreign_key", "foreign_site"}
    told = [[r for r in each.reasons if r not in not_told] for each in (before, after)]
    assert told[0] == told[1]
    assert after.site == before.site
    assert before.provisional == after.provisional


@law
@given(histories, askers, asks)
def test_only_proven_and_matched_earn_coverage(
    history: list[LicenceFact], asking: Asker, ask: Ask
) -> None:
    answer = owed(history, by=asking, ask=ask)
    if answer.status is Status.COVERED:
        assert answer.identity in {"proven", "matched"}


@law
@given(histories, askers, asks, st.integers(-90, 90))
def test_facts_of_later_do_not_change_the_answer_of_a_moment(
    history: list[LicenceFact], asking: Asker, ask: Ask, days: int
) -> None:
    at = T + days * DAY
    seen = [each for each in history if each.effective_at <= at]
    one, other = (
        owed(each, by=asking, ask=ask, at=at, complete_until=at) for each in (history, seen)
    )
    assert one == other


def test_what_was_known_then_is_what_is_answered_for_then() -> None:
    learned_late = Learned(fact(version=2, state="refunded", effective_at=BEGIN), T, "b")
    early = Learned(fact(), BEGIN, "a")
    for known_at, status in ((T - DAY, "covered"), (T, "no_licence"), (None, "no_licence")):
        answer = coverage_file.coverage(
            Ask(),
            who(),
            [[learned_late, early]],
            coverage_file.Moment(T, T, timedelta(0), known_at),
            load_catalogue(),
        )
        assert answer.status == status
