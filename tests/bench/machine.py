"""On what was it measured? The facts that figures depend on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import asyncpg
import psutil

from deploy.local.apart import run_apart
from deploy.local.kafka import VERSION as KAFKA
from tests.bench.place import Place

PACKAGES = ("aiokafka", "asyncpg", "confluent-kafka", "faststream", "litestar", "numpy")
PINNED = Path(__file__).parents[2] / "requirements" / "bench.txt"
MORE = ("orjson", "pydantic", "scikit-learn", "uvicorn")


def facts(place: Place) -> dict[str, str]:
    """Name and value of each, in words."""
    found = {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Java": _java(),
        "Apache Kafka and Kafka Streams": f"{KAFKA} ({place.kafka.kind}), one broker, replication 1",
        "PostgreSQL": run_apart(lambda: _postgres(place.postgres.address)),
    }
    return found | {name: version(name) for name in PACKAGES + MORE} | {"quixstreams": _quix()}


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    text = known.read_text(encoding="utf-8") if known.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def _java() -> str:
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    return said.splitlines()[0].replace('"', "") if said else "none"


def _quix() -> str:
    found = re.search(r"^quixstreams==(\S+)", PINNED.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


async def _postgres(dsn: str) -> str:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


def load_of_last_minute() -> float:
    """Processes that wanted the processor, on average: at an idle machine's 0, figures are best."""
    return os.getloadavg()[0]
