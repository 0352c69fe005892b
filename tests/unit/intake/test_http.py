"""Does HTTP answer as interfaces.md says? With Litestar's test client and a fake Kafka."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from litestar.testing import TestClient
from standardwebhooks.webhooks import Webhook

from services.intake.handlers import Desk
from services.intake.http import Counter, build
from services.intake.sources import Sources
from services.intake.writer import KafkaAway, Writer
from shared.contracts import SecuritySuspected, Submitted
from shared.envelope import Outgoing
from shared.failures import StopTheLine
from shared.probes import probe_routes
from tests.unit.intake.conftest import WEBHOOK_SECRET, FakeKafka

REPORT = "There is a stored XSS in the contact list, proof attached."
DESK = {"Authorization": "Bearer desk-key"}
FORM = {"Authorization": "Bearer form-key"}
PROBE_PORT = 9000


class World:
    """One counter with its client; `writer` None is a Kafka never seen."""

    def __init__(self, desk: Desk, sources: Sources, kafka: FakeKafka) -> None:
        self.kafka = kafka
        self.failures: list[StopTheLine] = []
        self.clock = 0.0
        self.writer: Writer | None = Writer(
            kafka.publisher("ordinary"),
            kafka.publisher("urgent"),
            seconds=0.2,
            failed=self.failures.append,
        )
        counter = Counter(
            desk, sources, lambda: self.writer, body_seconds=2.0, monotonic=lambda: self.clock
        )
        app = build(counter, probe_routes(list, list), PROBE_PORT)
        self.client = TestClient(app, raise_server_exceptions=False)

    def submitted(self) -> Submitted:
        value = self.kafka.written[-1][1].value
        assert value is not None
        return Submitted.model_validate_json(value)


@pytest.fixture
def world(desk: Desk, sources: Sources, kafka: FakeKafka) -> Iterator[World]:
    world = World(desk, sources, kafka)
    with world.client:
        yield world


def test_accepted_ticket_gets_202_with_id_and_location(world: World) -> None:
    answer = world.client.post("/v1/tickets", json={"subject": "Hello"}, headers=DESK)
    assert answer.status_code == 202
    ticket_id = answer.json()["ticket_id"]
    assert answer.headers["location"] == f"/tickets/{ticket_id}"
    assert str(world.submitted().accepted.ticket_id) == ticket_id
    assert world.submitted().accepted.source == "help-desk"


def test_same_key_gives_the_same_ticket_and_another_key_another(world: World) -> None:
    def submit(key: str) -> str:
        headers = DESK | {"Idempotency-Key": key}
        answer = world.client.post("/v1/tickets", json={"body": "x"}, headers=headers)
        return str(answer.json()["ticket_id"])

    assert submit("a") == submit("a") != submit("b")


def test_same_key_at_another_source_is_another_ticket(world: World) -> None:
    ids = {
        world.client.post(
            "/v1/tickets", json={"body": "x", "external_id": "7"}, headers=who
        ).json()["ticket_id"]
        for who in (DESK, FORM)
    }
    assert len(ids) == 2


def test_report_is_written_to_security_by_its_own_producer_before_the_ticket(world: World) -> None:
    world.client.post("/v1/tickets", json={"body": REPORT}, headers=DESK)
    assert [(name, record.topic) for name, record in world.kafka.written] == [
        ("urgent", "support.tickets.security.v1"),
        ("ordinary", "support.tickets.submitted.v1"),
    ]
    report = SecuritySuspected.model_validate_json(world.kafka.written[0][1].value or b"")
    assert report.security.flag
    assert world.submitted().security.flag


def test_report_past_the_rate_is_taken_and_marked_while_others_wait(world: World) -> None:
    filler = {"body": "x" * 900}
    assert world.client.post("/v1/tickets", json=filler, headers=FORM).status_code == 202
    refused = world.client.post("/v1/tickets", json=filler, headers=FORM)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json"
    taken = world.client.post("/v1/tickets", json={"body": REPORT * 10}, headers=FORM)
    assert taken.status_code == 202
    assert world.submitted().security.over_rate


def test_rate_of_one_source_does_not_touch_another(world: World) -> None:
    for _ in range(3):
        world.client.post("/v1/tickets", json={"body": "x" * 900}, headers=FORM)
    assert world.client.post("/v1/tickets", json={"body": "x"}, headers=DESK).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic desk-key"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer ümlaut".encode("latin-1").decode("latin-1")},
    ],
)
def test_stranger_gets_401_without_detail(world: World, headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = world.client.post("/v1/tickets", json={"body": "x"}, headers=raw)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert world.kafka.written == []


def test_old_and_new_key_of_a_source_both_count(world: World) -> None:
    answer = world.client.post(
        "/v1/tickets", json={"body": "x"}, headers={"Authorization": "Bearer desk-key-next"}
    )
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"subject": "  ", "body": ""}, "body"),
        ({"body": 7}, "body"),
        ({"body": "x", "requester": {"email": "SECRET-VALUE" * 40}}, "requester.email"),
        ({"body": "x", "sent_at": "SECRET-VALUE"}, "sent_at"),
        ({"body": "x", "sent_at": "2026-01-01T10:00:00"}, "sent_at"),
        ({"body": "x", "attachments": [{"name": "a", "size": -1}]}, "attachments.0.size"),
    ],
)
def test_bad_field_is_named_and_its_value_is_not(world: World, body: object, field: str) -> None:
    answer = world.client.post("/v1/tickets", json=body, headers=DESK)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "SECRET-VALUE" not in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"null", b"[" * 10_000, b'{"body":"\\ud800"}']
)
def test_what_is_no_json_ticket_gets_400(world: World, body: bytes) -> None:
    headers = DESK | {"content-type": "application/json"}
    answer = world.client.post("/v1/tickets", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["status"] == 400


def test_body_over_the_limit_gets_413_announced_or_not(world: World) -> None:
    headers = DESK | {"content-type": "application/json"}
    big = b'{"body": "' + b"x" * (256 * 1024) + b'"}'
    assert world.client.post("/v1/tickets", content=big, headers=headers).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1024

    answer = world.client.post("/v1/tickets", content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "extra",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": ""},
    ],
)
def test_other_media_types_get_415(world: World, extra: dict[str, str]) -> None:
    answer = world.client.post("/v1/tickets", content=b'{"body":"x"}', headers=DESK | extra)
    assert answer.status_code == 415


def test_while_kafka_was_never_seen_the_answer_is_503_with_retry_after(world: World) -> None:
    world.writer = None
    answer = world.client.post("/v1/tickets", json={"body": "x"}, headers=DESK)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


def test_failed_producer_gives_503_and_ends_the_process(world: World) -> None:
    world.kafka.fails = StopTheLine("gone")
    answer = world.client.post("/v1/tickets", json={"body": "x"}, headers=DESK)
    assert answer.status_code == 503
    assert [str(error) for error in world.failures] == ["gone"]


def test_unknown_path_and_method_are_problems_too(world: World) -> None:
    for answer, status in (
        (world.client.get("/nowhere"), 404),
        (world.client.get("/v1/tickets"), 405),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_long_or_unprintable_key_is_refused_by_name(world: World) -> None:
    for key in ("k" * 256, "a\tb"):
        answer = world.client.post(
            "/v1/tickets", json={"body": "x"}, headers=DESK | {"Idempotency-Key": key}
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "idempotency-key"


def test_tickets_of_a_probing_source_are_canaries_and_of_others_are_not(world: World) -> None:
    world.client.post("/v1/tickets", json={"body": "x", "canary": True}, headers=DESK)
    assert not world.submitted().accepted.canary
    world.client.post(
        "/v1/tickets", json={"body": "x"}, headers={"Authorization": "Bearer prober-key"}
    )
    assert world.submitted().accepted.canary


def test_page_and_document_need_no_network(world: World) -> None:
    document = world.client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/v1/tickets", "/v1/webhooks/{source}"}
    page = world.client.get("/").text
    assert "/v1/webhooks" in page
    assert "http://" not in page
    assert "https://" not in page


def test_probes_and_figures_answer_on_the_probe_port_alone(world: World) -> None:
    inside = TestClient(world.client.app, base_url=f"http://testserver.local:{PROBE_PORT}")
    assert inside.get("/livez").status_code == 200
    assert inside.get("/readyz").json() == {"ok": True, "reasons": []}
    assert "triage_intake_answers" in inside.get("/metrics").text

    for path in ("/livez", "/readyz", "/metrics"):
        outside = world.client.get(path, headers={"Host": f"intake:{PROBE_PORT}"})
        assert outside.status_code == 404
        assert "triage" not in outside.text


def signed(
    body: bytes, at: datetime | None = None, secret: str = WEBHOOK_SECRET, message: str = "msg_1"
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, body.decode()),
    }


BODY = orjson.dumps({"body": "order 12 is not in the CRM"})


def test_signed_webhook_is_a_ticket_of_its_source(world: World) -> None:
    answer = world.client.post("/v1/webhooks/shop", content=BODY, headers=signed(BODY))
    assert answer.status_code == 202
    assert world.submitted().accepted.source == "shop"


def test_replayed_webhook_is_the_same_ticket_whatever_unsigned_key_it_gets(world: World) -> None:
    headers = signed(BODY)
    ids = {
        world.client.post("/v1/webhooks/shop", content=BODY, headers=headers | extra).json()[
            "ticket_id"
        ]
        for extra in ({}, {"Idempotency-Key": "another"})
    }
    assert len(ids) == 1


@pytest.mark.parametrize("case", ["forged", "old", "early", "changed", "missing", "odd", "binary"])
def test_webhook_that_is_not_freshly_signed_gets_401(world: World, case: str) -> None:
    other = "whsec_" + base64.b64encode(b"x" * 24).decode()
    now = datetime.now(UTC)
    body = BODY
    match case:
        case "forged":
            headers = signed(BODY, secret=other)
        case "old":
            headers = signed(BODY, at=now - timedelta(minutes=6))
        case "early":
            headers = signed(BODY, at=now + timedelta(minutes=6))
        case "changed":
            headers, body = signed(BODY), BODY.replace(b"12", b"13")
        case "missing":
            headers = {"content-type": "application/json"}
        case "odd":
            headers = signed(BODY) | {"webhook-signature": "v1 ,, x,y,z v1,%%%"}
        case _:
            headers, body = signed(BODY), b"\xff\xfe"
    answer = world.client.post("/v1/webhooks/shop", content=body, headers=headers)
    assert answer.status_code == 401
    assert world.kafka.written == []


def test_webhook_for_a_source_without_secret_or_unknown_gets_401(world: World) -> None:
    for name in ("help-desk", "nobody", "..%2f"):
        answer = world.client.post(f"/v1/webhooks/{name}", content=BODY, headers=signed(BODY))
        assert answer.status_code in {401, 404}


class Slow:
    """A Kafka that acknowledges only when let go."""

    def __init__(self) -> None:
        self.back = asyncio.Event()

    async def publish(self, records: Sequence[Outgoing]) -> int:
        await self.back.wait()
        return len(records)


async def test_outage_is_noticed_once_then_refused_at_once_until_kafka_is_back() -> None:
    slow = Slow()
    writer = Writer(slow, slow, seconds=0.05, failed=lambda _: None)
    with pytest.raises(KafkaAway):
        await writer.write((), ())
    assert writer.away
    with pytest.raises(KafkaAway):
        await asyncio.wait_for(writer.write((), ()), 0.04)
    slow.back.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not writer.away
    await writer.write((), ())


def test_secret_in_the_body_reaches_no_topic(world: World) -> None:
    secret = "Xk29!" + "bq7Zz"
    body = {"body": f"login for you, password: {secret}"}
    world.client.post("/v1/tickets", json=body, headers=DESK)
    assert secret not in json.dumps(
        [(record.value or b"").decode() for _, record in world.kafka.written]
    )
