"""How are tickets and figures asked for? The page, its stream, a JSON twin of each view, probes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from aiokafka.errors import KafkaError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.watch.dead_letters.from_the_page import PuttingBack
from services.watch.reading import Json, is_ticket_id
from services.watch.replies import Guarded, answer, problem, raw
from services.watch.timeline import Timeline

PAGE = Path(__file__).parent / "page"
UNSEEN_SECONDS = 1.0
"""How long a ticket that was accepted a moment ago may take to be seen."""
EVERY_SECONDS = 1.0
"""How often the stream tells the figures."""
MOST_VIEWERS = 200
AWAY = "the topics could not be read; try again"


class Watching(Protocol):
    """What the routes ask."""

    @property
    def shows_text(self) -> bool: ...
    @property
    def putting_back(self) -> PuttingBack: ...
    def overview(self) -> Mapping[str, object]: ...
    def overview_json(self) -> bytes: ...
    def show_metrics(self) -> None: ...
    def remembered(self, ticket_id: str) -> Timeline: ...
    def remembers_all(self) -> bool: ...
    async def looked_up(self, ticket_id: str) -> Timeline: ...
    async def explained(self, told: Timeline, *, with_text: bool) -> dict[str, Json] | None: ...
    def not_ready(self) -> list[str]: ...
    def stuck(self) -> list[str]: ...


def make_app(
    watching: Watching,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """The ASGI app; `lifespan` runs the tail beside it."""
    routes = Routes(watching)
    return Starlette(
        routes=[
            Route("/tickets/{ticket_id}", routes.ticket),
            Route("/api/tickets/{ticket_id}", routes.explained_ticket),
            Route("/api/replay", routes.replay, methods=["POST"]),
            Route("/api/events", routes.events),
            Route("/api/overview", routes.overview),
            Route("/api/{view}", routes.view),
            Route("/livez", routes.livez),
            Route("/readyz", routes.readyz),
            Route("/metrics", routes.metrics),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ],
        middleware=[Middleware(Guarded)],
        lifespan=lifespan,
    )


class Routes:
    """One method per address."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._lookups = asyncio.Semaphore(2)
        self._viewers = 0

    async def ticket(self, request: Request) -> Response:
        """A ticket's timeline; 404 where no topic tells of it, 503 where that is not known."""
        found = await self._asked_for(request)
        return found if isinstance(found, Response) else answer(found.document())

    async def explained_ticket(self, request: Request) -> Response:
        """The timeline with why it stands there; its text on request, where that is allowed."""
        with_text = request.query_params.get("text") == "true"
        if with_text and not self._watching.shows_text:
            return problem(403, "Text is not shown", "WATCH_SHOW_TEXT is off")
        found = await self._asked_for(request)
        if isinstance(found, Response):
            return found
        try:
            async with self._lookups:
                why = await self._watching.explained(found, with_text=with_text)
        except (KafkaError, OSError, TimeoutError):
            return problem(503, "Can't look", AWAY)
        told = {"explanation": why, "text_available": self._watching.shows_text}
        return answer(found.document() | told)

    async def _asked_for(self, request: Request) -> Timeline | Response:
        ticket_id = request.path_params["ticket_id"].lower()
        if not is_ticket_id(ticket_id):
            return problem(404, "No such ticket", "a ticket id is a UUID")
        try:
            found = await self._found(ticket_id)
        except (KafkaError, OSError, TimeoutError):
            return problem(503, "Can't look", AWAY)
        if not found.known:
            return problem(404, "No such ticket", "no record on the topics tells of it")
        return found

    async def _found(self, ticket_id: str) -> Timeline:
        deadline = asyncio.get_running_loop().time() + UNSEEN_SECONDS
        while not (found := self._watching.remembered(ticket_id)).known:
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.05)
        if (found.known and found.stages) or self._watching.remembers_all():
            return found
        async with self._lookups:
            return await self._watching.looked_up(ticket_id)

    async def replay(self, request: Request) -> Response:
        return await self._watching.putting_back(request)

    async def overview(self, _request: Request) -> Response:
        return raw(self._watching.overview_json())

    async def view(self, request: Request) -> Response:
        """One view of the overview, with what says how fresh it is."""
        name = request.path_params["view"].replace("-", "_")
        overview = self._watching.overview()
        if name not in overview:
            return problem(404, "No such view", "views are " + ", ".join(sorted(overview)))
        fresh = {key: overview.get(key) for key in ("at", "as_of", "state", "stale", "complete")}
        return answer(fresh | {name: overview[name]})

    async def events(self, _request: Request) -> Response:
        """The overview once a second, as server-sent events."""
        if self._viewers >= MOST_VIEWERS:
            return problem(503, "Too many viewers", "ask /api/overview instead")
        return EventSourceResponse(
            self.figures(), ping=15, send_timeout=10, headers={"cache-control": "no-store"}
        )

    async def figures(self) -> AsyncIterator[ServerSentEvent]:
        self._viewers += 1
        try:
            while True:
                data = self._watching.overview_json().decode()
                yield ServerSentEvent(data=data, event="overview", retry=1000)
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            self._viewers -= 1

    async def livez(self, _request: Request) -> Response:
        return _probe(self._watching.stuck())

    async def readyz(self, _request: Request) -> Response:
        return _probe(self._watching.stuck() + self._watching.not_ready())

    async def metrics(self, _request: Request) -> Response:
        self._watching.show_metrics()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _probe(reasons: list[str]) -> Response:
    return answer({"ok": not reasons, "reasons": reasons}, 200 if not reasons else 503)
