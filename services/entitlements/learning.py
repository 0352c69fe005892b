"""Which provisional answers turn out better, now that the feed has passed their moment?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.entitlements.coverage import better
from services.entitlements.handlers import Asked, Entitling, entitled, keys_of
from services.entitlements.store import Known, Provisional
from shared.contracts import Cause, Classified
from shared.envelope import Outgoing
from shared.failures import is_transient

log = structlog.get_logger()
BATCH = 500
LEASE_SECONDS = 60.0
"""How long a sibling leaves a batch alone; a process that dies lets go of it after this."""
ROUND_SECONDS = 5.0
"""How soon a heartbeat is noticed that another replica stored."""


class Publishing(Protocol):
    """Writes records and returns when they are acknowledged; the engine's Publisher does."""

    async def publish(self, records: Sequence[Outgoing]) -> int: ...


@dataclass(frozen=True, slots=True)
class Learning:
    """Judges every provisional answer once more, upwards only, in batches."""

    entitling: Entitling

    async def run(self, publisher: Publishing) -> None:
        """Until cancelled. What is cut off is done again later, under the same event ids."""
        away = False
        while True:
            self.entitling.heard.clear()
            try:
                while await self.round(publisher):
                    pass
                away = False
            except Exception as error:
                if not is_transient(error):
                    raise
                if not away:
                    log.warning("learning.waits", error=type(error).__name__)
                away = True
            await self._rest()

    async def round(self, publisher: Publishing) -> int:
        """One batch: judged, published, acknowledged, forgotten; returns how many were due."""
        store, sources = self.entitling.store, self.entitling.sources
        reached = (await store.load((), sources)).complete_until
        if reached is None:
            return 0
        due = await store.due(reached, BATCH, LEASE_SECONDS)
        if not due:
            return 0
        tickets = [Asked.of(Classified.model_validate_json(waiting.classified)) for waiting in due]
        known = await store.load(keys_of(tickets), sources)
        better_answers = self._better(due, tickets, known)
        await publisher.publish(better_answers)
        await store.forget([waiting.ticket for waiting in due])
        log.info("learning.done", judged=len(due), better=len(better_answers))
        return len(due)

    def _better(
        self, due: Sequence[Provisional], tickets: Sequence[Asked], known: Known
    ) -> list[Outgoing]:
        records = []
        for waiting, asked in zip(due, tickets, strict=True):
            answer = self.entitling.judged(asked, known)
            if better(answer.status, than=waiting.status):
                cause = Cause.FACTS_LEARNED
                records.append(entitled(self.entitling, asked.ticket, answer, cause=cause))
        return records

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self.entitling.heard.wait(), ROUND_SECONDS)
        except TimeoutError:
            return
