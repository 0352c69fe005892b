"""Does the fake behave as a store must? Else tests that use it show nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from services.entitlements.store import Store
from tests.unit.entitlements.fake_store import FakeStore
from tests.unit.entitlements.scenarios import (
    SCENARIOS,
    any_order_repetition_and_delay_end_in_the_same_state,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
async def test_fake_store(scenario: Callable[[Store], Awaitable[None]]) -> None:
    await scenario(FakeStore())


async def test_any_order_of_facts_ends_in_the_same_state_on_the_fake() -> None:
    await any_order_repetition_and_delay_end_in_the_same_state(FakeStore(), FakeStore())
