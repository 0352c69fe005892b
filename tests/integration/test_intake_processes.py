"""Do intake's two processes do on real Kafka what they promise?"""

from __future__ import annotations

import asyncio
import secrets
import signal
from pathlib import Path

import httpx
import pytest

from deploy.local.children import free_port
from deploy.local.keys import Keys, write_keys
from shared.contracts import SecuritySuspected, Submitted
from shared.envelope import Outgoing
from shared.settings import KafkaSettings
from shared.topics import INBOUND, SECURITY, SUBMITTED, Reader
from tests.support.builders import a_record, a_reported
from tests.support.intake import environment_of, intake
from tests.support.stages import everything_on, publish
from tests.support.waiting import eventually

pytestmark = pytest.mark.real

REPORT = {"body": "Logged out, I can still open every invoice by changing the number in the link."}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return write_keys(tmp_path / "keys")


async def test_what_got_a_202_is_on_kafka_and_a_clean_end_loses_nothing(
    kafka_settings: KafkaSettings, keys: Keys, tmp_path: Path
) -> None:
    name = kafka_settings.triage_namespace
    headers = {"Authorization": f"Bearer {keys.api_keys['help-desk']}"}
    async with intake("http", environment_of(kafka_settings), keys, tmp_path) as running:
        await eventually(running.ready, 30)
        secret = "ghp_" + secrets.token_hex(18)
        async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
            answers = await asyncio.gather(
                *(
                    client.post("/v1/tickets", json={"body": f"ticket {n}, token {secret}"})
                    for n in range(200)
                ),
                client.post("/v1/tickets", json=REPORT),
            )
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.process.wait(), 20) == 0
    assert {answer.status_code for answer in answers} == {202}
    accepted = {answer.json()["ticket_id"] for answer in answers}
    written = [
        Submitted.model_validate_json(record.value)
        for record in await everything_on(kafka_settings, SUBMITTED.address(name))
    ]
    assert {str(event.accepted.ticket_id) for event in written} == accepted
    assert not any(secret in event.model_dump_json() for event in written)
    (report,) = await everything_on(kafka_settings, SECURITY.address(name))
    suspected = SecuritySuspected.model_validate_json(report.value)
    assert str(suspected.accepted.ticket_id) == answers[-1].json()["ticket_id"]
    assert secret not in running.log.read_text()


async def test_process_started_before_kafka_answers_503_and_says_what_it_waits_for(
    keys: Keys, tmp_path: Path
) -> None:
    settings = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    headers = {"Authorization": f"Bearer {keys.api_keys['help-desk']}"}
    async with intake("http", settings, keys, tmp_path) as running:

        async def waits() -> bool:
            return await running.answers("/readyz") == 503 and "waiting.for_kafka" in (
                running.log.read_text()
            )

        await eventually(waits, 30)
        assert await running.answers("/livez") == 200
        async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
            answer = await client.post("/v1/tickets", json={"body": "x"})
            assert (await client.get("/metrics")).status_code == 404
        assert await running.answers("/metrics") == 200
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.process.wait(), 20) == 0


async def test_inbound_tickets_go_on_and_a_report_in_a_bad_record_is_not_lost(
    kafka_settings: KafkaSettings, keys: Keys, tmp_path: Path
) -> None:
    name = kafka_settings.triage_namespace
    records = [
        a_reported({"body": "hello"}, event_id="good"),
        a_reported(REPORT, event_id="report", structured=True),
        a_reported({"body": [REPORT["body"]]}, event_id="bad"),
        a_record(b'{"body": "hel', headers=[("ce_id", b"broken")]),
    ]
    await publish(
        kafka_settings,
        [
            Outgoing(INBOUND.address(name), None, record.value, tuple(record.headers))  # type: ignore[arg-type]
            for record in records
        ],
    )
    async with intake("inbound", environment_of(kafka_settings), keys, tmp_path) as running:

        async def all_there() -> bool:
            parked = await everything_on(kafka_settings, INBOUND.dead_letters(name, Reader.INTAKE))
            return len(parked) == 2

        await eventually(all_there, 60)
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.process.wait(), 30) == 0
    assert len(await everything_on(kafka_settings, SUBMITTED.address(name))) == 2
    reports = await everything_on(kafka_settings, SECURITY.address(name))
    sources = sorted(
        SecuritySuspected.model_validate_json(record.value).accepted.source for record in reports
    )
    assert sources == ["inbound:shop", "inbound:unreadable"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"TRIAGE_SOURCES_FILE": "/nowhere.yaml"}, "cannot read the sources file /nowhere.yaml"),
        ({"TRIAGE_FINGERPRINT_KEY_FILE": "/nowhere"}, "TRIAGE_FINGERPRINT_KEY_FILE: cannot read"),
        ({"INTAKE_PORT": "many"}, "INTAKE_PORT"),
    ],
)
async def test_wrong_setting_ends_with_one_clear_message(
    keys: Keys, tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    settings = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"} | changed
    async with intake("http", settings, keys, tmp_path) as running:
        assert await asyncio.wait_for(running.process.wait(), 30) == 2
        text = running.log.read_text()
    assert message in text
    assert "Traceback" not in text
