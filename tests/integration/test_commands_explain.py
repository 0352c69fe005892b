"""Does `triage explain` say why, from the ledger alone, and does its record hold everything?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from shared.contracts import Corrected, Scope, Status
from tests.support.builders import (
    EXTENSION,
    a_coverage,
    a_finding,
    a_suspected,
    a_verdict,
    an_accepted,
    an_entitled,
)
from tests.support.router import assessed, corrected, replica, suspected, with_schema

pytestmark = pytest.mark.real
TICKET = UUID(int=1)
REPORT = UUID(int=2)


@pytest.fixture
async def dsn(database_url: str) -> str:
    """A ledger with an expired customer's question, corrected once, and a report."""
    await with_schema(database_url)
    question = a_verdict(
        a_finding(Scope.PRODUCT_QUESTION, extension=EXTENSION, evidence=("which [b]address[/b]",))
    )
    expired = a_coverage(Status.NEEDS_RENEWAL, "expired")
    accepted = an_accepted(ticket_id=TICKET)
    said = Corrected(ticket_id=TICKET, scope=Scope.BUG_REPORT, by="Ada", reason="It crashes.")
    async with replica(database_url) as router:
        await router.decide([assessed(an_entitled(accepted, verdict=question, coverage=expired))])
        await router.decide([corrected("c1", said)])
        await router.decide([suspected(a_suspected(an_accepted(ticket_id=REPORT)))])
    return database_url


async def triage(dsn: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`triage explain`, with a database or with no service at all."""
    hidden = {"DATABASE_URL", "DATABASE_URL_FILE", "KAFKA_BOOTSTRAP_SERVERS"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.commands", "explain", *arguments],
        env=environment | ({"DATABASE_URL": dsn} if dsn else {}),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


async def test_a_support_lead_reads_why_and_what_would_change_it(dsn: str) -> None:
    told = await triage(dsn, str(TICKET))
    assert (told.returncode, told.stderr) == (0, "")
    for line in (
        f"Ticket {TICKET}, revision 2 (correction)",
        f"Asked: bug report about {EXTENSION}, covered by the policy (100% sure)",
        "Owed: needs renewal (expired)",
        "Corrected by Ada: it is bug report. It crashes.",
        "Queue core (rank 4). A bug is never refused for want of rights;",
        "Asked in this order:",
        "  coverage covered or unverified: extensions",
        "To the customer (received free):",
    ):
        assert line in told.stdout, line
    assert "\x1b" not in told.stdout


async def test_an_earlier_revision_is_told_with_its_evidence_as_it_was_written(dsn: str) -> None:
    told = await triage(dsn, str(TICKET), "--revision", "1")
    assert "stands no longer" in told.stdout
    assert "in the text: which [b]address[/b]" in told.stdout
    assert "Corrected by" not in told.stdout


@pytest.mark.parametrize("ticket_id", [TICKET, REPORT])
async def test_the_printed_record_is_replayed_without_any_service(
    dsn: str, ticket_id: UUID, tmp_path: Path
) -> None:
    printed = await triage(dsn, str(ticket_id), "--json")
    record = json.loads(printed.stdout)
    assert {"queue", "rules", "facts", "alternatives", "policy", "model", "inputs"} <= set(record)
    assert record["rules"][-1]["outcome"] == f"yes: {record['queue']}"
    file = tmp_path / "record.json"
    file.write_text(printed.stdout)
    again = await triage(None, "--replay", "--file", str(file))
    assert (again.returncode, again.stdout) == (0, "decided again: the same, byte for byte\n")
    from_ledger = await triage(dsn, str(ticket_id), "--replay", "--json")
    assert json.loads(from_ledger.stdout)["reproduced"] is True
    file.write_text(json.dumps({**record, "rank": 7}))
    altered = await triage(None, "--replay", "--file", str(file), "--json")
    assert altered.returncode == 1
    assert json.loads(altered.stdout)["wrong"] == ["rank differs"]


async def test_a_record_altered_in_the_ledger_is_noticed(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "update router.cases set assessed = convert_to(replace(convert_from(assessed, 'UTF8'),"
            " 'needs_renewal', 'no_licence'), 'UTF8') where ticket_id = $1",
            TICKET,
        )
    finally:
        await connection.close()
    told = await triage(dsn, str(TICKET), "--replay")
    assert told.returncode == 1
    assert "coverage.status differs" in told.stdout
    assert "seal differs" in told.stdout


async def test_other_versions_of_policy_model_and_code_are_told(dsn: str, tmp_path: Path) -> None:
    record = json.loads((await triage(dsn, str(TICKET), "--json")).stdout)
    record["model"]["hash"] = "sha256:older"
    record["inputs"]["steps"][-1]["code"] = "older"
    record["inputs"]["steps"][-1]["policy"] = record["policy"]["hash"] = "older"
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    told = await triage(None, "--replay", "--file", str(file))
    assert told.returncode == 1
    assert [line.split()[1] for line in told.stderr.splitlines()] == ["policy", "model", "code"]
    assert "hash older, is not in services/router/policies" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["{unknown}"], 1, "the ledger has no decision"),
        (["{ticket}", "--revision", "9"], 1, "there are 2 revisions, not 9"),
        (["{ticket}", "--file", "x.json"], 2, "give a ticket id, or --replay with --file"),
        (["--replay"], 2, "give a ticket id, or --replay with --file"),
        (["--replay", "--file", "nowhere.json"], 1, "nowhere.json: No such file"),
        (["--replay", "--file", "pyproject.toml"], 1, "pyproject.toml, line 1: not JSON"),
        (["no-id"], 2, "is not a ticket id"),
    ],
)
async def test_wrong_use_gets_one_clear_line(
    dsn: str, arguments: list[str], code: int, says: str
) -> None:
    given = [each.format(unknown=UUID(int=404), ticket=TICKET) for each in arguments]
    told = await triage(dsn, *given)
    assert told.returncode == code
    assert says in " ".join(told.stderr.split())
    assert "Traceback" not in told.stderr
