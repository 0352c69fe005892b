"""Is this process alive, is it ready, how does it do? `/livez`, `/readyz`, `/metrics`."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from faststream.asgi import AsgiResponse, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Reasons = Callable[[], list[str]]


def probe_routes(stuck: Reasons, not_ready: Reasons) -> list[tuple[str, object]]:
    """The three routes. `stuck`: why to end the process; `not_ready`: what it waits for."""

    @get
    async def livez(_scope: object) -> AsgiResponse:
        return _answer(stuck())

    @get
    async def readyz(_scope: object) -> AsgiResponse:
        return _answer(stuck() + not_ready())

    @get
    async def metrics(_scope: object) -> AsgiResponse:
        return AsgiResponse(generate_latest(), 200, headers={"content-type": CONTENT_TYPE_LATEST})

    return [("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)]


def _answer(reasons: list[str]) -> AsgiResponse:
    body = orjson.dumps({"ok": not reasons, "reasons": reasons})
    return AsgiResponse(
        body, 200 if not reasons else 503, headers={"content-type": "application/json"}
    )
