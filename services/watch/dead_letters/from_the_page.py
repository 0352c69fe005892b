"""Who may put dead letters back from the page, and what is asked before?"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.watch.dead_letters.replay import Plan
from services.watch.replies import answer, problem
from shared.envelope import fault_of

log = structlog.get_logger()


class Wish(BaseModel):
    """What is to go back. Without `confirm` nothing is written: it only says what would be.

    `confirm`: how many go back by the dry run that a person has seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str | None = None
    reasons: frozenset[str] = frozenset()
    most: int = Field(100, ge=1, le=1000)
    confirm: int | None = Field(None, ge=0)


class PuttingBack:
    """`POST /api/replay`, with the token as bearer; one at a time."""

    def __init__(
        self,
        token: str | None,
        plan: Callable[[Wish], Awaitable[Plan]],
        carry_out: Callable[[Plan], Awaitable[None]],
    ) -> None:
        self._token = token
        self._plan = plan
        self._carry_out = carry_out
        self._turn = asyncio.Lock()

    @property
    def offered(self) -> bool:
        return self._token is not None

    async def __call__(self, request: Request) -> Response:
        """200 with the histogram; 401, 403, 400, 409 where the dry run no longer holds, 503."""
        if self._token is None:
            return problem(403, "Replay is off", "WATCH_REPLAY_TOKEN_FILE is not set")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            given.strip().encode(), self._token.encode()
        ):
            return problem(401, "Wrong token", "give the replay token as a bearer token")
        try:
            wish = Wish.model_validate_json(await request.body())
        except ValidationError as error:
            return problem(400, "Not understood", ": ".join(fault_of(error)))
        async with self._turn:
            try:
                return await self._granted(wish)
            except ValueError as error:
                return problem(400, "Can't be put back", str(error))
            except (KafkaError, OSError, TimeoutError):
                return problem(503, "Can't look", "the topics could not be read; try again")

    async def _granted(self, wish: Wish) -> Response:
        planned = await self._plan(wish)
        if wish.confirm is not None and wish.confirm != planned.returning:
            return problem(
                409,
                "The dead letters have changed",
                f"{planned.returning} would go back now, not {wish.confirm}; look again",
            )
        if wish.confirm is not None:
            await self._carry_out(planned)
            log.info("dead_letters.put_back", topic=wish.topic, records=planned.returning)
        return answer(_document(wish, planned))


def _document(wish: Wish, planned: Plan) -> dict[str, object]:
    counts = Counter(
        (done.letter.sighting.place.address, done.letter.reason, done.answer)
        for done in planned.done
    )
    return {
        "dry_run": wish.confirm is None,
        "returning": planned.returning,
        "cut": planned.cut,
        "histogram": [
            {"topic": topic, "reason": reason, "answer": answer, "count": count}
            for (topic, reason, answer), count in sorted(counts.items())
        ],
    }
