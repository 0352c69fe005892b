"""What watch answers, with the topics played by hand."""

from __future__ import annotations

import httpx
import pytest
from aiokafka.errors import KafkaConnectionError

from services.watch import http
from services.watch.timeline import Timeline, timeline
from tests.unit.watch.test_timeline import ONE, ORDINARY


class FakeWatching:
    """Remembers or finds what the test says."""

    def __init__(
        self,
        remembered: Timeline | None = None,
        found: Timeline | Exception | None = None,
        *,
        remembers_all: bool = False,
        reasons: tuple[str, ...] = (),
    ) -> None:
        nothing = timeline(ONE, [])
        self._remembered = remembered or nothing
        self._found = found or nothing
        self._all = remembers_all
        self._reasons = reasons
        self.lookups = 0

    def overview(self) -> dict[str, object]:
        return {"stale": True}

    def remembered(self, _ticket_id: str) -> Timeline:
        return self._remembered

    def remembers_all(self) -> bool:
        return self._all

    async def looked_up(self, _ticket_id: str) -> Timeline:
        self.lookups += 1
        if isinstance(self._found, Exception):
            raise self._found
        return self._found

    def not_ready(self) -> list[str]:
        return list(self._reasons)

    def stuck(self) -> list[str]:
        return []


async def ask(watching: FakeWatching, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(http.make_app(watching))
    async with httpx.AsyncClient(transport=transport, base_url="http://watch") as client:
        return await client.get(path)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "UNSEEN_SECONDS", 0.0)


async def test_a_remembered_ticket_is_told_without_looking() -> None:
    watching = FakeWatching(timeline(ONE, ORDINARY))
    told = (await ask(watching, f"/tickets/{ONE.upper()}")).json()
    assert (told["ticket_id"], told["queue"], told["revision"]) == (ONE, "core", 1)
    assert set(told["stages"][0]) >= {"stage", "topic", "partition", "offset", "at"}
    assert told["parked"] == []
    assert watching.lookups == 0


async def test_a_forgotten_ticket_is_looked_up() -> None:
    watching = FakeWatching(found=timeline(ONE, ORDINARY))
    assert (await ask(watching, f"/tickets/{ONE}")).json()["queue"] == "core"


@pytest.mark.parametrize("remembers_all", [True, False])
async def test_a_ticket_that_nobody_saw_is_404(*, remembers_all: bool) -> None:
    watching = FakeWatching(remembers_all=remembers_all)
    reply = await ask(watching, f"/tickets/{ONE}")
    assert (reply.status_code, reply.json()["status"]) == (404, 404)
    assert reply.headers["content-type"] == "application/problem+json"
    assert watching.lookups == (0 if remembers_all else 1)


async def test_what_is_no_ticket_id_is_404_and_nothing_is_read() -> None:
    watching = FakeWatching()
    assert (await ask(watching, "/tickets/4711")).status_code == 404
    assert watching.lookups == 0


@pytest.mark.parametrize("error", [KafkaConnectionError("away"), TimeoutError()])
async def test_topics_that_can_not_be_read_are_503_not_404(error: Exception) -> None:
    reply = await ask(FakeWatching(found=error), f"/tickets/{ONE}")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


async def test_readiness_says_what_it_waits_for_and_life_does_not_depend_on_it() -> None:
    watching = FakeWatching(reasons=("Kafka is away",))
    ready = await ask(watching, "/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["Kafka is away"])
    assert (await ask(watching, "/livez")).status_code == 200


async def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = await ask(FakeWatching(), "/")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!doctype", "")
    for asset in ("page.js", "style.css"):
        assert (await ask(FakeWatching(), f"/{asset}")).status_code == 200


async def test_the_figures_and_the_metrics_are_served() -> None:
    assert (await ask(FakeWatching(), "/api/overview")).json() == {"stale": True}
    assert "# HELP" in (await ask(FakeWatching(), "/metrics")).text
