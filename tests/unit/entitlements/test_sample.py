"""Do the rules give what people decided for the 180 sample tickets?"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.entitlements.coverage import Moment, coverage
from services.entitlements.identity import asker
from services.entitlements.lookup import keys_of_asker, keys_of_fact
from services.entitlements.products import ask_of
from shared.catalogue import load_catalogue
from shared.contracts import FeedAdvanced, LicenceFact, Requester, Trust, Verdict
from tests.unit.entitlements.worlds import TRUSTED, learned

SAMPLE = Path("deploy/sample")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RELATIVE = re.compile(r'"now(?:([+-])(\d+)([smhd]))?"')
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _absolute(line: str) -> str:
    def moment(found: re.Match[str]) -> str:
        sign, number, unit = found.groups()
        span = timedelta(**{UNITS[unit]: int(sign + number)}) if number else timedelta()
        return f'"{(NOW + span).isoformat()}"'

    return RELATIVE.sub(moment, line)


@cache
def _lines(name: str) -> list[dict[str, Any]]:
    text = (SAMPLE / name).read_text("utf-8")
    return [json.loads(_absolute(line)) for line in text.splitlines()]


@cache
def _world() -> tuple[dict[str, list[LicenceFact]], datetime]:
    licences: dict[str, list[LicenceFact]] = {}
    until = NOW
    for line in _lines("licences.jsonl"):
        if "complete_until" in line:
            until = FeedAdvanced.model_validate(line).complete_until
        else:
            licences.setdefault(line["licence_id"], []).append(LicenceFact.model_validate(line))
    return licences, until


@pytest.mark.parametrize("expected", _lines("expected.jsonl"), ids=lambda line: line["id"])
def test_sample_ticket_is_owed_what_people_decided(expected: dict[str, Any]) -> None:
    line = next(each for each in _lines("tickets.jsonl") if each["id"] == expected["id"])
    label = next(each for each in _lines("labels.jsonl") if each["id"] == expected["id"])
    ticket = line["submission"]
    claims = dict(ticket.get("requester") or {})
    if key := claims.pop("licence_key", None):
        claims["licence_key_hash"] = hashlib.sha256(key.strip().encode()).hexdigest()
    trust = TRUSTED if line["source"] == "help-desk" else Trust()
    who = asker(Requester.model_validate(claims), trust, ticket.get("site_url"))
    licences, until = _world()
    keys = keys_of_asker(who)
    found = [facts for facts in licences.values() if any(keys & keys_of_fact(f) for f in facts)]
    sent = datetime.fromisoformat(ticket["sent_at"]) if trust.sent_at else NOW
    answer = coverage(
        ask_of(Verdict.model_validate({"findings": label["findings"]})),
        who,
        [learned(*facts, at=NOW) for facts in found],
        Moment(sent, until, timedelta(minutes=15)),
        load_catalogue(),
    ).model_dump(mode="json")
    for field, value in expected["coverage"].items():
        if value is not None:
            assert answer[field] == value, (field, answer, expected["why"])
    assert not answer["provisional"]
