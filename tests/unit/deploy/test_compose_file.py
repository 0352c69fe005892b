"""What does docker-compose.yml promise? Read as a file, so that it holds without Docker too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.access import NAMES
from deploy.local.stack import PARTS
from shared.settings import ProcessSettings
from shared.topics import TICKET_DAYS

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: s for name, s in SERVICES.items() if s["image"].startswith("triage-")}
LASTING = {name: s for name, s in OURS.items() if s["restart"] != "no"}
VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


class _WithOverride(yaml.SafeLoader):
    """Compose's own tag: a list that stands instead of the one underneath, not beside it."""


_WithOverride.add_constructor(
    "!override",
    lambda loader, node: loader.construct_sequence(node, deep=True),  # type: ignore[arg-type]
)
_SECURE = (ROOT / "deploy" / "secure" / "compose.yaml").read_text()
SECURED: dict[str, dict[str, Any]] = yaml.load(_SECURE, Loader=_WithOverride)["services"]

each = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)
each_process = pytest.mark.parametrize("name", LASTING)


def test_every_process_of_the_pipeline_is_there() -> None:
    started = {(*s["command"],) for s in LASTING.values()}
    assert started == {(part.module, *part.arguments) for part in PARTS}


@each_of_ours
def test_our_containers_can_do_nothing_that_they_need_not(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    assert not {"privileged", "devices", "user", "pid"} & service.keys()


@each_of_ours
def test_our_images_run_as_a_user_without_rights(name: str) -> None:
    build = built(OURS[name]["image"])
    stages = dict(stages_of((ROOT / build["dockerfile"]).read_text()))
    assert re.findall(r"^USER (.+)$", stages[build["target"]], re.MULTILINE) == ["10001"]


@each
def test_every_container_has_bounds(name: str) -> None:
    service = SERVICES[name]
    assert "mem_limit" in service
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    if name in OURS:
        assert service["pids_limit"] > 0


@each
def test_every_container_gives_up_rights_on_the_way(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@each_process
def test_health_is_asked_by_our_own_command(name: str) -> None:
    check = LASTING[name]["healthcheck"]
    assert check["test"] == ["CMD", "python", "-m", "shared.health", "--ready"]
    assert LASTING[name]["environment"]["PROBE_PORT"].isdecimal()


@each_process
def test_a_drain_is_never_cut_off_by_its_container(name: str) -> None:
    drain = ProcessSettings.model_fields["shutdown_seconds"].default
    assert "SHUTDOWN_SECONDS" not in LASTING[name]["environment"]
    assert seconds(LASTING[name]["stop_grace_period"]) >= drain + 10


@each_process
def test_what_ends_by_itself_is_started_again(name: str) -> None:
    assert LASTING[name]["restart"] == "unless-stopped"


@each
def test_ports_are_open_to_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@each
def test_nothing_hinders_a_second_replica(name: str) -> None:
    assert "container_name" not in SERVICES[name]
    assert "hostname" not in SERVICES[name]


@each
def test_secrets_are_files(name: str) -> None:
    environment = SERVICES[name].get("environment", {})
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|DATABASE_URL|_KEY\b|_KEY_")
    assert all(setting.endswith("_FILE") for setting in environment if secret.search(setting))


@each_process
def test_secrets_can_be_read_and_not_changed(name: str) -> None:
    assert all(volume.endswith(":ro") for volume in LASTING[name].get("volumes", []))


def test_the_fast_lane_could_not_reach_the_database() -> None:
    on_database = {name for name, s in SERVICES.items() if "database" in s.get("networks", [])}
    assert on_database == {"postgres", "provision", "entitlements", "router", "triage"}
    assert COMPOSE["networks"]["database"] == {"internal": True}
    assert "volumes" not in SERVICES["fast-lane"]


@pytest.mark.parametrize("name", [*LASTING, "triage", "demo"])
def test_secured_each_logs_in_as_itself_with_nothing_but_its_own_secrets(name: str) -> None:
    service = SECURED[name]
    login = {"triage": "operator", "demo": "operator"}.get(name, name)
    environment = service["environment"]
    assert environment["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    assert environment["KAFKA_SASL_USERNAME"] == f"${{TRIAGE_NAMESPACE:-support}}.{login}"
    (volume,) = service["volumes"]
    assert volume["volume"] == {"subpath": login}
    assert volume["read_only"] is True
    assert login in NAMES


@pytest.mark.parametrize("name", ["entitlements", "router", "triage"])
def test_secured_nobody_but_provision_logs_in_as_the_owner_of_the_tables(name: str) -> None:
    assert SECURED[name]["environment"]["DATABASE_URL_FILE"] == "/keys/secure/database.url"
    assert SECURED[name]["environment"]["PGSSLMODE"] == "verify-full"
    override = rf"  {name}:.*?volumes: !override"
    assert re.search(override, _SECURE, re.DOTALL)


def test_secured_no_listener_is_left_open() -> None:
    told = SECURED["kafka"]["environment"]
    listeners = {each.partition("://")[0] for each in told["KAFKA_LISTENERS"].split(",")}
    protocols = dict(
        each.split(":") for each in told["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    )
    assert protocols.keys() == listeners
    assert set(protocols.values()) == {"SASL_SSL", "SSL"}
    for name, protocol in protocols.items():
        if protocol == "SSL":
            assert told[f"KAFKA_LISTENER_NAME_{name}_SSL_CLIENT_AUTH"] == "required"


def test_offsets_outlive_the_tickets() -> None:
    """The fast lane joins no group: offsets gone before their records would page people again."""
    minutes = SERVICES["kafka"]["environment"]["KAFKA_OFFSETS_RETENTION_MINUTES"]
    assert minutes >= (TICKET_DAYS + 1) * 24 * 60


def test_topics_are_never_made_by_accident() -> None:
    assert SERVICES["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_the_example_of_settings_is_complete_and_gives_the_defaults() -> None:
    used = dict(VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    used["COMPOSE_PROJECT_NAME"] = COMPOSE["name"]
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert dict(line.split("=", 1) for line in lines if line and line[0] != "#") == used


def built(image: str) -> dict[str, Any]:
    """How the image is built; by one service, whoever else runs it."""
    builds: list[dict[str, Any]] = [
        s["build"] for s in OURS.values() if s["image"] == image and "build" in s
    ]
    assert builds
    assert all(build == builds[0] for build in builds)
    return builds[0]


def stages_of(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each stage's name and text."""
    for stage in re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)[1:]:
        named = re.match(r"\S+ AS (\S+)", stage)
        assert named
        yield named[1], stage


def seconds(span: str) -> int:
    assert span.endswith("s")
    return int(span[:-1])
