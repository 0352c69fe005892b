"""What people on call see, and what they can do with a keyboard, a phone and a screen reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from deploy.local.kafka import EmbeddedKafka
from deploy.local.stack import RunningStack
from shared.contracts import Queue
from shared.settings import KafkaSettings
from tests.browser.serving import served
from tests.browser.topics import Writer, writing
from tests.support.servers import fresh_folder, provisioned

pytestmark = [pytest.mark.browser, pytest.mark.embedded]


def cell(page: Page, table: str, row: str, column: str) -> Locator:
    """A figure by the words at its row and above its column."""
    titles = {
        "queues": ["Queue", "Waiting", "Taken", "Oldest", "A minute"],
        "dead-letters": ["Parked by", "Reason", "Lying", "Dealt with"],
    }[table]
    line = page.get_by_test_id(table).locator("tbody tr").filter(has_text=re.compile(rf"^{row}"))
    return line.locator("th, td").nth(titles.index(column))


async def test_figures_move_while_it_is_looked_at(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    async with served(embedded_settings) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("state")).to_have_text("Live")
        await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("0")
        first = await writer.ordinary()
        await writer.ordinary()
        await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("2")
        await expect(cell(page, "queues", "extensions", "A minute")).to_have_text("2")
        await writer.taken(first)
        await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("1")
        await expect(cell(page, "queues", "extensions", "Taken")).to_have_text("1")
        await expect(page.get_by_test_id("passing")).to_contain_text("taken by Ann")


async def test_a_report_stands_at_the_top_until_somebody_takes_it(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    async with served(embedded_settings) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("0")
        report = await writer.report()
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("1")
        link = page.get_by_test_id("reports").get_by_role("link", name=str(report)[:8])
        await expect(link).to_be_visible()
        lane = await page.get_by_test_id("security").bounding_box()
        queues = await page.get_by_test_id("queues").bounding_box()
        assert lane is not None
        assert queues is not None
        assert lane["y"] + lane["height"] <= queues["y"]
        await writer.taken(report)
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("0")
        await expect(page.get_by_test_id("reports")).to_contain_text("No report waits.")


async def test_a_canary_is_heard_and_does_not_count_as_a_report(
    page: Page, embedded_settings: KafkaSettings, writer: Writer, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("k")
    nowhere: dict[str, Any] = {
        "watch_canary_url": "http://127.0.0.1:9",
        "watch_canary_key_file": tmp_path / "key",
    }
    async with served(embedded_settings, watch_canary_seconds=3, **nowhere) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("canary")).to_have_text("awaited")
        await writer.report(canary=True)
        await expect(page.get_by_test_id("canary")).to_have_text(re.compile(r"ago$"))
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("0")
        await expect(page.get_by_test_id("canary")).to_have_text(re.compile(r"^absent"))
        await expect(page.get_by_test_id("security")).to_have_attribute("data-tone", "bad")


async def test_a_ticket_is_followed_by_its_address_and_says_why_without_its_text(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    ticket = await writer.ordinary()
    async with served(embedded_settings) as address:
        await page.goto(f"{address}/#ticket/{ticket}")
        standing = page.get_by_test_id("ticket-standing")
        await expect(standing).to_have_text("Stands in extensions, revision 1.")
        way = page.get_by_test_id("ticket-way")
        for word in ("submitted", "classified", "entitled", "→ extensions"):
            await expect(way).to_contain_text(word)
        await expect(page.get_by_test_id("ticket-why")).to_contain_text("in the text")
        await expect(page.locator("body")).not_to_contain_text("redirect_uri_mismatch")
        await expect(page.get_by_role("button", name="Show its text")).to_be_hidden()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("ticket")).to_be_hidden()


async def test_its_text_is_shown_where_that_is_allowed_and_asked_for(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    ticket = await writer.ordinary()
    async with served(embedded_settings, watch_show_text=True) as address:
        await page.goto(f"{address}/#ticket/{ticket}")
        await expect(page.get_by_test_id("ticket-standing")).to_contain_text("Stands in")
        await expect(page.locator("body")).not_to_contain_text("redirect_uri_mismatch")
        await page.get_by_role("button", name="Show its text").click()
        await expect(page.get_by_test_id("ticket")).to_contain_text("redirect_uri_mismatch")


async def test_dead_letters_go_back_after_a_dry_run_and_with_the_token(
    page: Page, embedded_settings: KafkaSettings, writer: Writer, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("the-token")
    await writer.letter("broken_json")
    await writer.letter("null_value")
    async with served(embedded_settings, watch_replay_token_file=tmp_path / "token") as address:
        await page.goto(address)
        await page.get_by_role("button", name="Replay broken_json of classifier").click()
        dialog = page.get_by_role("dialog", name="Put dead letters back")
        await expect(dialog).to_be_visible()
        put_back = page.get_by_test_id("replay-go")
        await expect(put_back).to_be_disabled()
        await page.keyboard.type("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("replay-told")).to_contain_text("Wrong token")
        await expect(put_back).to_be_disabled()
        await page.get_by_test_id("replay-token").fill("the-token")
        await page.get_by_test_id("replay-look").click()
        await expect(page.get_by_test_id("replay-told")).to_contain_text("Nothing was written")
        await expect(cell(page, "dead-letters", "classifierbroken", "Lying")).to_have_text("1")
        await put_back.click()
        await expect(page.get_by_test_id("replay-told")).to_contain_text("1 went back.")
        await page.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_be_hidden()
        await expect(cell(page, "dead-letters", "classifierbroken", "Dealt with")).to_have_text("1")
        await expect(cell(page, "dead-letters", "classifiernull", "Lying")).to_have_text("1")


async def test_without_a_token_in_the_settings_no_replay_is_offered(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    await writer.letter()
    async with served(embedded_settings) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("dead-letters")).to_contain_text("broken_json")
        await expect(page.get_by_role("button", name=re.compile("Replay"))).to_have_count(0)


async def test_the_keyboard_filters_every_list_and_the_address_keeps_it(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    await writer.ordinary(Queue.EXTENSIONS)
    await writer.ordinary(Queue.CORE)
    async with served(embedded_settings) as address:
        await page.goto(address)
        rows = page.get_by_test_id("queues").locator("tbody tr:visible")
        await expect(rows).to_have_count(7)
        await page.keyboard.press("/")
        await expect(page.get_by_test_id("filter")).to_be_focused()
        await page.keyboard.type("extensions")
        await expect(rows).to_have_count(1)
        await expect(page).to_have_url(f"{address}/#filter/extensions")
        await page.reload()
        await expect(rows).to_have_count(1)
        await page.get_by_test_id("filter").focus()
        await page.keyboard.press("Escape")
        await expect(rows).to_have_count(7)


async def test_a_ticket_is_reached_by_keyboard_alone_and_focus_stays_while_figures_move(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    report = await writer.report()
    async with served(embedded_settings) as address:
        await page.goto(address)
        link = page.get_by_test_id("reports").get_by_role("link", name=str(report)[:8])
        await link.focus()
        await writer.report()
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("2")
        await expect(link).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{address}/#ticket/{report}")
        await expect(page.get_by_test_id("ticket-standing")).to_contain_text("security")


async def test_a_screen_reader_finds_regions_tables_and_what_is_told(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    await writer.report()
    async with served(embedded_settings) as address:
        await page.goto(address)
        for region in ("Security lane", "Queues", "Stages", "Dead letters", "Consumer groups"):
            await expect(page.get_by_role("region", name=region).first).to_be_visible()
        queues = page.get_by_role("table", name="Queues")
        await expect(queues.get_by_role("columnheader", name="Waiting")).to_be_visible()
        await expect(queues.get_by_role("rowheader", name="extensions")).to_be_visible()
        await expect(page.get_by_role("status").first).to_have_text("Live")
        await expect(page.locator("[aria-live=polite]").first).to_have_text(
            "1 security report waits"
        )
        await expect(page).to_have_title("(1) Triage")
        await expect(page.get_by_role("searchbox", name="Filter all lists")).to_be_visible()
        unnamed = page.locator("button:not([aria-label]):empty, input:not([id]):not([name])")
        await expect(unnamed).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_nothing_runs_out_of_the_page_and_words_can_be_read(
    browser: Browser, embedded_settings: KafkaSettings, writer: Writer, scheme: str
) -> None:
    ticket = await writer.ordinary()
    await writer.report()
    await writer.letter()
    async with served(embedded_settings) as address:
        context = await browser.new_context(
            viewport={"width": 360, "height": 740},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = await context.new_page()
        await page.goto(f"{address}/#ticket/{ticket}")
        await expect(page.get_by_test_id("ticket-standing")).to_contain_text("Stands in")
        await expect(page.get_by_test_id("lane-waiting")).to_have_text("1")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        for selector in ("body", ".lane dt", ".card h2", ".card thead th", ".card a", ".state"):
            assert await contrast(page, selector) >= 4.5, selector
        await context.close()


async def test_what_a_stranger_wrote_is_shown_and_never_run(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    await writer.letter("<img src=x onerror=alert(1)>")
    async with served(embedded_settings) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("dead-letters")).to_contain_text("<img src=x")
        await expect(page.locator("img")).to_have_count(0)
        await page.goto(f"{address}/#ticket/<script>alert(1)<%2Fscript>")
        await expect(page.get_by_test_id("ticket-standing")).to_contain_text(
            "a ticket id is a UUID"
        )
        await expect(page.locator("section script")).to_have_count(0)


@pytest.mark.timeout(180)
async def test_a_frozen_broker_shows_as_stale_and_figures_go_on_by_themselves(
    page: Page, work: Path
) -> None:
    with EmbeddedKafka(fresh_folder(work)) as kafka:
        settings = await provisioned(kafka, "support", partitions=4)
        async with served(settings) as address, writing(settings) as writer:
            await writer.ordinary()
            await page.goto(address)
            await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("1")
            kafka.pause()
            stale = page.get_by_test_id("stale")
            await expect(stale).to_contain_text("Kafka is away.", timeout=60_000)
            await expect(page.get_by_test_id("state")).to_have_text("Stale")
            kafka.resume()
            await expect(stale).to_be_hidden(timeout=60_000)
            await writer.ordinary()
            await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("2")


async def test_a_watch_that_went_away_shows_as_stale_and_the_page_finds_the_next_one(
    page: Page, embedded_settings: KafkaSettings, writer: Writer
) -> None:
    async with served(embedded_settings) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("state")).to_have_text("Live")
    stale = page.get_by_test_id("stale")
    await expect(stale).to_contain_text("Watch does not answer.")
    await writer.ordinary()
    port = int(address.rsplit(":", 1)[1])
    async with served(embedded_settings, port=port):
        await expect(stale).to_be_hidden()
        await expect(cell(page, "queues", "extensions", "Waiting")).to_have_text("1")


@pytest.mark.timeout(240)
async def test_a_ticket_is_followed_from_its_submission_into_its_queue(
    page: Page, embedded_stack: RunningStack
) -> None:
    await page.goto(embedded_stack.watch)
    await expect(page.get_by_test_id("state")).to_have_text("Live")
    async with httpx.AsyncClient() as client:
        reply = await client.post(
            f"{embedded_stack.intake}/v1/tickets",
            headers={"authorization": f"Bearer {embedded_stack.keys['help-desk']}"},
            json={
                "subject": "Invoice logo",
                "body": "Where do I set the logo on my invoices?",
                "external_id": "browser-1",
            },
            timeout=20.0,
        )
    ticket = reply.json()["ticket_id"]
    await page.get_by_test_id("find").fill(ticket)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("ticket-standing")).to_contain_text(
        "Stands in", timeout=60_000
    )
    for word in ("submitted", "classified", "entitled", "→"):
        await expect(page.get_by_test_id("ticket-way")).to_contain_text(word)
    await expect(page.get_by_test_id("ticket-why")).to_contain_text("jetpack-crm")


async def contrast(page: Page, selector: str) -> float:
    """The contrast of an element's words with what is behind them, after WCAG."""
    found = await page.evaluate(
        """(selector) => {
          const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          const light = (rgb) => {
            const [r, g, b] = rgb.match(/[\\d.]+/g).slice(0, 3).map(Number).map(channel);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const element = document.querySelector(selector);
          let behind = element;
          while (/, 0\\)$/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
          const [a, b] = [light(getComputedStyle(element).color),
            light(getComputedStyle(behind).backgroundColor)].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        }""",
        selector,
    )
    return float(found)
