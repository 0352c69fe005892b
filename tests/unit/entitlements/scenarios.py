"""What must every store do? Scenarios that run on the fake and on PostgreSQL alike."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid5

from services.entitlements.lookup import Key, Kind
from services.entitlements.store import Appended, Known, Mark, Provisional, Store, Ticket
from shared.contracts import LicenceFact, Status
from shared.ids import TICKETS
from tests.unit.entitlements.worlds import BEGIN, DAY, END, T, fact, on

SECOND = timedelta(seconds=1)
LICENCE = Key(Kind.LICENCE, "L-1")
HISTORY: tuple[LicenceFact, ...] = (
    fact(),
    fact(version=2, effective_at=BEGIN + 5 * DAY, products=["WooSync", "Funnels"]),
    fact(version=3, effective_at=BEGIN + 9 * DAY, state="refunded"),
    fact(version=3, effective_at=BEGIN + 9 * DAY, state="cancelled"),
    fact(
        licence_id="L-2",
        holder={"account_id": "acct-2", "emails": ["Bo@Bücher.example"]},
        contacts=["cy@partner.example"],
        key_hash="AB" * 32,
        activations=[on("https://www.buecher.example/shop"), on("http://localhost:8080")],
    ),
)


def summary(known: Known) -> object:
    """All that a store says, in one comparable form."""
    licences = {
        licence_id: sorted(
            (each.fact.version, each.content, each.learned_at, each.fact.effective_at)
            for each in facts
        )
        for licence_id, facts in known.licences.items()
        if facts
    }
    return licences, {key: set(ids) for key, ids in known.found.items() if ids}


async def keeps_facts_with_both_times(store: Store) -> None:
    await store.save([(each, T) for each in HISTORY], [])
    known = await store.load([LICENCE], ["billing"])
    assert sorted(each.fact.version for each in known.licences["L-1"]) == [1, 2, 3, 3]
    assert {each.learned_at for each in known.licences["L-1"]} == {T}
    assert known.complete_until is None


async def finds_licences_by_every_key_a_ticket_can_share(store: Store) -> None:
    await store.save([(each, T) for each in HISTORY], [])
    keys = [
        Key(Kind.ACCOUNT, "acct-2"),
        Key(Kind.MAILBOX, "bo@xn--bcher-kva.example"),
        Key(Kind.MAILBOX, "cy@partner.example"),
        Key(Kind.KEY, "ab" * 32),
        Key(Kind.SITE, "buecher.example"),
    ]
    for key in keys:
        assert set((await store.load([key], ["billing"])).found[key]) == {"L-2"}, key
    strangers = [Key(Kind.SITE, "localhost"), Key(Kind.ACCOUNT, "acct-3")]
    assert not (await store.load(strangers, ["billing"])).licences


async def any_order_repetition_and_delay_end_in_the_same_state(store: Store, other: Store) -> None:
    arrivals: list[Appended] = [(each, T + n * SECOND) for n, each in enumerate(HISTORY)]
    marks = [Mark("billing", T - DAY, T), Mark("billing", T, T + SECOND), Mark("shop", T, T)]
    await store.save(arrivals, marks)
    again = [*arrivals, *((each, at + DAY) for each, at in arrivals)]
    marks_again = [*marks, *(Mark(m.source, m.complete_until, m.learned_at + DAY) for m in marks)]
    chance = random.Random(7)
    chance.shuffle(again)
    chance.shuffle(marks_again)
    await other.save([], marks_again[:2])
    for each in again:
        await other.save([each], [])
    await other.save(again, marks_again)
    keys = [LICENCE, Key(Kind.LICENCE, "L-2"), Key(Kind.ACCOUNT, "acct-1")]
    one, two = [await each.load(keys, ["billing", "shop"]) for each in (store, other)]
    assert summary(one) == summary(two)
    assert one.complete_until == two.complete_until == T


async def feed_reaches_as_far_as_its_slowest_source(store: Store) -> None:
    await store.save([], [Mark("billing", T, T), Mark("shop", T - DAY, T)])
    assert (await store.load([], ["billing"])).complete_until == T
    assert (await store.load([], ["billing", "shop"])).complete_until == T - DAY
    assert (await store.load([], ["billing", "erp"])).complete_until is None


async def answers_of_a_past_moment_know_only_what_was_known(store: Store) -> None:
    marks = [Mark("billing", T - DAY, T - DAY), Mark("billing", T, T)]
    await store.save([], marks)
    before = T - timedelta(hours=1)
    assert (await store.load([], ["billing"], known_at=before)).complete_until == T - DAY
    assert (await store.load([], ["billing"], known_at=T)).complete_until == T
    long_ago = BEGIN - DAY
    assert (await store.load([], ["billing"], known_at=long_ago)).complete_until is None


def waiting(number: int, *, status: Status = Status.NO_LICENCE) -> Provisional:
    ticket = (uuid5(TICKETS, str(number)), "ab" * 32)
    return Provisional(ticket, T + number * SECOND, status, b"{}")


async def provisional_answers_wait_until_told_and_due(store: Store) -> None:
    answers = [waiting(n) for n in range(4)]
    await store.remember(answers)
    assert await store.due(END, 10, 60) == [], "an answer that is not out is not judged again"
    known = await store.load([], ["billing"], tickets=_tickets(answers[:2]))
    assert known.unannounced == set(_tickets(answers[:2]))
    await store.announce(_tickets(answers[:3]))
    assert (await store.load([], ["billing"], tickets=_tickets(answers))).unannounced == {
        answers[3].ticket
    }
    due = await store.due(T + SECOND, 10, 60)
    assert sorted(due, key=lambda each: each.as_of) == answers[:2]
    assert await store.due(T + SECOND, 10, 60) == [], "a sibling's batch is left alone"
    assert [each.ticket for each in await store.due(END, 10, 60)] == [answers[2].ticket]


async def a_forgotten_answer_is_gone_and_a_leased_one_comes_back(store: Store) -> None:
    answers = [waiting(n) for n in range(3)]
    await store.remember(answers)
    await store.announce(_tickets(answers))
    assert len(await store.due(END, 2, 0)) == 2
    await store.forget([answers[0].ticket])
    left = await store.due(END, 10, 60)
    assert {each.ticket for each in left} == {answers[1].ticket, answers[2].ticket}


async def a_repeat_leaves_the_first_answer_as_it_is(store: Store) -> None:
    await store.remember([waiting(1, status=Status.NEEDS_RENEWAL)])
    await store.remember([waiting(1), waiting(1)])
    await store.announce([waiting(1).ticket])
    (kept,) = await store.due(END, 10, 60)
    assert kept.status is Status.NEEDS_RENEWAL


def _tickets(answers: Sequence[Provisional]) -> list[Ticket]:
    return [answer.ticket for answer in answers]


SCENARIOS = (
    keeps_facts_with_both_times,
    finds_licences_by_every_key_a_ticket_can_share,
    feed_reaches_as_far_as_its_slowest_source,
    answers_of_a_past_moment_know_only_what_was_known,
    provisional_answers_wait_until_told_and_due,
    a_forgotten_answer_is_gone_and_a_leased_one_comes_back,
    a_repeat_leaves_the_first_answer_as_it_is,
)
