"""What the page says when the broker is killed, on a real one that keeps its data."""

from __future__ import annotations

import gc

import pytest
from playwright.async_api import Page, expect

from deploy.local.server import Server
from tests.browser.serving import served
from tests.browser.topics import writing
from tests.support.servers import provisioned


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.timeout(300)
async def test_a_killed_broker_shows_as_stale_and_figures_go_on_by_themselves(
    page: Page, own_kafka: Server, namespace: str
) -> None:
    extensions = page.get_by_test_id("queues").locator("tbody tr").nth(1)
    waiting = extensions.locator("th, td").nth(1)
    settings = await provisioned(own_kafka, namespace, partitions=2)
    async with served(settings) as address:
        async with writing(settings) as writer:
            await writer.ordinary()
        await page.goto(address)
        await expect(waiting).to_have_text("1")
        own_kafka.kill()
        stale = page.get_by_test_id("stale")
        await expect(stale).to_contain_text("Kafka is away.", timeout=60_000)
        own_kafka.start()
        await expect(stale).to_be_hidden(timeout=60_000)
        async with writing(settings) as writer:
            await writer.ordinary()
        await expect(waiting).to_have_text("2")
    gc.collect()  # a client that was not let go of would be told by its socket
