from pathlib import Path

import pytest

from deploy.local.kafka import EmbeddedKafka
from deploy.local.keys import write_keys
from deploy.local.server import GivenServer, Server
from deploy.local.stack import PARTS, settle_environment

GIVEN = GivenServer("kafka:9092", setting="KAFKA_BOOTSTRAP_SERVERS", hosts=[("kafka", 9092)])
DSN = "postgresql://u@h/d"


def settled(tmp_path: Path, kafka: Server = GIVEN, **given: str) -> dict[str, str]:
    return settle_environment(kafka, DSN, write_keys(tmp_path), given)


def test_every_process_has_a_name_of_its_own() -> None:
    assert len({part.name for part in PARTS}) == len(PARTS) == 8


def test_processes_are_told_the_servers_and_the_key_files(tmp_path: Path) -> None:
    told = settled(tmp_path)

    assert told["KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"
    assert told["DATABASE_URL"] == DSN
    assert told["TRIAGE_FEED_SOURCES"] == "billing"
    for name in (
        "TRIAGE_SOURCES_FILE",
        "TRIAGE_FINGERPRINT_KEY_FILE",
        "TRIAGE_REDACTION_KEY_FILE",
    ):
        assert Path(told[name]).is_file()


def test_canaries_go_to_our_intake_and_none_is_sent_unasked(tmp_path: Path) -> None:
    told = settled(tmp_path, INTAKE_PORT="8080")

    assert told["WATCH_CANARY_URL"] == "http://127.0.0.1:8080"
    assert Path(told["WATCH_CANARY_KEY_FILE"]).is_file()
    assert told["WATCH_CANARY_SECONDS"] == "0"
    assert settled(tmp_path, WATCH_CANARY_SECONDS="60")["WATCH_CANARY_SECONDS"] == "60"


def test_the_embedded_broker_has_four_partitions_whatever_was_wished(tmp_path: Path) -> None:
    told = settled(tmp_path, EmbeddedKafka(tmp_path), TRIAGE_PARTITIONS="6")

    assert told["TRIAGE_PARTITIONS"] == "4"


def test_a_wished_port_and_namespace_are_taken(tmp_path: Path) -> None:
    told = settled(tmp_path, INTAKE_PORT="8080", TRIAGE_NAMESPACE="other")

    assert (told["INTAKE_PORT"], told["TRIAGE_NAMESPACE"]) == ("8080", "other")


@pytest.mark.parametrize("port", ["", "0"])
def test_no_wish_for_a_port_gives_a_free_one(tmp_path: Path, port: str) -> None:
    assert int(settled(tmp_path, WATCH_PORT=port)["WATCH_PORT"]) >= 15_000


def test_a_local_stack_listens_on_the_loopback_address_alone(tmp_path: Path) -> None:
    told = settled(tmp_path, INTAKE_HOST="0.0.0.0", WATCH_HOST="0.0.0.0")

    assert (told["INTAKE_HOST"], told["WATCH_HOST"]) == ("127.0.0.1", "127.0.0.1")
