"""What arrives while things fail? Tickets by HTTP and by topic, repeats, poison, facts, words.

Everything that was sent is remembered, with what was answered: the checker's yardstick. A
submission is sent again, under the same key, until it gets its 202, as every help desk would.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import Random
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tests.chaos.evidence import Submission, Word
from tests.chaos.feed import Feed
from tests.chaos.names import PARKED_BY
from tests.chaos.poisons import poisons, poisons_of
from tests.chaos.target import (
    CORRECTED,
    REPORTED,
    Target,
    as_json,
    cloud_event,
)
from tests.chaos.texts import REPORTS, ordinary_texts
from tests.chaos.writer import Writer

AGAIN = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same submission is sent again."""
SAID: Mapping[Word, Mapping[str, object]] = {
    Word.REPORT: {"security": True},
    Word.NO_REPORT: {"security": False},
    Word.SCOPE: {"scope": "custom_development"},
}
REQUEST_SECONDS = 15.0
AT_ONCE = 24
"""Requests in flight, at most; httpx looks at every connection for each of them."""
KNOCK_SECONDS = 0.1
UPSTREAM = "storm"


@dataclass(frozen=True, slots=True)
class Mix:
    """What arrives: tickets per second, and the share of each specialty."""

    rate: float = 50.0
    seconds: float = 60.0
    twice: float = 0.05
    poison: float = 0.01
    reports: float = 0.03
    conflicts: float = 0.005
    inbound: float = 0.10
    corrections: float = 0.005


class Load:
    """A seeded stream of arrivals; what was sent stands in `submissions` and `feed.facts`."""

    def __init__(self, target: Target, mix: Mix, seed: int) -> None:
        self.target = target
        self.mix = mix
        self.submissions: dict[str, Submission] = {}
        self.refused: Counter[int] = Counter()
        """Answers other than a 202 and a request to come again: none is expected."""
        self.answers: Counter[str] = Counter()
        self.in_flight = 0
        """HTTP requests that wait for their answer now."""
        self.writer = Writer(target, self.answers)
        self.feed = Feed(self.writer, Random(seed))
        self._dice = Random(seed)
        self._run = f"{seed}-{uuid.uuid4().hex[:6]}"
        self._texts = ordinary_texts()
        self._poisons = poisons(Random(seed), UPSTREAM)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()
        self._ends = 0.0
        self._arrived = 0
        self._door = asyncio.Event()
        self._door.set()
        self._seats = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        # Our own clients meet every fault as well; what they say of it is no news.
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        await self._stack.enter_async_context(self.writer)
        self._http = await self._stack.enter_async_context(
            httpx.AsyncClient(
                base_url=self.target.intake,
                headers={"Authorization": f"Bearer {self.target.api_key}"},
                timeout=REQUEST_SECONDS,
                limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
                trust_env=False,
            )
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    async def run(self) -> None:
        """Send for as long as the mix says, or until `end`, without waiting for answers."""
        await self.feed.begin()
        due = time.monotonic()
        self._ends = due + self.mix.seconds
        feeding = asyncio.create_task(self.feed.run())
        while due < self._ends:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._arrive()
            due += self._dice.expovariate(self.mix.rate)
        self.feed.end()
        await feeding

    def end(self) -> None:
        """Send nothing new; `run` returns soon."""
        self._ends = 0.0

    async def answered(self, seconds: float) -> bool:
        """Wait until everything sent was acknowledged; whether that was so in time."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        return not self._tasks

    def _arrive(self) -> None:
        """One arrival, of the kind that the dice say."""
        self._arrived += 1
        external_id = f"chaos-{self._run}-{self._arrived}"
        dice = self._dice.random()
        if self._dice.random() < self.mix.poison:
            self._start(self._send_poison())
        if dice < self.mix.reports:
            self._start(self._submit(external_id, self._a_report(external_id), report=True))
        elif dice < self.mix.reports + self.mix.conflicts:
            self._start(self._submit_conflict(external_id))
        elif dice < self.mix.reports + self.mix.conflicts + self.mix.corrections:
            self._start(self._submit_and_correct(external_id))
        elif dice < self.mix.reports + self.mix.conflicts + self.mix.corrections + self.mix.inbound:
            self._start(self._send_inbound(external_id, self._a_text(external_id)))
        else:
            self._start(self._submit(external_id, self._a_text(external_id)))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _a_text(self, external_id: str) -> dict[str, Any]:
        self.submissions[external_id] = Submission(external_id, accepted=False)
        return {**self._dice.choice(self._texts), "external_id": external_id}

    def _a_report(self, external_id: str) -> dict[str, Any]:
        self.submissions[external_id] = Submission(external_id, accepted=False, report=True)
        subject, body = self._dice.choice(REPORTS)
        return {"subject": subject, "body": body, "external_id": external_id}

    async def _submit(
        self, external_id: str, body: Mapping[str, Any], *, report: bool = False, key: str = ""
    ) -> None:
        """Until the 202; one in twenty a second time, at once or a little later."""
        twice = self._dice.random() < self.mix.twice
        later = self._dice.choice((0.0, self._dice.uniform(0.0, 3.0)))
        if twice and later == 0.0:
            await asyncio.gather(*(self._post(external_id, body, key) for _ in range(2)))
            return
        await self._post(external_id, body, key)
        if twice:
            await asyncio.sleep(later)
            await self._post(external_id, body, key)

    async def _post(self, external_id: str, body: Mapping[str, Any], key: str = "") -> None:
        pause = 0.1
        while True:
            sent_at, answer = await self._ask(body, key or external_id)
            if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
                self._accepted(external_id, str(answer.json()["ticket_id"]), sent_at)
                return
            if answer is not None and answer.status_code not in AGAIN:
                self.refused[answer.status_code] += 1
                return
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 2)

    async def _ask(self, body: Mapping[str, Any], key: str) -> tuple[float, httpx.Response | None]:
        """When it was sent, and the answer, if there was one."""
        await self._door.wait()
        async with self._seats:
            self.in_flight += 1
            sent_at = time.time()
            try:
                answer = await self._http.post(
                    "/v1/tickets", json=body, headers={"Idempotency-Key": key}
                )
            except httpx.TransportError as error:
                self.answers[type(error).__name__] += 1
                self._door_closed()
                return sent_at, None
            finally:
                self.in_flight -= 1
        self.answers[str(answer.status_code)] += 1
        return sent_at, answer

    def _door_closed(self) -> None:
        """While intake is down one knocks for all, so that waiting costs nothing."""
        if self._door.is_set():
            self._door.clear()
            self._start(self._knock())

    async def _knock(self) -> None:
        where = urlsplit(self.target.intake)
        while not self._door.is_set():
            try:
                _, writer = await asyncio.open_connection(where.hostname, where.port)
            except OSError:
                await asyncio.sleep(KNOCK_SECONDS)
            else:
                writer.close()
                self._door.set()

    def _accepted(
        self, external_id: str, ticket_id: str | None, sent_at: float | None = None
    ) -> None:
        known = self.submissions[external_id]
        self.submissions[external_id] = replace(
            known,
            accepted=True,
            sent_at=known.sent_at or sent_at,
            accepted_at=known.accepted_at or time.time(),
            answered_ids=(*known.answered_ids, ticket_id) if ticket_id else known.answered_ids,
        )

    async def _submit_conflict(self, external_id: str) -> None:
        """A text, and, once it is accepted, another text under the same key."""
        other_id = f"{external_id}-other"
        body = self._a_text(external_id)
        await self._post(external_id, body)
        if not self.submissions[external_id].accepted:
            return
        other = self._a_text(other_id)
        other["body"] = f"{other.get('body', '')}\n\nThis is about something else."
        self.submissions[other_id] = replace(self.submissions[other_id], conflicts_with=external_id)
        await self._post(other_id, other, key=external_id)

    async def _submit_and_correct(self, external_id: str) -> None:
        """A ticket, and, once it is accepted, a person's word on it."""
        word = self._dice.choice(tuple(Word))
        body = self._a_report(external_id) if word is Word.NO_REPORT else self._a_text(external_id)
        await self._post(external_id, body)
        ids = self.submissions[external_id].answered_ids
        if not ids:
            return
        data = {"ticket_id": ids[0], "by": "Dana", "reason": "read the ticket", **SAID[word]}
        self.submissions[external_id] = replace(self.submissions[external_id], corrected=word)
        await self.writer.send(
            "corrections", ids[0], as_json(data), cloud_event(CORRECTED, "triage")
        )

    async def _send_inbound(self, external_id: str, body: Mapping[str, Any]) -> None:
        headers = cloud_event(REPORTED, UPSTREAM, external_id)
        for _ in range(2 if self._dice.random() < self.mix.twice else 1):
            await self.writer.send("inbound", external_id, as_json(body), headers)
        self._accepted(external_id, None)

    async def _send_poison(self) -> None:
        topic, headers, value = next(self._poisons)
        await self.writer.send(topic, uuid.uuid4().hex, value, headers)

    async def poison_burst(self, count: int) -> None:
        """Unreadable records of every kind at once in one partition of one topic: whole batches."""
        topic = self._dice.choice(sorted(PARKED_BY))
        burst = islice(cycle(poisons_of(topic, UPSTREAM)), count)
        key = uuid.uuid4().hex
        await asyncio.gather(
            *(self.writer.send(topic, key, value, headers) for headers, value in burst)
        )
