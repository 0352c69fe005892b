"""How is watch served to a browser? On a port of its own, within the test's process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from services.watch.app import Watch
from services.watch.settings import Settings
from shared.process import listen
from shared.settings import KafkaSettings


@asynccontextmanager
async def served(settings: KafkaSettings, port: int = 0, **more: Any) -> AsyncIterator[str]:
    """Watch on these topics, at the address that is yielded."""
    quick = {"watch_lag_seconds": 0.5}
    fields: dict[str, Any] = settings.model_dump() | quick | more
    sock = listen("127.0.0.1", port)
    app = Watch(Settings(**fields)).app()
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait({serving}, timeout=15.0)
        sock.close()
