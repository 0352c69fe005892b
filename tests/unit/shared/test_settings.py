from __future__ import annotations

from pathlib import Path

import pytest

from shared.failures import Refused
from shared.kafka import connection
from shared.settings import KafkaSettings, PostgresSettings, ProcessSettings, load, stop


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "KAFKA_BOOTSTRAP_SERVERS",
        "TRIAGE_NAMESPACE",
        "TRIAGE_PARTITIONS",
        "KAFKA_SECURITY_PROTOCOL",
        "KAFKA_SASL_USERNAME",
        "KAFKA_SASL_PASSWORD_FILE",
        "KAFKA_CA_FILE",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "LOG_LEVEL",
        "PROBE_PORT",
        "SHUTDOWN_SECONDS",
    ):
        monkeypatch.delenv(name, raising=False)


def test_a_missing_setting_is_named_and_the_process_ends_with_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        load(KafkaSettings)

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "KAFKA_BOOTSTRAP_SERVERS" in said
    assert "Traceback" not in said


def test_every_wrong_setting_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    monkeypatch.setenv("TRIAGE_NAMESPACE", "No Spaces")
    monkeypatch.setenv("TRIAGE_PARTITIONS", "many")

    with pytest.raises(SystemExit):
        load(KafkaSettings)

    said = capsys.readouterr().err
    assert "TRIAGE_NAMESPACE" in said
    assert "TRIAGE_PARTITIONS" in said


def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROBE_PORT", "hunter2")

    with pytest.raises(SystemExit):
        load(ProcessSettings)

    assert "hunter2" not in capsys.readouterr().err


def test_settings_come_from_the_environment_and_cannot_be_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    found = load(KafkaSettings)

    assert found.kafka_bootstrap_servers == "kafka:9092"
    assert found.triage_namespace == "support"
    with pytest.raises(ValueError, match="frozen"):
        setattr(found, "triage_namespace", "other")  # noqa: B010 - as no type checker lets it


def test_the_database_address_can_be_a_secret_file_which_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "dsn"
    secret.write_text("postgresql://from-file/db\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://from-environment/db")
    assert load(PostgresSettings).dsn() == "postgresql://from-environment/db"

    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    assert load(PostgresSettings).dsn() == "postgresql://from-file/db"


def test_without_a_database_address_both_settings_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        load(PostgresSettings)

    assert ended.value.code == 2
    assert "DATABASE_URL or DATABASE_URL_FILE" in capsys.readouterr().err


def test_a_password_in_the_database_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://triage:hunter2@db/triage")

    assert "hunter2" not in repr(load(PostgresSettings))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "KAFKA_SECURITY_PROTOCOL"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "needs KAFKA_SASL_USERNAME"),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "support.router"},
            "and KAFKA_SASL_PASSWORD_FILE",
        ),
        ({"KAFKA_SASL_USERNAME": "support.router"}, "without KAFKA_SECURITY_PROTOCOL=SASL_SSL"),
        ({"KAFKA_SASL_MECHANISM": "GSSAPI"}, "KAFKA_SASL_MECHANISM"),
        ({"KAFKA_CA_FILE": "/nowhere/ca.pem"}, "cannot read /nowhere/ca.pem: No such file"),
        ({"KAFKA_SASL_PASSWORD_FILE": "/dev/null"}, "/dev/null is empty"),
        ({"KAFKA_KEY_FILE": __file__}, "KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE belong"),
        ({"DATABASE_URL_FILE": "/nowhere/url"}, "cannot read /nowhere/url: No such file"),
    ],
)
def test_credentials_that_cannot_work_are_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    named: str,
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        load(PostgresSettings if "DATABASE_URL_FILE" in settings else KafkaSettings)

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert named in said
    assert "Traceback" not in said


def test_an_authority_that_is_none_is_named() -> None:
    given = KafkaSettings(
        kafka_bootstrap_servers="localhost:9092",
        kafka_security_protocol="SSL",
        kafka_ca_file=Path(__file__),
    )

    with pytest.raises(Refused, match=r"KAFKA_CA_FILE: .*test_settings.py holds no certificate"):
        connection(given)


def test_stop_ends_with_one_message_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stop("PORT 8080 is taken")

    assert ended.value.code == 2
    assert capsys.readouterr().err == "PORT 8080 is taken\n"
