"""How do tickets come in over HTTP? Two routes, one answer each; never a rule."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from litestar import Litestar, MediaType, Request, Response, asgi, get, post
from litestar.exceptions import HTTPException, NotFoundException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from services.intake import metrics, openapi, problems
from services.intake.acceptance import NamedBy
from services.intake.handlers import Desk, Taken
from services.intake.problems import Problem
from services.intake.rate import Bucket
from services.intake.signature import is_signed
from services.intake.sources import Source, Sources
from services.intake.submission import LARGEST_BYTES, LONGEST_KEY, Submission
from services.intake.writer import KafkaAway, Writer
from shared.tracing import HEADER, Hop, now_ns

log = structlog.get_logger()
Http = Request[Any, Any, Any]


@dataclass(slots=True)
class Counter:
    """Where requests are served: knows the sources, their rates, and who writes."""

    desk: Desk
    sources: Sources
    writer: Callable[[], Writer | None]
    """None until Kafka has answered for the first time."""
    body_seconds: float = 10.0
    monotonic: Callable[[], float] = time.monotonic
    buckets: dict[str, Bucket] = field(default_factory=dict)

    async def by_key(self, request: Http) -> Response[bytes]:
        """POST /v1/tickets: the API key names the source."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        source = self.sources.with_key(key.strip()) if scheme.lower() == "bearer" else None
        if source is None:
            raise problems.unauthorised()
        body = await self._body(request)
        named = NamedBy(
            idempotency_key=_header_key(request, "idempotency-key"),
            webhook_id=_header_key(request, "webhook-id"),
        )
        return await self._accept(body, source, named, request.headers.get(HEADER))

    async def by_webhook(self, request: Http, name: str) -> Response[bytes]:
        """POST /v1/webhooks/{source}: only what is signed names source and ticket."""
        source = self.sources.by_name.get(name)
        if source is None or not source.webhook_secrets:
            raise problems.unauthorised()
        body = await self._body(request)
        if not is_signed(body, request.headers, source.webhook_secrets):
            raise problems.unauthorised()
        named = NamedBy(webhook_id=_header_key(request, "webhook-id"))
        return await self._accept(body, source, named, request.headers.get(HEADER))

    async def _body(self, request: Http) -> bytes:
        """The body, if it says that it is JSON; counted while it arrives."""
        _require_one_length(request)
        _require_json(request)
        try:
            async with asyncio.timeout(self.body_seconds):
                return await request.body()
        except RequestEntityTooLarge:
            raise problems.too_large(LARGEST_BYTES) from None
        except TimeoutError:
            raise problems.too_slow("body", self.body_seconds) from None

    async def _accept(
        self, body: bytes, source: Source, named: NamedBy, arrived: str | None
    ) -> Response[bytes]:
        """`arrived`: the caller's trace context, to which the ticket's own trace is linked."""
        began, began_ns = self.monotonic(), now_ns()
        submission = _submission(body)
        named = NamedBy(named.idempotency_key, named.webhook_id, submission.external_id or None)
        taken = self._within_rate(
            self.desk.take(submission, source.origin, named), source, len(body)
        )
        writer = self.writer()
        if writer is None:
            raise problems.kafka_away()
        urgent, ordinary = self.desk.urgent(taken), self.desk.ordinary(taken)
        hop = Hop.begin(
            "intake accept", arrived, urgent + ordinary, kind=SpanKind.SERVER, began_ns=began_ns
        )
        try:
            await writer.write(hop.carry(urgent), hop.carry(ordinary))
        except KafkaAway:
            raise problems.kafka_away() from None
        finally:
            hop.end()
        metrics.ACCEPT_SECONDS.observe(self.monotonic() - began)
        metrics.ANSWERS.labels(source.name, "202").inc()
        if taken.security.flag:
            metrics.FLAGGED.labels(source.name).inc()
        return _taken(str(taken.accepted.ticket_id))

    def _within_rate(self, taken: Taken, source: Source, size: int) -> Taken:
        """The ticket, marked where its source sends too much; raises 429 unless it is flagged."""
        bucket = self.buckets.setdefault(
            source.name, Bucket(source.bytes_per_second, source.burst_bytes)
        )
        wait = bucket.take(size, self.monotonic())
        if not wait:
            return taken
        if not taken.security.flag:
            metrics.ANSWERS.labels(source.name, "429").inc()
            raise problems.over_rate(wait)
        bucket.force(size, self.monotonic())
        metrics.OVER_RATE.labels(source.name).inc()
        log.warning("report.over_rate", source=source.name, ticket_id=str(taken.accepted.ticket_id))
        return Taken(taken.accepted, taken.security.model_copy(update={"over_rate": True}))


def build(
    counter: Counter,
    probes: Sequence[tuple[str, Any]],
    probe_port: int,
    lifespan: Sequence[Callable[[Litestar], Any]] = (),
) -> Litestar:
    """The HTTP application; `probes` as `shared.probes.probe_routes` gives them.

    They answer on the probe port alone: figures by source are nothing for whoever sends tickets.
    """

    @post("/v1/tickets", status_code=202, request_max_body_size=LARGEST_BYTES)
    async def submit_ticket(request: Http) -> Response[bytes]:
        return await counter.by_key(request)

    @post("/v1/webhooks/{source:str}", status_code=202, request_max_body_size=LARGEST_BYTES)
    async def receive_webhook(request: Http, source: str) -> Response[bytes]:
        return await counter.by_webhook(request, source)

    @get("/openapi.json", sync_to_thread=False)
    def openapi_json() -> Response[bytes]:
        return Response(orjson.dumps(openapi.document()), media_type=MediaType.JSON)

    @get(["/", "/docs"], media_type=MediaType.HTML, sync_to_thread=False)
    def page() -> str:
        return openapi.page()

    return Litestar(
        [
            submit_ticket,
            receive_webhook,
            openapi_json,
            page,
            *(asgi(path, copy_scope=True)(_only_on(probe_port, app)) for path, app in probes),
        ],
        openapi_config=None,
        exception_handlers={Problem: _known, HTTPException: _http, Exception: _unexpected},
        lifespan=list(lifespan),
        logging_config=None,
    )


def _only_on(port: int, app: Any) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """The app where the connection itself came in on that port, whatever the request says."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["server"][1] != port:
            raise NotFoundException
        await app(scope, receive, send)

    return serve


def _taken(ticket_id: str) -> Response[bytes]:
    return Response(
        orjson.dumps({"ticket_id": ticket_id}),
        status_code=202,
        media_type=MediaType.JSON,
        headers={"Location": f"/tickets/{ticket_id}"},
    )


def _submission(body: bytes) -> Submission:
    """The ticket in the body: text is no number, and NaN and Infinity are not JSON."""
    try:
        if b"NaN" in body or b"Infinity" in body:
            orjson.loads(body)
        return Submission.model_validate_json(body, strict=True)
    except orjson.JSONDecodeError:
        raise problems.not_json() from None
    except ValidationError as error:
        raise problems.invalid_ticket(error) from None


def _require_one_length(request: Http) -> None:
    if "transfer-encoding" in request.headers and "content-length" in request.headers:
        raise problems.framed_twice()


def _require_json(request: Http) -> None:
    media_type, _, options = request.headers.get("content-type", "").partition(";")
    charset = options.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if (
        media_type.strip().lower() != "application/json"
        or charset not in {"", "utf-8", "utf8"}
        or encoding != "identity"
    ):
        raise problems.other_media_type()


def _header_key(request: Http, name: str) -> str | None:
    given = request.headers.getall(name, [""])
    if len(given) > 1:
        raise problems.bad_field(name, "must be given once")
    value = given[0].strip()
    if len(value) > LONGEST_KEY or not value.isprintable():
        raise problems.bad_field(name, f"must be printable and {LONGEST_KEY} characters at most")
    return value or None


def _known(_request: Http, problem: Problem) -> Response[bytes]:
    if problem.status != 429:
        metrics.ANSWERS.labels("", str(problem.status)).inc()
    return problem.response()


def _http(_request: Http, error: HTTPException) -> Response[bytes]:
    """What the framework refuses: unknown paths, wrong methods, clients that went away."""
    status = error.status_code if error.status_code < 500 else 400
    title = {404: "Not found", 405: "Method not allowed"}.get(status, "Bad request")
    return Problem(status, title, "See /openapi.json.", headers=error.headers).response()


def _unexpected(_request: Http, error: Exception) -> Response[bytes]:
    log.error("request.failed", exc_info=error)
    return Problem(500, "Our fault", "The ticket was not accepted; send it again.").response()
