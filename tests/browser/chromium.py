"""Where does Chromium come from, and how is it started? The system's own, never a download."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
LACKS = "no Chromium on the PATH; on Debian: apt-get install chromium"


def chromium() -> str | None:
    """Its path, if the machine has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    """A Chromium without a window; as root it can't have its own sandbox."""
    path = chromium()
    if path is None:
        raise RuntimeError(LACKS)
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=alone)
        try:
            yield browser
        finally:
            await browser.close()
