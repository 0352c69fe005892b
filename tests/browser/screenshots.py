"""Makes the README's pictures: `python -m tests.browser.screenshots`, about three minutes.

The whole pipeline on this machine, the sample through it, people who take most of what came, and
then tickets one by one, so that something moves.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import orjson
from playwright.async_api import Browser, ViewportSize, expect

from deploy import sample
from deploy.commands._demo_play import Play, play
from deploy.commands.demo import on_this_machine
from deploy.commands.up import work_folder
from deploy.local import kafka, postgres
from deploy.local.stack import RunningStack, running_stack
from tests.browser.chromium import started
from tests.browser.topics import Writer, writing

FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
SEED = 7
SAMPLE = Path(sample.__file__).parent / "tickets.jsonl"
TRICKLE_SECONDS = 125.0
"""Longer than the little graphs reach back, so that the sample's burst is out of them."""
LEFT_WAITING = 3
PEOPLE = ["Ann", "Ben", "Dana"]
DESK = ViewportSize(width=1360, height=900)
PHONE = ViewportSize(width=390, height=844)


async def make(stack: RunningStack) -> None:
    target = on_this_machine(stack)
    await play(target, Play(datetime.now(UTC)))
    async with httpx.AsyncClient(timeout=20.0) as client, writing(target.settings) as writer:
        chance = Random(SEED)
        shown = await _trickle(client, stack, chance)
        await _take_most(client, stack, writer, chance)
    async with started() as browser:
        await _picture(browser, stack.watch, "page", DESK, whole=True)
        await _picture(browser, stack.watch, "page-dark", DESK, dark=True, whole=True)
        await _picture(browser, stack.watch, "page-phone", PHONE)
        await _picture(browser, f"{stack.watch}/#ticket/{shown}", "ticket", DESK)


async def _take_most(
    client: httpx.AsyncClient, stack: RunningStack, writer: Writer, chance: Random
) -> None:
    """Leave a few reports to wait, and take some of what came last in other queues."""
    for row in (await client.get(f"{stack.watch}/api/passing")).json()["passing"]:
        if row["queue"] not in {None, "security"} and chance.random() < 0.6:
            await writer.taken(UUID(row["ticket_id"]), chance.choice(PEOPLE))
    while True:
        lane = (await client.get(f"{stack.watch}/api/security")).json()["security"]
        if lane["waiting"] <= LEFT_WAITING:
            return
        for report in lane["reports"][: lane["waiting"] - LEFT_WAITING]:
            await writer.taken(UUID(report["ticket_id"]), chance.choice(PEOPLE))
        await asyncio.sleep(1.0)


async def _trickle(client: httpx.AsyncClient, stack: RunningStack, chance: Random) -> str:
    """The sample's tickets again, one by one, under names of their own; one that was covered."""
    lines = (SAMPLE).read_text(encoding="utf-8").splitlines()
    tickets = [orjson.loads(line)["submission"] for line in lines]
    loop = asyncio.get_running_loop()
    end, number, shown = loop.time() + TRICKLE_SECONDS, 0, ""
    while loop.time() < end:
        number += 1
        ticket = chance.choice(tickets) | {"external_id": f"trickle-{number}"}
        ticket.pop("sent_at", None)
        await client.post(
            f"{stack.intake}/v1/tickets",
            json=ticket,
            headers={"authorization": f"Bearer {stack.keys['help-desk']}"},
        )
        await asyncio.sleep(chance.expovariate(2.5))
        passing = (await client.get(f"{stack.watch}/api/passing")).json()["passing"]
        covered = [p["ticket_id"] for p in passing if p["queue"] == "extensions"]
        shown = covered[0] if covered else shown
    return shown


async def _picture(
    browser: Browser,
    address: str,
    name: str,
    size: ViewportSize,
    *,
    dark: bool = False,
    whole: bool = False,
) -> None:
    context = await browser.new_context(
        viewport=size,
        color_scheme="dark" if dark else "light",
        device_scale_factor=2 if size is PHONE else 1,
    )
    page = await context.new_page()
    await page.goto(address)
    await expect(page.get_by_test_id("state")).to_have_text("Live", timeout=20_000)
    if "#ticket/" in address:
        await expect(page.get_by_test_id("ticket-standing")).to_contain_text("Stands in")
    await page.wait_for_timeout(1200)  # one more look at the figures
    await page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
    await context.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    given = os.environ | {"WATCH_CANARY_SECONDS": "10"}
    with work_folder() as work:
        servers = (
            kafka.choose_kafka(work, kafka.BROUGHT_ALONG, os.environ),
            postgres.choose_postgres(work, postgres.BROUGHT_ALONG, os.environ),
        )
        with running_stack(work, *servers, given=given) as stack:
            asyncio.run(make(stack))
    sys.stderr.write(f"pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
