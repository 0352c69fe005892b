"""What is attacked? One intake process on the embedded broker, watched during every test."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
import yaml
from standardwebhooks.webhooks import Webhook

from deploy.local.embedded_broker import PARTITIONS
from deploy.local.keys import write_keys
from deploy.local.server import Server
from tests.attack.wire import PATIENCE, Answer, head, wire
from tests.support.intake import environment_of, intake
from tests.support.servers import fresh_folder, provisioned
from tests.support.waiting import eventually

SECRET = "whsec_" + "dGhlIHNlY3JldCB0aGF0IG5vYm9keSBtYXkgcmVhZA=="
TEXT = "Quetzalcoatl asks about invoices"
"""Stands in the tickets of these tests, and must stand in no log."""
TICKET = json.dumps({"body": TEXT}).encode()
WAIT_SECONDS = 2
"""How long intake waits for a head or a body in these tests."""
CONNECTIONS = 1100
EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "25"))
"""How many inputs a fuzzer tries for each claim; more for a longer run."""
Headers = list[tuple[str, str]]
Figures = list[str]
_measured: Figures = []


@dataclass(frozen=True, slots=True)
class Target:
    """The intake process under attack."""

    address: tuple[str, int]
    pid: int
    log: Path
    key: str

    def trusted(self, body: bytes, *more: tuple[str, str]) -> Headers:
        """Headers of a ticket that is in order."""
        length = ("Content-Length", str(len(body)))
        return [self.authorization, ("Content-Type", "application/json"), length, *more]

    @property
    def authorization(self) -> tuple[str, str]:
        return ("Authorization", f"Bearer {self.key}")

    def signed(self, body: bytes, id_: str, at: datetime | None = None) -> Headers:
        """Headers of a webhook that is in order, if `at` is now."""
        at = at or datetime.now(UTC)
        signature = Webhook(SECRET).sign(id_, at, body.decode())
        return [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("webhook-id", id_),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", signature),
        ]

    async def hears(self, *pieces: bytes, seconds: float = PATIENCE) -> Answer | None:
        """The first answer to these bytes."""
        async with wire(self.address) as line:
            await line.say(*pieces)
            return await line.answer(seconds)

    async def takes(self, ticket: bytes = TICKET) -> Answer | None:
        """What an honest caller hears."""
        return await self.hears(head(headers=self.trusted(ticket)) + ticket)

    def megabytes(self) -> float:
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def said(self) -> str:
        return self.log.read_text()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def process(embedded_kafka: Server, work: Path) -> AsyncIterator[Target]:
    """One process for all attacks: what one leaves behind, the next would notice."""
    folder = fresh_folder(work)
    settings = await provisioned(embedded_kafka, "attack", partitions=PARTITIONS)
    keys = write_keys(folder / "keys")
    sources = yaml.safe_load(keys.sources_file.read_text())
    sources["sources"]["shop"] = {"webhook_secret_files": ["shop.secret"]}
    keys.sources_file.write_text(yaml.safe_dump(sources))
    (folder / "keys" / "shop.secret").write_text(SECRET)
    given = environment_of(settings) | {
        "INTAKE_HEAD_SECONDS": str(WAIT_SECONDS),
        "INTAKE_BODY_SECONDS": str(WAIT_SECONDS),
        "INTAKE_CONNECTIONS": str(CONNECTIONS),
        "INTAKE_ACK_SECONDS": "20",
    }
    async with intake("http", given, keys, folder) as running:
        await eventually(running.ready, 60)
        host, _, port = running.url.removeprefix("http://").rpartition(":")
        yield Target(
            (host, int(port)), running.process.pid, running.log, keys.api_keys["help-desk"]
        )


@pytest.fixture
def target(process: Target) -> Iterator[Target]:
    """The process; afterwards it still runs, and its log has no error, no secret and no text."""
    before = len(process.said())
    yield process
    os.kill(process.pid, 0)
    said = process.said()
    assert '"level":"error"' not in said[before:]
    for private in (TEXT, process.key, SECRET.removeprefix("whsec_"), "Traceback"):
        assert private not in said


@pytest.fixture
def figures() -> Figures:
    """What a test measured, to be told at the end of the run."""
    return _measured


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _measured:
        terminalreporter.section("measured under attack")
        for line in _measured:
            terminalreporter.line(line)
