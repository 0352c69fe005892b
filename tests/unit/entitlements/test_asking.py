"""What was owed to somebody, at a moment, as known at another?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.entitlements.asking import Answering, Question
from services.entitlements.store import Mark
from shared.catalogue import load_catalogue
from tests.unit.entitlements.fake_store import FakeStore
from tests.unit.entitlements.worlds import BEGIN, DAY, T, fact

REFUNDED_ON = T - 10 * DAY
LEARNED_ON = T - 3 * DAY


@pytest.fixture
async def answering() -> Answering:
    """A refund that took effect ten days ago, and that we heard of three days ago."""
    store = FakeStore()
    refund = fact(version=2, state="refunded", effective_at=REFUNDED_ON)
    await store.save(
        [(fact(), BEGIN), (refund, LEARNED_ON)],
        [Mark("billing", T - 5 * DAY, T - 5 * DAY), Mark("billing", T, T)],
    )
    return Answering(store, load_catalogue(), ("billing",), timedelta(minutes=15))


@pytest.mark.parametrize(
    ("at", "known_at", "status"),
    [
        (T, None, "no_licence"),
        (REFUNDED_ON - timedelta(microseconds=1), None, "covered"),
        (REFUNDED_ON, None, "no_licence"),
        (T - 6 * DAY, T - 5 * DAY, "covered"),
        (T - 6 * DAY, LEARNED_ON, "no_licence"),
        (BEGIN - DAY, None, "no_licence"),
        (T, BEGIN - DAY, "unverified"),
    ],
)
async def test_any_moment_can_be_asked_about_as_it_was_known_at_any_other(
    answering: Answering, at: datetime, known_at: datetime | None, status: str
) -> None:
    answer = await answering.answer(Question(at, known_at, account="acct-1", product="WooSync"))
    assert answer.status == status


async def test_account_address_and_licence_ask_the_same_thing(answering: Answering) -> None:
    at = REFUNDED_ON - DAY
    by_account = await answering.answer(Question(at, account="acct-1", product="WooSync"))
    by_address = await answering.answer(Question(at, email="Ada@acme.com", product="WooSync"))
    by_licence = await answering.answer(Question(at, licence="L-1", product="WooSync"))
    assert by_account == by_licence
    assert by_address == by_account.model_copy(update={"identity": "matched"})


async def test_product_and_site_count(answering: Answering) -> None:
    at = REFUNDED_ON - DAY
    other = await answering.answer(Question(at, licence="L-1", product="Funnels"))
    assert other.reasons == ("product_not_included",)
    core = await answering.answer(Question(at, licence="L-1", product="Jetpack CRM"))
    assert core.status == "covered"
    site = await answering.answer(Question(at, licence="L-1", site="other.com"))
    assert site.status == "over_site_limit"


async def test_a_licence_that_nobody_knows_is_no_licence(answering: Answering) -> None:
    answer = await answering.answer(Question(T, licence="L-404"))
    assert (answer.status, answer.reasons) == ("no_licence", ("nothing_known",))
