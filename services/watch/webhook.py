"""How are people called? A signed webhook after Standard Webhooks, tried until it is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import httpx
import orjson
import structlog
from standardwebhooks.webhooks import Webhook

from services.watch import metrics
from services.watch.escalation import Call, due
from services.watch.standing import Message

log = structlog.get_logger()
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 10.0
LONGEST_PAUSE = 60.0
Waiting = Callable[[], Sequence[Message] | None]
"""The reports that wait; None while that is not known."""


class Caller:
    """Calls one address. `called`: by message id, the last call that was heard."""

    def __init__(self, url: str, secret: Webhook, after_seconds: float, waiting: Waiting) -> None:
        self.called: dict[str, int] = {}
        self._url = url
        self._secret = secret
        self._after = after_seconds
        self._waiting = waiting

    async def run(self) -> None:
        """Until cancelled; who does not answer is tried again, ever less often."""
        pause = LOOK_SECONDS
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, follow_redirects=False) as client:
            while True:
                heard = await self.look(client, datetime.now(UTC))
                pause = LOOK_SECONDS if heard else min(LONGEST_PAUSE, 2 * pause)
                await asyncio.sleep(pause)

    async def look(self, client: httpx.AsyncClient, now: datetime) -> bool:
        """Make the calls that are due; False where one was not heard, the others then wait."""
        waiting = self._waiting()
        if waiting is None:
            return True
        names = {message.name for message in waiting}
        self.called = {name: times for name, times in self.called.items() if name in names}
        for call in due(waiting, now, self._after, self.called):
            if not await self._make(client, call, now, len(waiting)):
                return False
            self.called[call.message.name] = call.times
        return True

    async def _make(
        self, client: httpx.AsyncClient, call: Call, now: datetime, waiting: int
    ) -> bool:
        body = orjson.dumps(call.document(now, waiting))
        headers = {
            "content-type": "application/json",
            "webhook-id": call.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._secret.sign(call.id, now, body.decode()),
        }
        try:
            reply = await client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return _unheard(call, type(error).__name__)
        if not reply.is_success:
            return _unheard(call, f"status {reply.status_code}")
        metrics.CALLS.labels("heard").inc()
        log.warning("report.escalated", ticket_id=call.message.ticket_id, times=call.times)
        return True


def _unheard(call: Call, why: str) -> bool:
    metrics.CALLS.labels("unheard").inc()
    log.error("report.call_unheard", ticket_id=call.message.ticket_id, times=call.times, why=why)
    return False
