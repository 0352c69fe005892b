"""Alerts fire when they should, name figures that exist, and each says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import REGISTRY

from services.intake import metrics as intake_metrics
from services.watch import metrics as watch_metrics
from shared import metrics as shared_metrics
from tests.support.servers import absent

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
LACKS = "no promtool on the PATH; on Debian: apt-get install prometheus"
OURS = re.compile(r"\btriage_[a-z0-9_]+")
LISTS = (shared_metrics, intake_metrics, watch_metrics)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which("promtool")
    if found is None:
        absent("promtool", LACKS)
    return subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_expressions() -> list[str]:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def names_there_are() -> set[str]:
    """Every name that a process of ours can show, as Prometheus sees it."""
    names = set()
    for family in REGISTRY.collect():
        suffixes = {
            "counter": ("_total",),
            "histogram": ("_bucket", "_sum", "_count"),
        }.get(family.type, ("",))
        names |= {family.name + suffix for suffix in suffixes}
    return names


def test_rules_hold_their_tests() -> None:
    told = promtool("test", "rules", FOLDER / "alerts.test.yaml")
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_rule_that_never_fires_fails_its_test(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "alerts.test.yaml", tmp_path)
    rules = (FOLDER / "alerts.yaml").read_text().replace("triage_canary_absent) == 1", "x) == 2")
    (tmp_path / "alerts.yaml").write_text(rules)
    assert promtool("test", "rules", tmp_path / "alerts.test.yaml").returncode != 0


def test_the_scrape_settings_are_valid() -> None:
    told = promtool("check", "config", FOLDER / "prometheus.yaml")
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_alert_has_a_test_that_fires_it() -> None:
    tests = yaml.safe_load((FOLDER / "alerts.test.yaml").read_text())["tests"]
    fired = {
        test["alertname"]
        for each in tests
        for test in each["alert_rule_test"]
        if test["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in alerts()}


def test_every_alert_has_its_entry_in_the_runbook() -> None:
    text = (FOLDER / "README.md").read_text()
    entries = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL))
    for rule in alerts():
        assert rule["annotations"]["runbook"].endswith("#" + rule["alert"].lower())
        for part in ("*Means*", "*Look*", "*Do*"):
            assert part in entries[rule["alert"]], rule["alert"]
    assert set(entries) == {rule["alert"] for rule in alerts()}


def test_rules_and_dashboard_name_only_figures_that_there_are() -> None:
    assert LISTS  # importing them has put them into the registry
    there = names_there_are()
    asked = [rule["expr"] for rule in alerts()] + dashboard_expressions()
    for expression in asked:
        for name in OURS.findall(expression):
            assert name in there, f"{name} in {expression}"


def test_what_the_dashboard_asks_can_be_answered(tmp_path: Path) -> None:
    rules = [{"record": f"r{n}", "expr": e} for n, e in enumerate(dashboard_expressions())]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    told = promtool("check", "rules", path)
    assert told.returncode == 0, told.stdout + told.stderr


def test_grafanas_own_model_knows_every_word_of_the_dashboard() -> None:
    """The model leaves out what it does not know. No Grafana is at hand to load it."""
    document = json.loads((FOLDER / "dashboard.json").read_text())
    assert not lost(document, kept_by_grafana(document))

    document["panels"][1]["fieldConfig"]["defaults"]["unitt"] = "s"
    assert lost(document, kept_by_grafana(document)) == ["panels.1.fieldConfig.defaults.unitt"]


def kept_by_grafana(document: Any) -> Any:
    return json.loads(JSONEncoder().encode(Dashboard.from_json(document)))


def lost(document: Any, kept: Any, where: str = "") -> list[str]:
    """The places of what stands in `document` and not in `kept`."""
    match document, kept:
        case dict(), dict():
            pairs = [(key, value, kept.get(key)) for key, value in document.items()]
        case list(), list() if len(document) == len(kept):
            pairs = [(str(n), document[n], kept[n]) for n in range(len(kept))]
        case _:
            return [] if document == kept else [where.removeprefix(".")]
    return [place for key, was, is_ in pairs for place in lost(was, is_, f"{where}.{key}")]


def test_prometheus_and_grafana_are_given_what_stands_here() -> None:
    """Profile `observability`: files are mounted where the settings say that they are."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert "./deploy/observability:/etc/triage:ro" in compose["prometheus"]["volumes"]
    assert "--config.file=/etc/triage/prometheus.yaml" in compose["prometheus"]["command"]
    assert compose["collector"]["command"] == ["--config=/etc/triage/collector.yaml"]

    grafana = dict(
        volume.removesuffix(":ro").split(":") for volume in compose["grafana"]["volumes"]
    )
    assert grafana["./deploy/observability/grafana"] == "/etc/grafana/provisioning"
    (provider,) = yaml.safe_load((FOLDER / "grafana/dashboards/triage.yaml").read_text())[
        "providers"
    ]
    dashboards = Path(grafana["./deploy/observability/dashboard.json"])
    assert provider["options"]["path"] == str(dashboards.parent)
    home = compose["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == str(dashboards)

    (source,) = yaml.safe_load((FOLDER / "grafana/datasources/prometheus.yaml").read_text())[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    assert source["isDefault"] is True
    (variable,) = json.loads((FOLDER / "dashboard.json").read_text())["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", source["type"])


def test_prometheus_looks_for_every_process_by_its_name_in_compose() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    processes = {
        name: each
        for name, each in compose.items()
        if each["image"].startswith("triage-") and each["restart"] != "no"
    }
    (job,) = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert set(found["names"]) == processes.keys()
    assert {each["environment"]["PROBE_PORT"] for each in processes.values()} == {
        str(found["port"])
    }
    assert all(
        set(each["networks"]) & set(compose["prometheus"]["networks"])
        for each in processes.values()
    )


def test_every_figure_says_what_it_means() -> None:
    for family in REGISTRY.collect():
        if family.name.startswith("triage_"):
            assert family.documentation.endswith("."), family.name
