"""Every command explains itself, and wrong usage is exit code 2 with one message."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from deploy.commands.__main__ import build
from tests.unit.watch.test_timeline import ONE


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(build(list(arguments)), list(arguments))
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "command",
    ["submit", "licences", "watch", "trace", "take", "correct", "dlq", "lag", "demo"],
)
def test_every_command_explains_itself(command: str) -> None:
    code, said = call(command, "--help")
    assert code == 0
    assert "Usage:" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trace", "4711"], "is not a ticket id"),
        (["take", ONE], "--by"),
        (["correct", ONE, "--by", "Ann", "--reason", "x"], "give one of --clear"),
        (["correct", ONE, "--by", "A", "--reason", "x", "--scope", "odd"], "bug_report"),
        (["submit", "missing.jsonl"], "does not exist"),
        (["submit", "-", "--via", "pigeon"], "inbound"),
        (["licences", "publish", "missing.jsonl"], "does not exist"),
        (["dlq", "show"], "--ticket ID"),
        (["dlq", "show", "somewhere"], "TOPIC:PARTITION:OFFSET"),
        (["lag", "--no-such"], "No such option"),
    ],
)
def test_wrong_usage_says_what_is_right(
    arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "TRIAGE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    code, said = call(*arguments)
    assert code == 2
    assert says in " ".join(said.replace("│", " ").split())
    assert "Traceback" not in said


@pytest.mark.parametrize("command", [["lag"], ["trace", ONE], ["dlq", "list"], ["watch"]])
def test_without_an_address_the_setting_is_named(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    code, said = call(*command)
    assert code == 2
    assert "KAFKA_BOOTSTRAP_SERVERS" in said + capsys.readouterr().err
