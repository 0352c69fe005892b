"""Who sends the canaries? Watch, as anybody would: through intake, with a key marked for it.

Intake marks what comes with that key, so nobody else's ticket can pass for a canary, and every
topic keeps its one writer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx
import structlog

from services.watch import metrics
from services.watch.settings import secret

log = structlog.get_logger()
ANSWER_SECONDS = 10.0
SOON_SECONDS = 5.0
"""A canary that intake did not take is followed by another this soon."""
SUBJECT = "Canary: security vulnerability report"
BODY = (
    "A probe of the security lane, no customer's ticket. I found a SQL injection vulnerability in "
    "the client portal: an unauthenticated attacker can read the invoices of other customers."
)


class Singer:
    """Hands in a canary every `every_seconds`."""

    def __init__(self, url: str, key_file: Path, every_seconds: float) -> None:
        self._url = url.rstrip("/") + "/v1/tickets"
        self._key_file = key_file
        self._every = every_seconds

    async def run(self) -> None:
        """Until cancelled. Failures are told; that canaries are absent shows in the lane itself."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, follow_redirects=False) as client:
            while True:
                taken = await self.sing(client)
                await asyncio.sleep(self._every if taken else min(self._every, SOON_SECONDS))

    async def sing(self, client: httpx.AsyncClient) -> bool:
        """One canary; False where intake did not take it."""
        body = {"subject": SUBJECT, "body": BODY, "external_id": f"canary-{uuid4()}"}
        try:
            headers = {"authorization": f"Bearer {secret(self._key_file)}"}
            reply = await client.post(self._url, json=body, headers=headers)
        except (httpx.HTTPError, ValueError) as error:
            return _lost(type(error).__name__)
        if reply.status_code != 202:
            return _lost(f"status {reply.status_code}")
        metrics.CANARIES.labels("taken").inc()
        return True


def _lost(why: str) -> bool:
    metrics.CANARIES.labels("lost").inc()
    log.error("canary.not_taken", why=why)
    return False
