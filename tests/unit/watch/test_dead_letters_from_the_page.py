"""Dead letters go back from the page with the token, and only as the dry run said."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from services.watch.dead_letters.eligibility import Answer
from services.watch.dead_letters.from_the_page import PuttingBack, Wish
from services.watch.dead_letters.listing import Letter
from services.watch.dead_letters.replay import Done, Plan
from tests.support import builders as some
from tests.unit.watch.test_views import a_letter


class Kitchen:
    """Plans what the test says, and notes what was carried out."""

    def __init__(self, letters: int = 2) -> None:
        self.letters = letters
        self.wishes: list[Wish] = []
        self.carried_out = 0

    async def plan(self, wish: Wish) -> Plan:
        self.wishes.append(wish)
        if wish.topic == "tea":
            raise ValueError("'tea' is not a dead-letter topic")
        letters = [
            Letter(some.a_record(b"{}", offset=n), a_letter(n), gone=False)
            for n in range(self.letters)
        ]
        return Plan(tuple(Done(letter, Answer.REPLAY) for letter in letters), cut=False)

    async def carry_out(self, planned: Plan) -> None:
        self.carried_out += planned.returning


async def ask(
    kitchen: Kitchen, body: Any, token: str | None = "right", set_to: str | None = "right"
) -> httpx.Response:
    desk = PuttingBack(set_to, kitchen.plan, kitchen.carry_out)
    app = Starlette(routes=[Route("/api/replay", desk.__call__, methods=["POST"])])
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://watch"
    ) as client:
        return await client.post("/api/replay", json=body, headers=headers)


async def test_without_a_token_in_the_settings_nobody_can() -> None:
    kitchen = Kitchen()
    assert (await ask(kitchen, {}, set_to=None)).status_code == 403
    assert kitchen.wishes == []


async def test_a_wrong_token_or_none_is_refused_before_anything_is_read() -> None:
    kitchen = Kitchen()
    for token in ("wrong", "", None):
        assert (await ask(kitchen, {"confirm": 2}, token)).status_code == 401
    assert kitchen.wishes == []


async def test_without_a_confirmation_it_only_says_what_would_be() -> None:
    kitchen = Kitchen()
    told = (await ask(kitchen, {"reasons": ["broken_json"]})).json()
    assert (told["dry_run"], told["returning"]) == (True, 2)
    assert [(row["answer"], row["count"]) for row in told["histogram"]] == [("goes back", 2)]
    assert kitchen.carried_out == 0


async def test_what_was_confirmed_goes_back() -> None:
    kitchen = Kitchen()
    assert (await ask(kitchen, {"confirm": 2})).json()["dry_run"] is False
    assert kitchen.carried_out == 2


async def test_where_the_dead_letters_have_changed_since_nothing_goes_back() -> None:
    kitchen = Kitchen(letters=3)
    reply = await ask(kitchen, {"confirm": 2})
    assert (reply.status_code, kitchen.carried_out) == (409, 0)
    assert "3 would go back now" in reply.json()["detail"]


async def test_a_wish_that_can_not_be_granted_is_one_clear_problem() -> None:
    wishes: list[Any] = [{"confirm": -1}, {"all": True}, {"topic": "tea"}, []]
    for body in wishes:
        reply = await ask(Kitchen(), body)
        assert (reply.status_code, reply.headers["content-type"]) == (
            400,
            "application/problem+json",
        )
