"""How do tickets in a file get into the pipeline? By HTTP, or as events on the inbound topic."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import uuid4

import httpx
import typer
from aiokafka import AIOKafkaProducer
from pydantic import ValidationError

from deploy.commands._lines import JsonLines, Line, as_model, read_lines
from deploy.commands._output import INPUT_FAILED, AlwaysJson, note, say
from deploy.commands._running import kafka_settings, producing, run
from deploy.failure import WrongSetting
from services.intake.acceptance import NamedBy
from services.intake.submission import LARGEST_BYTES, Submission
from shared.contracts import Frozen
from shared.failures import Permanent
from shared.ids import ticket_id
from shared.settings import KafkaSettings
from shared.topics import INBOUND

REPORTED = "support.ticket.reported.v1"
IN_FLIGHT = 16
PATIENCE_SECONDS = 30.0
"""How long an intake that does not answer at all is waited for."""
LONGEST_PAUSE = 60.0
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Via(StrEnum):
    """The two ways in."""

    HTTP = "http"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a line: its ticket, or why it was refused."""

    line: Line
    ticket_id: str | None = None
    refused: str | None = None


class FieldError(Frozen):
    """A wrong field, and what it should be."""

    field: str = ""
    message: str = ""


class Problem(Frozen):
    """What intake says of a submission that it refuses."""

    title: str = "refused"
    detail: str = ""
    errors: tuple[FieldError, ...] = ()


def submit(
    file: JsonLines,
    via: Annotated[Via, typer.Option(help="By HTTP, or on the inbound topic.")] = Via.HTTP,
    url: Annotated[
        str, typer.Option(envvar="TRIAGE_URL", help="Intake's base URL.")
    ] = "http://127.0.0.1:8080",
    key: Annotated[
        str | None, typer.Option(envvar="TRIAGE_API_KEY", help="The source's API key.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="The event source, by --via inbound.")
    ] = "triage-submit",
    in_flight: Annotated[int, typer.Option(min=1, max=256, help="At once.")] = IN_FLIGHT,
    _json: AlwaysJson = True,
) -> None:
    """Submit tickets, one a line; print {"external_id", "ticket_id"} for each, in order.

    Waits while intake is busy or away. A line that is refused is named on stderr, the others go
    on, and the exit code is 1.
    """
    way = (
        by_http(url, key, in_flight)
        if via is Via.HTTP
        else by_inbound(kafka_settings(), source, in_flight)
    )
    raise typer.Exit(run(_submit_all(file, way)))


Way = Callable[[Iterable[Line]], AsyncIterator[Submitted]]


async def _submit_all(file: JsonLines, way: Way) -> int:
    accepted = refused = 0
    async for submitted in way(read_lines(file)):
        if submitted.ticket_id is None:
            refused += 1
            note(f"{file}, line {submitted.line.number}: {submitted.refused}")
        else:
            accepted += 1
            external_id = submitted.line.document.get("external_id")
            say({"external_id": external_id, "ticket_id": submitted.ticket_id})
    note(f"{accepted} submitted" + (f", {refused} refused" if refused else ""))
    return INPUT_FAILED if refused else 0


def by_http(url: str, key: str | None, in_flight: int = IN_FLIGHT) -> Way:
    """Each line to `POST /v1/tickets`, `in_flight` at once; raises Failure where that is vain."""
    if not key:
        raise typer.BadParameter("set TRIAGE_API_KEY, or give --key: the API key of the source")

    async def way(lines: Iterable[Line]) -> AsyncIterator[Submitted]:
        limits = httpx.Limits(max_connections=in_flight)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        async with httpx.AsyncClient(
            base_url=url, headers=headers, limits=limits, timeout=30.0, trust_env=False
        ) as client:
            intake = Intake(client, url)
            async for submitted in in_order(lines, intake.submit, in_flight):
                yield submitted

    return way


class Intake:
    """Intake's HTTP interface as a patient caller uses it."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, patience: float = PATIENCE_SECONDS
    ) -> None:
        """`patience`: seconds without any answer, after which it raises WrongSetting."""
        self._client = client
        self._url = url
        self._patience = patience
        self._said: set[str] = set()

    async def submit(self, line: Line) -> Submitted:
        """One submission until it is answered for good. The key makes its repeats harmless."""
        if line.fault is not None:
            return Submitted(line, refused=line.fault)
        named = line.document.get("external_id")
        headers = {} if isinstance(named, str) and named else {"idempotency-key": str(uuid4())}
        since = asyncio.get_running_loop().time()
        while True:
            try:
                reply = await self._client.post("/v1/tickets", content=line.raw, headers=headers)
            except (httpx.UnsupportedProtocol, httpx.InvalidURL):
                raise WrongSetting(f"TRIAGE_URL: {self._url!r} is not an http address") from None
            except httpx.TransportError as error:
                await self._wait_for(since, error)
                continue
            match reply.status_code:
                case 202:
                    return Submitted(line, ticket_id=reply.json()["ticket_id"])
                case 429 | 503:
                    self._say_once(f"intake is busy ({reply.status_code}); waiting as it asks")
                    await asyncio.sleep(pause_of(reply.headers.get("retry-after")))
                    since = asyncio.get_running_loop().time()
                case 401 | 403:
                    raise WrongSetting("intake refuses this API key; check TRIAGE_API_KEY")
                case 404:
                    raise WrongSetting(f"no intake at {self._url}; check TRIAGE_URL")
                case _:
                    return Submitted(line, refused=problem_of(reply))

    async def _wait_for(self, since: float, error: httpx.TransportError) -> None:
        if asyncio.get_running_loop().time() - since > self._patience:
            raise WrongSetting(
                f"intake at {self._url} does not answer ({type(error).__name__});"
                " is it running, and is TRIAGE_URL right?"
            )
        self._say_once(
            f"intake at {self._url} does not answer; waiting up to {self._patience:.0f} s"
        )
        await asyncio.sleep(0.5)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            note(text)


def pause_of(retry_after: str | None, now: datetime | None = None) -> float:
    """Seconds to wait by a Retry-After header, in seconds or a date; bounded, 1 if unreadable."""
    if retry_after is None:
        return 1.0
    if retry_after.strip().isdecimal():
        return min(float(retry_after), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 1.0
    seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.1), LONGEST_PAUSE)


def problem_of(reply: httpx.Response) -> str:
    """What a problem+json says, with its fields; never a value."""
    try:
        problem = Problem.model_validate_json(reply.content)
    except ValidationError:
        return f"refused with {reply.status_code}"
    fields = "; ".join(f"{error.field}: {error.message}" for error in problem.errors)
    return fields or problem.detail or problem.title


def by_inbound(settings: KafkaSettings, source: str, in_flight: int = IN_FLIGHT) -> Way:
    """Each line as a CloudEvent on the inbound topic, with the ticket id that intake will give."""
    address = INBOUND.address(settings.triage_namespace)

    async def way(lines: Iterable[Line]) -> AsyncIterator[Submitted]:
        async with producing(settings, "triage-submit") as producer:

            async def publish(line: Line) -> Submitted:
                return await _publish(producer, address, source, line)

            async for submitted in in_order(lines, publish, in_flight):
                yield submitted

    return way


async def _publish(producer: AIOKafkaProducer, address: str, source: str, line: Line) -> Submitted:
    if len(line.raw) > LARGEST_BYTES:
        return Submitted(line, refused=f"larger than {LARGEST_BYTES // 1024} kB")
    try:
        submission = as_model(line, Submission)
    except Permanent as failure:
        return Submitted(line, refused=failure.detail)
    event_id = submission.external_id or str(uuid4())
    key = NamedBy(external_id=submission.external_id, ce_id=event_id).key(event_id)
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": REPORTED,
        "time": datetime.now(UTC).isoformat(),
    }
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    await producer.send_and_wait(address, line.raw, key=event_id.encode(), headers=headers)
    return Submitted(line, ticket_id=str(ticket_id(f"inbound:{source}", key)))


async def in_order(
    items: Iterable[ItemT], work: Callable[[ItemT], Awaitable[ResultT]], in_flight: int
) -> AsyncIterator[ResultT]:
    """Results in the order of the items, at most `in_flight` worked on at once."""
    waiting: deque[asyncio.Future[ResultT]] = deque()
    try:
        for item in items:
            waiting.append(asyncio.ensure_future(work(item)))
            if len(waiting) >= in_flight:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
