"""Does `triage model shadow` compare what it is given, and name a line that it can't read?"""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from deploy.commands.model import app
from deploy.failure import Failure
from services.classifier.model import ARTEFACT

TICKET = '{"id": "t1", "subject": "", "body": "How do I install the plugin?"}\n'


def triage_model_shadow(file: Path) -> Result:
    return CliRunner().invoke(app, ["shadow", str(file), "--candidate", str(ARTEFACT)])


def test_a_model_beside_itself_sends_no_ticket_another_way(tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text(TICKET)
    result = triage_model_shadow(tmp_path / "tickets.jsonl")
    assert result.exit_code == 0
    assert "0 of 1 tickets would go another way" in result.stderr


def test_a_line_that_is_no_ticket_is_named_in_one_message(tmp_path: Path) -> None:
    file = tmp_path / "tickets.jsonl"
    file.write_text(TICKET + "{\n")
    failure = triage_model_shadow(file).exception
    assert isinstance(failure, Failure)
    assert str(failure).startswith(f"{file}, line 2: not valid JSON")
