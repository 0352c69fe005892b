"""How does a test run one of intake's processes, with settings and keys of its own?"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.local.children import free_port
from deploy.local.keys import Keys
from shared.settings import KafkaSettings


class Intake:
    """One running intake process."""

    def __init__(self, process: asyncio.subprocess.Process, ports: tuple[int, int], log: Path):
        self.process = process
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.probes = f"http://127.0.0.1:{ports[1]}"
        self.log = log

    async def ready(self) -> bool:
        return await self.answers("/readyz") == 200

    async def answers(self, path: str) -> int:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(self.probes + path)).status_code
            except httpx.TransportError:
                return 0


@asynccontextmanager
async def intake(
    role: str, settings: Mapping[str, str], keys: Keys, folder: Path
) -> AsyncIterator[Intake]:
    ports = (free_port(), free_port())
    log = folder / f"{role}.log"
    environment = os.environ | {
        "TRIAGE_SOURCES_FILE": str(keys.sources_file),
        "TRIAGE_FINGERPRINT_KEY_FILE": str(keys.fingerprint_key_file),
        "TRIAGE_REDACTION_KEY_FILE": str(keys.redaction_key_file),
        "INTAKE_PORT": str(ports[0]),
        "PROBE_PORT": str(ports[1]),
        "INTAKE_ACK_SECONDS": "2",
        **settings,
    }
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.intake", role, env=environment, stderr=file
        )
    try:
        yield Intake(process, ports, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def environment_of(settings: KafkaSettings) -> dict[str, str]:
    return {
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TRIAGE_NAMESPACE": settings.triage_namespace,
        "TRIAGE_PARTITIONS": str(settings.triage_partitions),
    }
