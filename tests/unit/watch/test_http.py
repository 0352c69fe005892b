"""What watch answers, with the topics played by hand."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from aiokafka.errors import KafkaConnectionError

from services.watch import http
from services.watch.dead_letters.from_the_page import PuttingBack
from services.watch.reading import Json
from services.watch.timeline import Timeline, timeline
from tests.unit.watch.test_timeline import ONE, ORDINARY


async def _never(_wish: object) -> Any:
    raise AssertionError("nothing is put back here")


class FakeWatching:
    """Remembers or finds what the test says."""

    def __init__(
        self,
        remembered: Timeline | None = None,
        found: Timeline | Exception | None = None,
        *,
        remembers_all: bool = False,
        reasons: tuple[str, ...] = (),
        shows_text: bool = False,
    ) -> None:
        self.shows_text = shows_text
        self.putting_back = PuttingBack(None, _never, _never)
        nothing = timeline(ONE, [])
        self._remembered = remembered or nothing
        self._found = found or nothing
        self._all = remembers_all
        self._reasons = reasons
        self.lookups = 0

    def overview(self) -> dict[str, object]:
        return {"stale": True, "queues": [{"queue": "core"}], "dead_letters": []}

    def overview_json(self) -> bytes:
        return orjson.dumps(self.overview())

    def show_metrics(self) -> None:
        pass

    async def explained(self, told: Timeline, *, with_text: bool) -> dict[str, Json] | None:
        return {"queue": told.queue, "with_text": with_text}

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
    for asset in ("", "page.js", "tables.js", "ticket.js", "replay.js", "words.js", "style.css"):
        page = await ask(FakeWatching(), f"/{asset}")
        assert page.status_code == 200
        assert "https://" not in page.text
        assert "http://" not in page.text.replace("http://www.w3.org/2000/svg", "")


async def test_the_page_runs_its_own_files_alone_and_makes_no_markup_of_data() -> None:
    for path in ("/", "/api/overview", "/tickets/x"):
        policy = (await ask(FakeWatching(), path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy


async def test_each_view_has_a_json_twin_that_says_how_fresh_it_is() -> None:
    told = (await ask(FakeWatching(), "/api/queues")).json()
    assert (told["stale"], told["queues"]) == (True, [{"queue": "core"}])
    assert (await ask(FakeWatching(), "/api/dead-letters")).json()["dead_letters"] == []
    unknown = await ask(FakeWatching(), "/api/tea")
    assert (unknown.status_code, "queues" in unknown.json()["detail"]) == (404, True)


async def test_a_ticket_is_explained_and_its_text_is_told_only_where_that_is_allowed() -> None:
    told = (await ask(FakeWatching(timeline(ONE, ORDINARY)), f"/api/tickets/{ONE}")).json()
    assert told["explanation"] == {"queue": "core", "with_text": False}
    assert not told["text_available"]
    refused = await ask(FakeWatching(timeline(ONE, ORDINARY)), f"/api/tickets/{ONE}?text=true")
    assert refused.status_code == 403
    allowed = FakeWatching(timeline(ONE, ORDINARY), shows_text=True)
    told = (await ask(allowed, f"/api/tickets/{ONE}?text=true")).json()
    assert told["explanation"]["with_text"]


async def test_the_stream_tells_the_overview_and_counts_its_viewers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "EVERY_SECONDS", 0.0)
    routes = http.Routes(FakeWatching())
    stream = routes.figures()
    for _ in range(2):
        event = await anext(stream)
        assert orjson.loads(str(event.data))["stale"] is True
        assert event.event == "overview"
    monkeypatch.setattr(http, "MOST_VIEWERS", 1)
    refused = await routes.events(None)  # type: ignore[arg-type]
    assert refused.status_code == 503
    await stream.aclose()  # type: ignore[attr-defined]
    assert (await routes.events(None)).status_code == 200  # type: ignore[arg-type]


async def test_the_figures_and_the_metrics_are_served() -> None:
    assert (await ask(FakeWatching(), "/api/overview")).json()["stale"] is True
    assert "# HELP" in (await ask(FakeWatching(), "/metrics")).text
