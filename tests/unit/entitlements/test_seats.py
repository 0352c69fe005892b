"""How does a site stand to a licence's seats?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.entitlements.seats import SiteAnswer, stand
from shared.contracts import Activation, SiteStanding
from tests.unit.entitlements.test_site import hosts, spelt
from tests.unit.entitlements.worlds import BEGIN, DAY, T, fact, on

TICK = timedelta(microseconds=1)


def stands(url: str | None, *activations: Activation, limit: int | None = 1) -> tuple[str, ...]:
    answer = stand(url, fact(activations=activations, site_limit=limit), T)
    return (answer.standing, *answer.reasons)


def copy(url: str, day: int = 2, kind: str = "staging") -> Activation:
    return on(url, day, environment=kind)


def test_first_activated_is_first_served_up_to_the_limit() -> None:
    four = [on("a.com", 1), on("b.com", 2), on("c.com", 3), on("d.com", 4)]
    assert stands("a.com", *four, limit=3) == ("covered",)
    assert stands("c.com", *four, limit=3) == ("covered",)
    assert stands("d.com", *four, limit=3) == ("over_limit", "over_limit_by_1")
    assert stands("d.com", *reversed(four), limit=2) == ("over_limit", "over_limit_by_2")


def test_a_site_that_is_not_activated_takes_a_spare_seat_or_is_over_the_limit() -> None:
    assert stands("b.com", on("a.com"), limit=2) == ("spare_seat",)
    assert stands("b.com", on("a.com"), limit=1) == ("over_limit", "over_limit_by_1")
    assert stands("b.com", on("a.com"), limit=None) == ("spare_seat",)
    assert stands("b.com", limit=1) == ("spare_seat",)
    assert stands("b.com", limit=0) == ("over_limit", "over_limit_by_1")


def test_no_site_and_what_is_none_are_held_against_nobody() -> None:
    assert stands(None, on("a.com")) == ("not_named",)
    assert stands("  ", on("a.com")) == ("not_named",)
    assert stands("not public yet", on("a.com")) == ("unknown",)


def test_deactivating_frees_the_seat_from_that_moment_on() -> None:
    gone = on("a.com", 1, deactivated_at=T)
    assert stands("b.com", gone, on("b.com", 2)) == ("covered",)
    still = on("a.com", 1, deactivated_at=T + TICK)
    assert stands("b.com", still, on("b.com", 2)) == ("over_limit", "over_limit_by_1")
    assert stands("a.com", gone, on("b.com", 2)) == ("over_limit", "over_limit_by_1")


def test_an_activation_of_later_does_not_count_yet() -> None:
    later = on("a.com", activated_at=T + TICK)
    assert stands("b.com", later) == ("spare_seat",)
    assert stands("a.com", later) == ("spare_seat",)
    assert stands("a.com", on("a.com", activated_at=T)) == ("covered",)


def test_a_site_activated_again_keeps_the_place_of_its_first_live_activation() -> None:
    again = [on("a.com", 1), on("b.com", 2), on("https://www.A.com/x", 3)]
    assert stands("a.com", *again) == ("covered",)
    returned = [on("a.com", 1, deactivated_at=BEGIN + DAY), on("b.com", 2), on("a.com", 3)]
    assert stands("a.com", *returned) == ("over_limit", "over_limit_by_1")


def test_two_spellings_of_one_site_take_one_seat() -> None:
    twice = [on("https://www.acme.com/"), on("http://ACME.com:80/shop", 2)]
    assert stands("acme.com", *twice) == ("covered",)
    assert stands("b.com", *twice, limit=2) == ("spare_seat",)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://staging.acme.com", "staging_name"),
        ("https://dev2.acme.com/wp", "staging_name"),
        ("http://localhost:8888", "local_address"),
        ("http://192.168.0.4/acme", "local_address"),
        ("http://acme.local", "local_address"),
        ("http://acme.test", "local_address"),
    ],
)
def test_a_copy_of_a_covered_site_needs_no_seat_and_says_why(url: str, reason: str) -> None:
    assert stands(url, on("acme.com")) == ("copy", reason)
    assert stands(url, on("acme.com"), on(url, 2, environment="unknown")) == ("copy", reason)


@pytest.mark.parametrize(
    ("url", "copied"),
    [
        ("https://relaunch.acme.com", "acme.com"),
        ("https://acmestaging.wpengine.com", "acme.com"),
        ("https://acme.kinsta.cloud", "acme.com"),
    ],
)
def test_a_declared_copy_of_a_covered_site_needs_no_seat(url: str, copied: str) -> None:
    assert stands(url, on(copied), copy(url)) == ("copy", "declared_copy")
    assert stands("b.com", on(copied), copy(url), limit=2) == ("spare_seat",)


@pytest.mark.parametrize(
    "url",
    [
        "https://other.wpengine.com",
        "https://beta.com",
        "https://www.devshop.com",
        "https://localhostel.com",
        "https://staging.beta.com",
        "https://stagingdeals.com",
        "https://acme.dev.com",
        "https://beta.dev",
    ],
)
def test_a_declaration_or_a_name_alone_makes_no_copy(url: str) -> None:
    assert stands(url, on("acme.com"), copy(url)) == ("over_limit", "over_limit_by_1")
    assert stands(url, on("acme.com")) == ("over_limit", "over_limit_by_1")


def test_a_copy_and_its_site_share_the_seat_that_the_first_of_them_took() -> None:
    built_first = [copy("staging.acme.com", 1), on("b.com", 2), on("acme.com", 3)]
    assert stands("acme.com", *built_first) == ("covered",)
    assert stands("staging.acme.com", *built_first) == ("copy", "staging_name")
    assert stands("b.com", *built_first) == ("over_limit", "over_limit_by_1")


def test_going_live_takes_over_the_seat_of_the_staging_site() -> None:
    assert stands("acme.com", copy("staging.acme.com", 1)) == ("spare_seat",)
    assert stands("staging.acme.com", copy("staging.acme.com", 1)) == ("covered",)


def test_the_copy_of_an_uncovered_site_is_uncovered_too() -> None:
    sites = [on("b.com", 1), on("acme.com", 2)]
    assert stands("staging.acme.com", *sites) == ("over_limit", "over_limit_by_1")


def test_a_copy_of_a_copy_stands_as_the_site_they_copy() -> None:
    sites = [on("acme.com"), copy("staging.acme.com")]
    assert stands("test.staging.acme.com", *sites) == ("copy", "staging_name")


def test_an_intranet_that_is_declared_the_real_thing_has_a_seat_of_its_own() -> None:
    assert stands("http://10.0.0.7", on("http://10.0.0.7")) == ("covered",)
    two = [on("acme.com"), on("http://10.0.0.7", 2)]
    assert stands("http://10.0.0.7", *two) == ("over_limit", "over_limit_by_1")
    assert stands("http://10.0.0.7", *two, limit=2) == ("covered",)


def test_a_local_install_on_a_licence_without_sites_takes_a_seat() -> None:
    assert stands("http://localhost") == ("spare_seat",)


def test_customers_of_one_platform_are_sites_of_their_own() -> None:
    one = [on("one.wpengine.com")]
    assert stands("two.wpengine.com", *one) == ("over_limit", "over_limit_by_1")
    assert stands("staging.one.wpengine.com", *one) == ("copy", "staging_name")


kinds = st.sampled_from(["production", "staging", "local", "unknown"])
activations = st.lists(
    st.builds(
        lambda url, day, kind: on(url, day, environment=kind), hosts, st.integers(1, 40), kinds
    ),
    max_size=8,
)
limits = st.integers(0, 4) | st.none()


@given(st.data(), hosts, activations, limits)
def test_no_spelling_gains_or_costs_a_seat(
    data: st.DataObject, plain: str, sites: list[Activation], limit: int | None
) -> None:
    spelling = data.draw(spelt(plain))
    respelt = [
        site.model_copy(update={"site_url": data.draw(spelt(site.site_url))}) for site in sites
    ]
    assert stands(spelling, *respelt, limit=limit) == stands(plain, *sites, limit=limit)


@given(activations, limits, st.randoms())
def test_covered_seats_never_outnumber_the_limit_in_any_order(
    sites: list[Activation], limit: int | None, chance: object
) -> None:
    licence = fact(activations=sites, site_limit=limit)
    answers: dict[str, SiteAnswer] = {s.site_url: stand(s.site_url, licence, T) for s in sites}
    covered = [a for a in answers.values() if a.standing is SiteStanding.COVERED]
    if limit is not None:
        assert len(covered) <= limit
    shuffled = list(sites)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    other = fact(activations=shuffled, site_limit=limit)
    assert answers == {s.site_url: stand(s.site_url, other, T) for s in sites}


@given(hosts, activations, st.integers(0, 4))
def test_a_higher_limit_never_uncovers_a_site(
    plain: str, sites: list[Activation], limit: int
) -> None:
    def uncovered(seats: int | None) -> bool:
        answer = stand(plain, fact(activations=sites, site_limit=seats), T)
        return answer.standing is SiteStanding.OVER_LIMIT

    assert not (uncovered(limit + 1) and not uncovered(limit))
    assert not uncovered(None)


@given(hosts, activations, st.integers(0, 3))
def test_no_uncovered_site_becomes_covered_by_calling_itself_a_copy(
    plain: str, sites: list[Activation], limit: int
) -> None:
    licence = fact(activations=sites, site_limit=limit)
    answer = stand(f"https://{plain}", licence, T)
    if answer.standing is SiteStanding.COPY:
        covered = [
            s for s in sites if stand(s.site_url, licence, T).standing is SiteStanding.COVERED
        ]
        assert covered, "a copy of nothing"
