"""An untaken report calls a person, and canaries come through the whole pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks.webhooks import Webhook
from typing_extensions import override

from deploy.commands.take import _take
from deploy.local.server import Server
from deploy.local.stack import RunningStack
from shared.settings import KafkaSettings
from tests.support.processes import stack_on
from tests.support.waiting import eventually

WHSEC = "whsec_" + "c2VjcmV0" * 4


class Pager:
    """Listens for calls; what is not signed is not heard. The first call it does not answer."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.refused = 0
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                Webhook(WHSEC).verify(body, dict(self.headers.items()))
                if not pager.refused:
                    pager.refused += 1
                    self.send_response(503)
                else:
                    pager.calls.append(orjson.loads(body)["data"])
                    pager.ids.append(self.headers["webhook-id"])
                    self.send_response(204)
                self.end_headers()

            @override
            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def pager() -> Iterator[Pager]:
    with closing(Pager()) as pager:
        yield pager


@pytest.fixture
def watched(
    embedded_kafka: Server,
    postgres: Server,
    work: Path,
    tmp_path: Path,
    pager: Pager,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RunningStack]:
    """The whole pipeline with canaries every second, and calls after three."""
    (tmp_path / "secret").write_text(WHSEC)
    monkeypatch.setenv("WATCH_ESCALATE_URL", pager.address)
    monkeypatch.setenv("WATCH_ESCALATE_SECONDS", "3")
    monkeypatch.setenv("WATCH_ESCALATE_SECRET_FILE", str(tmp_path / "secret"))
    with stack_on(embedded_kafka, postgres, work, {"WATCH_CANARY_SECONDS": "1"}) as stack:
        yield stack


@pytest.mark.embedded
@pytest.mark.timeout(240)
async def test_an_untaken_report_calls_again_and_louder_until_it_is_taken_and_canaries_never_do(
    watched: RunningStack, pager: Pager, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = KafkaSettings(
        kafka_bootstrap_servers=watched.kafka,
        triage_namespace=watched.environment["TRIAGE_NAMESPACE"],
        triage_partitions=4,
    )
    async with httpx.AsyncClient(timeout=20.0) as client:

        async def view(name: str) -> dict[str, Any]:
            told: dict[str, Any] = (await client.get(f"{watched.watch}/api/{name}")).json()[name]
            return told

        async def sings() -> bool:
            return bool((await view("canary"))["state"] == "arriving")

        await eventually(sings, 60)
        assert (await view("security"))["waiting"] == 0

        reply = await client.post(
            f"{watched.intake}/v1/tickets",
            headers={"authorization": f"Bearer {watched.keys['web-form']}"},
            json={"body": "I found a SQL injection vulnerability in the client portal."},
        )
        ticket = reply.json()["ticket_id"]
        await eventually(lambda: len(pager.calls) >= 2, 60)
        assert pager.refused == 1
        assert [call["times"] for call in pager.calls] == sorted({c["times"] for c in pager.calls})
        assert {call["ticket_id"] for call in pager.calls} == {ticket}
        assert pager.calls[-1]["severity"] == "critical"
        assert (await view("security"))["reports"][0]["escalated"] >= 1

        monkeypatch.setattr("deploy.commands.take.kafka_settings", lambda: settings)
        await _take(ticket, "Ann")

        async def is_taken() -> bool:
            return bool((await view("security"))["taken"] == 1)

        await eventually(is_taken, 30)
        heard = len(pager.calls)
        last = (await view("canary"))["last"]

        async def another() -> bool:
            return bool((await view("canary"))["last_seconds"] is not None) and (
                (await view("canary"))["last"] > last
            )

        await eventually(another, 30)
        assert (await view("security"))["waiting"] == 0
        assert len(pager.calls) - heard <= 1

        watched.supervisor["router-fast-lane"].pause()

        async def is_missed() -> bool:
            return bool((await view("canary"))["state"] == "absent")

        await eventually(is_missed, 30)

        async def is_told_to_prometheus() -> bool:
            return "triage_canary_absent 1.0" in (await client.get(f"{watched.watch}/metrics")).text

        await eventually(is_told_to_prometheus, 10)
        watched.supervisor["router-fast-lane"].resume()
        await eventually(sings, 30)
