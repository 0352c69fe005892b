"""Does a real Prometheus, told as deploy/observability tells it, see us and answer the dashboard?"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy import sample
from deploy.local.children import free_port
from deploy.local.server import Server
from deploy.local.stack import RunningStack, stack_processes
from tests.support.sample_run import submit
from tests.support.servers import absent, fresh_folder
from tests.support.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
LACKS = "no prometheus on the PATH; on Debian: apt-get install prometheus"
QUIET = {
    "sum by (stage, reason) (60 * rate(triage_records_parked_total[5m]))",
}
"""Nothing to show as long as nothing is parked."""


@pytest.fixture
def stack(kafka: Server, database_url: str, namespace: str, work: Path) -> Iterator[RunningStack]:
    given = {"TRIAGE_NAMESPACE": namespace, "WATCH_CANARY_SECONDS": "1"}
    with stack_processes(fresh_folder(work), kafka, database_url, given, print) as running:
        yield running


@pytest.fixture
def prometheus(stack: RunningStack, work: Path) -> Iterator[str]:
    """Its address. The settings are ours, but that processes are found by port and often asked."""
    found = shutil.which("prometheus")
    if found is None:
        absent("prometheus", LACKS)
    folder = fresh_folder(work)
    shutil.copy(FOLDER / "alerts.yaml", folder)
    settings = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    (job,) = settings["scrape_configs"]
    ports = [process.probe_port for process in stack.supervisor.processes.values()]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [f"127.0.0.1:{port}" for port in ports]}]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(settings))
    address = f"127.0.0.1:{free_port()}"
    command = [
        found,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as running:
        yield f"http://{address}"
        running.terminate()


async def test_every_process_is_seen_every_rule_runs_and_every_panel_is_answered(
    prometheus: str, stack: RunningStack
) -> None:
    async with httpx.AsyncClient(base_url=prometheus, trust_env=False) as client:

        async def ask(path: str, **parameters: str) -> Any:
            try:
                answer = await client.get(f"/api/v1/{path}", params=parameters)
            except httpx.TransportError:
                return {}
            return answer.json().get("data", {}) if answer.is_success else {}

        async def health() -> dict[str, str]:
            targets = (await ask("targets")).get("activeTargets", ())
            return {target["scrapeUrl"]: target["health"] for target in targets}

        async def all_up() -> bool:
            seen = await health()
            return len(seen) == 8 and set(seen.values()) == {"up"}

        await eventually(all_up, 60, "all eight processes up")
        await submit(stack, sample.tickets(datetime.now(UTC))[:20])

        async def without_figures() -> list[str]:
            answers = {e: (await ask("query", query=e)).get("result") for e in expressions()}
            assert None not in answers.values(), answers
            return [e for e, result in answers.items() if not result and e not in QUIET]

        async def all_answered() -> bool:
            return not await without_figures()

        await eventually(all_answered, 90, "every panel has figures")

        rules = [rule for group in (await ask("rules"))["groups"] for rule in group["rules"]]
        assert {rule["health"] for rule in rules} == {"ok"}
        assert len(rules) == len(alert_names())

        stack.supervisor["router"].ask_to_end()

        async def noticed() -> bool:
            alerts = (await ask("alerts")).get("alerts", ())
            return "ProcessDown" in {alert["labels"]["alertname"] for alert in alerts}

        await eventually(noticed, 60, "the process that ended is noticed")


def expressions() -> list[str]:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alert_names() -> list[str]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule["alert"] for group in groups for rule in group["rules"]]
