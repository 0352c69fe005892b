"""Which browser do tests of the page have? Chromium, with nothing left of the test before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from shared.settings import KafkaSettings
from tests.browser.chromium import LACKS, chromium, started
from tests.browser.topics import Writer, writing
from tests.support.servers import absent

expect.set_options(timeout=20_000)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium; where everything must run, a machine without it fails the test."""
    if chromium() is None:
        absent("Chromium", LACKS)
    async with started() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that fails its test where a script fails or something is asked of another host."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", _only_here(faults))
    yield page
    await context.close()
    assert faults == []


def _only_here(faults: list[str]) -> Callable[[Any], None]:
    def look(request: Any) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            faults.append(f"asked {request.url}")

    return look


@pytest.fixture
async def writer(embedded_settings: KafkaSettings) -> AsyncIterator[Writer]:
    """Writes to the topics of `embedded_settings`."""
    async with writing(embedded_settings) as writer:
        yield writer
