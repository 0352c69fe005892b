"""What does the licence system send while things fail? New versions, out of order and twice."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.chaos.evidence import Fact
from tests.chaos.target import HEARTBEAT, LICENCE, as_json, cloud_event
from tests.chaos.texts import sample_facts
from tests.chaos.writer import Writer

BILLING = "billing"
HEARTBEAT_SECONDS = 1.0
FACT_SECONDS = 1.5


class Feed:
    """Licence facts and heartbeats; what was sent stands in `facts`."""

    def __init__(self, writer: Writer, dice: Random) -> None:
        self.facts: list[Fact] = []
        self._writer = writer
        self._dice = dice
        self._newest: dict[str, dict[str, Any]] = {}
        self._over = False

    async def begin(self) -> None:
        """The facts of the sample, complete until now."""
        for fact in sample_facts(datetime.now(UTC)):
            self._newest[fact["licence_id"]] = fact
            await self._publish(fact)
        await self._publish_heartbeat()

    async def run(self) -> None:
        """Changes and heartbeats until `end`; what was begun is finished."""
        await asyncio.gather(self._beat(), self._change())

    def end(self) -> None:
        self._over = True

    async def _beat(self) -> None:
        """The feed says that it is complete, again and again."""
        while not self._over:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._publish_heartbeat()

    async def _change(self) -> None:
        """Licences get new versions: in order, in reverse, or the same one twice."""
        while not self._over:
            await asyncio.sleep(self._dice.expovariate(1 / FACT_SECONDS))
            fact = self._newest[self._dice.choice(sorted(self._newest))]
            changes = [
                {
                    **fact,
                    "version": fact["version"] + step,
                    "effective_at": datetime.now(UTC).isoformat(),
                    "disputed": bool(self._dice.getrandbits(1)),
                }
                for step in (1, 2)
            ]
            self._newest[fact["licence_id"]] = changes[-1]
            self._dice.shuffle(changes)
            for change in (*changes, changes[0]):
                await self._publish(change)

    async def _publish(self, fact: dict[str, Any]) -> None:
        content = json.dumps(fact, sort_keys=True)
        self.facts.append(Fact(fact["licence_id"], fact["version"], content))
        headers = cloud_event(LICENCE, BILLING)
        await self._writer.send("licences", fact["licence_id"], as_json(fact), headers)

    async def _publish_heartbeat(self) -> None:
        data = {"complete_until": datetime.now(UTC).isoformat()}
        headers = cloud_event(HEARTBEAT, BILLING)
        await self._writer.send("licences", BILLING, as_json(data), headers)
