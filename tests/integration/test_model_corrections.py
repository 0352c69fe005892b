"""Does what a person corrected reach the next model? From real topics to labelled tickets."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer

from services.classifier.training.corpus import load_file
from shared.contracts import Classified, Corrected, Scope
from shared.envelope import encode
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, CORRECTIONS
from tests.support import builders as some

NOW = datetime.now(UTC)


async def write(producer: AIOKafkaProducer, topic: str, data: Classified | Corrected) -> None:
    made = encode(topic, data, event_id="one", source="test", time=NOW, subject=str(some.TICKET))
    await producer.send_and_wait(topic, made.value, key=made.key, headers=list(made.headers))


async def model_corrections(settings: KafkaSettings) -> str:
    """What `triage model corrections` prints."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.commands", "model", "corrections"],
        env=os.environ
        | {
            "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
            "TRIAGE_NAMESPACE": settings.triage_namespace,
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    return done.stdout


async def test_what_a_person_corrected_is_a_labelled_ticket_that_training_takes(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer, tmp_path: Path
) -> None:
    namespace = either_settings.triage_namespace
    judged = some.a_classified()
    said = Corrected(ticket_id=some.TICKET, by="Maren", reason="read it", scope=Scope.CUSTOMIZATION)
    await write(either_producer, CLASSIFIED.address(namespace), judged)
    await write(either_producer, CORRECTIONS.address(namespace), said)
    file = tmp_path / "corrected.jsonl"
    file.write_text(await model_corrections(either_settings), encoding="utf-8")
    (lesson,) = load_file(file)
    assert judged.verdict.findings[0].scope is not Scope.CUSTOMIZATION
    assert lesson.scope is Scope.CUSTOMIZATION
    assert lesson.body == judged.accepted.ticket.body
