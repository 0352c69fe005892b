"""A customer is forgotten: is every word gone from the database, for good, and nothing else?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.local.server import Server
from shared.contracts import Accepted, Corrected, Queue
from shared.ids import ticket_id
from shared.settings import KafkaSettings
from tests.support.backup import back_up, restore
from tests.support.builders import (
    BODY,
    NOW,
    SOURCE,
    a_classified,
    a_flag,
    a_licence,
    a_suspected,
    a_ticket,
    an_accepted,
    an_activation,
    an_entitled,
)
from tests.support.builders import EMAIL as EMAIL_OF_EXAMPLES
from tests.support.router import assessed, replica, suspected, with_schema
from tests.support.servers import fresh_folder
from tests.support.world import World, a_world

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]
TABLES = (
    "router.cases",
    "router.decisions",
    "entitlements.facts",
    "entitlements.lookups",
    "entitlements.provisional",
)
EMAIL, ACCOUNT = "Nora.Quist@fjordkraft.example", "acct-nora"
WORDS = ("Quist", "fjordkraft", "acct-nora", "kjellerstua", "grunnmur")
"""Of her address, account, site and text; nowhere else."""
OTHER = "office@kontor-vest.example"


@dataclass(frozen=True)
class Place:
    """A database and a Kafka where she has asked for help, and somebody else too."""

    settings: KafkaSettings
    dsn: str
    dump: Path
    question: UUID
    report: UUID
    other: UUID

    async def triage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        given = {
            "KAFKA_BOOTSTRAP_SERVERS": self.settings.kafka_bootstrap_servers,
            "TRIAGE_NAMESPACE": self.settings.triage_namespace,
            "DATABASE_URL": self.dsn,
        }
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "deploy.commands", *arguments],
            env=os.environ | given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    async def rows(self, query: str) -> list[str]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return [str(tuple(row)) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def traces(self) -> dict[str, list[str]]:
        """Her words by table, in text or in bytes."""
        found = {}
        for table in TABLES:
            text = "\n".join(await self.rows(f"select t::text from {table} t"))
            there = [w for w in WORDS if w.lower() in text.lower() or w.encode().hex() in text]
            if there:
                found[table] = there
        return found


def asked(key: str, *, email: str, account: str, body: str, site: str) -> Accepted:
    ticket = a_ticket(subject=body, body=body, email=email, account_id=account, site_url=site)
    return an_accepted(
        ticket, ticket_id=ticket_id(SOURCE, key), fingerprint=sha256(key.encode()).hexdigest()
    )


@pytest.fixture
async def place(work: Path, kafka: Server, database_url: str, namespace: str) -> Place:
    site = "https://kjellerstua.example/"
    hers = {"email": EMAIL, "account": ACCOUNT, "site": site}
    question = asked("nora-1", body="My grunnmur is leaking.", **hers)
    report = asked("nora-2", body="I found a hole in the grunnmur.", **hers)
    other = asked(
        "vest-1", body="Hello", email=OTHER, account="acct-1001", site="https://b.example"
    )
    long_ago = question.as_of - timedelta(days=30)
    facts = [
        a_licence(
            "LIC-nora",
            account_id=ACCOUNT,
            emails=(EMAIL.lower(),),
            activations=(an_activation(site, activated_at=long_ago),),
        ),
        a_licence("LIC-vest", account_id="acct-1001", emails=(OTHER,), contacts=(EMAIL,)),
    ]
    async with a_world(fresh_folder(work), kafka, database_url, namespace) as world:
        known = await world.facts(facts)
        await world.heartbeat(question.as_of + timedelta(minutes=1), known)
        await world.tickets(
            [
                a_classified(question),
                a_classified(report, security=a_flag()),
                a_classified(other),
            ]
        )
        await world.standing(
            {
                question.fingerprint: Queue.EXTENSIONS,
                report.fingerprint: Queue.SECURITY,
                other.fingerprint: Queue.EXTENSIONS,
            }
        )
        await corrected(world, question)
        file = fresh_folder(work) / "triage.dump"
        await back_up(database_url, file)
        settings = world.settings
    return Place(
        settings, database_url, file, question.ticket_id, report.ticket_id, other.ticket_id
    )


async def corrected(world: World, accepted: Accepted) -> None:
    said = Corrected(
        ticket_id=accepted.ticket_id, security=True, by="Dana", reason="Ms Quist found a hole."
    )
    await world.correct([said])
    await world.standing({accepted.fingerprint: Queue.SECURITY})


async def test_her_words_go_from_the_database_and_the_decisions_stay(place: Place) -> None:
    ledger = await place.rows("select * from ledger order by ticket_id, revision")
    others = await others_rows(place)
    assert set(await place.traces()) == {
        "router.cases",
        "router.decisions",
        "entitlements.facts",
        "entitlements.lookups",
    }

    refused = await place.triage("forget", "--email", EMAIL)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    trial = await place.triage("forget", "--email", EMAIL, "--dry-run", "--json")
    assert trial.returncode == 0, trial.stderr
    assert set(await place.traces()) == set(TABLES) - {"entitlements.provisional"}

    done = await place.triage("forget", "--email", EMAIL, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    found, tried = json.loads(done.stdout), json.loads(trial.stdout)
    assert {found[name] == tried[name] for name in ("tickets", "licences")} == {True}
    assert found["tickets"] == sorted(map(str, (place.question, place.report)))
    assert [each["licence_id"] for each in found["licences"]] == ["LIC-nora", "LIC-vest"]
    assert await place.traces() == {}
    assert await place.rows("select * from ledger order by ticket_id, revision") == ledger
    assert await others_rows(place) == others
    assert_told_until_when(found["topics"], place.settings.triage_namespace)

    told = await place.triage("explain", str(place.question), "--revision", "1")
    assert told.returncode == 0, told.stderr
    assert "words were erased" in told.stderr
    again = await place.triage("explain", str(place.question), "--revision", "1", "--replay")
    assert again.returncode == 1
    assert "can't be decided again" in again.stderr
    nobody = await place.triage("forget", "--email", EMAIL, "--yes")
    assert nobody.returncode == 1
    assert "nothing is known" in nobody.stderr


async def test_neither_a_rebuild_nor_a_restore_brings_them_back(place: Place) -> None:
    done = await place.triage("forget", "--account", ACCOUNT, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    by_address = await place.triage("forget", "--email", EMAIL, "--yes")
    assert by_address.returncode == 0, by_address.stderr
    listed = await place.triage("forget", "--list")
    kept = place.dump.with_name("forgotten.jsonl")
    kept.write_text(listed.stdout)
    assert [word for word in WORDS if word.lower() in listed.stdout.lower()] == []
    ledger = await place.rows("select * from ledger order by ticket_id, revision")

    rebuilt = await place.triage("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert await place.traces() == {}

    await restore(place.dsn, place.dump)
    rebuilt = await place.triage("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert await place.traces() != {}  # an older backup has them: hence the list
    again = await place.triage("forget", "--again", str(kept), "--yes")
    assert again.returncode == 0, again.stderr
    assert await place.traces() == {}
    assert await place.rows("select * from ledger order by ticket_id, revision") == ledger


async def test_one_ticket_is_forgotten_alone(place: Place) -> None:
    done = await place.triage("forget", "--ticket", str(place.report), "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tickets"] == [str(place.report)]
    marked = await place.rows("select ticket_id from router.cases where forgotten_at is not null")
    assert marked == [str((place.report,))]


async def test_text_that_was_still_on_its_way_does_not_come_in_again(database_url: str) -> None:
    accepted = an_accepted()
    words = (BODY.encode(), EMAIL_OF_EXAMPLES.encode())
    await with_schema(database_url)
    async with replica(database_url) as router:
        await router.decide([assessed(an_entitled(accepted))])
        await router.ledger.forget([accepted.ticket_id], NOW)
        (outcome,) = await router.decide([suspected(a_suspected(accepted))])
        found = await router.ledger.find(accepted.ticket_id)
    assert found is not None
    assert [d.queue for d in found.case.decisions] == [Queue.EXTENSIONS, Queue.SECURITY]
    assert found.case.suspected is not None
    kept = [found.case.suspected.raw, *found.records.values()]
    kept += [record.value or b"" for record in outcome.outgoing]
    assert [word for word in words for each in kept if word in each] == []


async def others_rows(place: Place) -> list[str]:
    return await place.rows(
        f"select * from router.cases where ticket_id = '{place.other}'"
    ) + await place.rows(f"select * from router.decisions where ticket_id = '{place.other}'")


def assert_told_until_when(topics: Sequence[dict[str, Any]], namespace: str) -> None:
    until = {each["topic"].removeprefix(f"{namespace}."): each["until"] for each in topics}
    in_days = {
        topic: None if at is None else (datetime.fromisoformat(at) - datetime.now(UTC)).days + 1
        for topic, at in until.items()
    }
    # Retention, and the week in which Kafka may go on filling a segment.
    assert in_days["tickets.submitted.v1"] == 14 + 7
    assert in_days["queues.security.v1"] == 14 + 7
    assert in_days["inbound.v1"] == 2 + 7
    assert in_days["tickets.entitled.v1.router.dlq"] == 28 + 7
    assert in_days["corrections.v1"] is None
    assert in_days["licences.v1"] is None
