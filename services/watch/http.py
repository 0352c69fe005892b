"""How are tickets and figures asked for? `GET /tickets/{id}`, `/api/overview`, the page, probes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import orjson
from aiokafka.errors import KafkaError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.watch.reading import is_ticket_id
from services.watch.timeline import Timeline

PAGE = Path(__file__).parent / "page"
PROBLEM = "application/problem+json"
UNSEEN_SECONDS = 1.0
"""How long a ticket that was accepted a moment ago may take to be seen."""


class Watching(Protocol):
    """What the routes ask."""

    def overview(self) -> dict[str, object]: ...
    def remembered(self, ticket_id: str) -> Timeline: ...
    def remembers_all(self) -> bool: ...
    async def looked_up(self, ticket_id: str) -> Timeline: ...
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
            Route("/api/overview", routes.overview),
            Route("/livez", routes.livez),
            Route("/readyz", routes.readyz),
            Route("/metrics", routes.metrics),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ],
        lifespan=lifespan,
    )


class Routes:
    """One method per address."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._lookups = asyncio.Semaphore(2)

    async def ticket(self, request: Request) -> Response:
        """A ticket's timeline; 404 where no topic tells of it, 503 where that is not known."""
        ticket_id = request.path_params["ticket_id"].lower()
        if not is_ticket_id(ticket_id):
            return problem(404, "No such ticket", "a ticket id is a UUID")
        try:
            found = await self._found(ticket_id)
        except (KafkaError, OSError, TimeoutError):
            return problem(503, "Can't look", "the topics could not be read; try again")
        if not found.known:
            return problem(404, "No such ticket", "no record on the topics tells of it")
        return answer(found.document())

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

    async def overview(self, _request: Request) -> Response:
        return answer(self._watching.overview())

    async def livez(self, _request: Request) -> Response:
        return _probe(self._watching.stuck())

    async def readyz(self, _request: Request) -> Response:
        return _probe(self._watching.stuck() + self._watching.not_ready())

    async def metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def answer(document: object, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(orjson.dumps(document), status, headers, "application/json")


def problem(status: int, title: str, detail: str) -> Response:
    """An error after RFC 9457."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    headers = {"retry-after": "5"} if status == 503 else {}
    return Response(body, status, headers, PROBLEM)


def _probe(reasons: list[str]) -> Response:
    return answer({"ok": not reasons, "reasons": reasons}, 200 if not reasons else 503)
