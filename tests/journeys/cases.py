"""How are the worked cases read? From cases.yaml, as facts, a ticket and what must come of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from pydantic import BaseModel, ConfigDict

from shared.contracts import (
    COVERED_SCOPES,
    Accepted,
    Corrected,
    Finding,
    LicenceFact,
    ProductArea,
    Queue,
    Requester,
    ReviewReason,
    Scope,
    Security,
    Ticket,
    Trust,
    Verdict,
)
from shared.ids import TICKETS

FILE = Path(__file__).with_name("cases.yaml")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
NOT_FLAGGED = Security()
TRUSTED = Trust(sent_at=True, email=True, account_id=True)


class Expected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    identity: str
    site: str
    reasons: tuple[str, ...]
    provisional: bool = False
    queue: Queue
    review: ReviewReason | None = None
    reply: str | None = None
    says: tuple[str, ...] = ()


class Later(BaseModel):
    """Where a ticket ends once facts were learned or a person has spoken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: Queue
    revisions: int = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case. `complete_until` None: the feed was never heard.

    `other_words`: another text came under the same key before. `learned`: facts that come after
    the first decision, with a feed that has then passed the ticket; `corrections`: what people say.
    """

    name: str
    facts: tuple[LicenceFact, ...]
    complete_until: datetime | None
    accepted: Accepted
    verdict: Verdict
    expected: Expected
    security: Security = NOT_FLAGGED
    other_words: bool = False
    learned: tuple[LicenceFact, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    then: Later | None = None


def read_cases(now: datetime, file: Path = FILE) -> list[Case]:
    """All cases, with times that count from `now`; raises KeyError or ValueError naming a slip."""
    return [_case(entry, now) for entry in _entries(file)]


def cases_together(reach: datetime, file: Path = FILE) -> list[Case]:
    """All cases for one store whose feed reaches that far: none meets the customers of another.

    Each case counts its times from the moment at which such a feed is as far behind as it says.
    """
    return [
        _case(_apart(entry, number), _now_of(entry, reach))
        for number, entry in enumerate(_entries(file))
    ]


def _entries(file: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["cases"]
    return entries


def _now_of(entry: Mapping[str, Any], reach: datetime) -> datetime:
    feed = _moment(entry.get("feed", 0), reach)
    return reach if feed is None else reach + (reach - feed)


def _apart(entry: dict[str, Any], number: int) -> dict[str, Any]:
    """The case with licences, accounts and `.example` domains of its own."""

    def renamed(value: Any) -> Any:
        match value:
            case dict():
                return {key: renamed(inner) for key, inner in value.items()}
            case list():
                return [renamed(inner) for inner in value]
            case str():
                value = re.sub(r"\bacct-\w+", rf"\g<0>-{number}", value)
                return re.sub(r"(?i)\.example\b", rf"\g<0>{number}", value)
            case _:
                return value

    def own(licences: dict[str, Any]) -> dict[str, Any]:
        return {f"{name}-{number}": with_defaults(name, each) for name, each in licences.items()}

    def with_defaults(name: str, history: list[dict[str, Any]]) -> list[dict[str, Any]]:
        given = {"account": f"acct-{name}", "emails": [f"{name.lower()}@holders.example"]}
        return renamed([given | history[0], *history[1:]])  # type: ignore[no-any-return]

    ticket = renamed(entry["ticket"])
    if "key" in ticket:
        ticket["key"] = f"{ticket['key']}-{number}"
    apart = dict(entry) | {"ticket": ticket, "licences": own(entry.get("licences", {}))}
    if "learned" in entry:
        apart["learned"] = own(entry["learned"])
    return apart


def key_of(licence: str) -> str:
    """The licence key that customers of a worked case hold."""
    return f"KEY-{licence}"


def _case(entry: dict[str, Any], now: datetime) -> Case:
    entry = dict(entry)
    name = entry.pop("name")
    try:
        ticket = dict(entry.pop("ticket"))
        accepted = _accepted(name, ticket, now)
        case = Case(
            name,
            _all_facts(entry.pop("licences", {}), now),
            _moment(entry.pop("feed", 0), now),
            accepted,
            _verdict(ticket),
            Expected.model_validate(entry.pop("expect")),
            Security(flag=ticket.pop("report", False)),
            ticket.pop("other_words", False),
            _all_facts(entry.pop("learned", {}), now),
            tuple(_corrected(said, accepted.ticket_id) for said in entry.pop("corrected", [])),
            Later.model_validate(then) if (then := entry.pop("then", None)) else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"case {name!r}: {error}") from error
    if left := [*ticket, *entry]:
        raise ValueError(f"case {name!r}: what is {left[0]!r}?")
    return case


def _all_facts(licences: Mapping[str, Any], now: datetime) -> tuple[LicenceFact, ...]:
    histories = licences.items()
    return tuple(fact for each, history in histories for fact in _facts(each, history, now))


def _corrected(said: str, ticket_id: UUID) -> Corrected:
    """`report`, `no report`, or the category that the ticket really has."""
    word: dict[str, Any] = {"scope": said}
    if said in {"report", "no report"}:
        word = {"security": said == "report"}
    return Corrected(ticket_id=ticket_id, by="Ada", reason="I have read it.", **word)


def _facts(licence: str, history: list[dict[str, Any]], now: datetime) -> list[LicenceFact]:
    """The versions of one licence, each the one before with its changes."""
    stands: dict[str, Any] = {
        "from": "-200d",
        "state": "active",
        "account": f"acct-{licence}",
        "emails": [f"{licence.lower()}@holders.example"],
        "contacts": [],
        "products": ["WooSync"],
        "site_limit": 1,
        "valid_from": "-200d",
        "paid_until": "+165d",
        "grace_days": 7,
        "disputed": False,
        "sites": [],
    }
    facts: list[LicenceFact] = []
    version = 0
    for changes in history:
        changed = dict(changes)
        version += not changed.pop("again", False)
        if unknown := set(changed) - set(stands):
            raise ValueError(f"what is {unknown.pop()!r}?")
        stands = stands | changed
        facts.append(_fact(licence, version, stands, now))
    return facts


def _fact(licence: str, version: int, stands: dict[str, Any], now: datetime) -> LicenceFact:
    return LicenceFact.model_validate(
        {
            "licence_id": licence,
            "version": version,
            "effective_at": _moment(stands["from"], now),
            "state": stands["state"],
            "holder": {"account_id": stands["account"], "emails": stands["emails"]},
            "contacts": stands["contacts"],
            "products": stands["products"],
            "site_limit": None if stands["site_limit"] == "none" else stands["site_limit"],
            "valid_from": _moment(stands["valid_from"], now),
            "paid_until": _moment(stands["paid_until"], now),
            "grace_days": stands["grace_days"],
            "disputed": stands["disputed"],
            "key_hash": hashlib.sha256(key_of(licence).encode()).hexdigest(),
            "activations": [_site(each, n, now) for n, each in enumerate(stands["sites"])],
        }
    )


def _site(site: str | dict[str, Any], number: int, now: datetime) -> dict[str, Any]:
    given = {"url": site} if isinstance(site, str) else site
    return {
        "site_url": given["url"],
        "activated_at": _moment(given.get("since", f"-{190 - number}d"), now),
        "deactivated_at": _moment(given.get("until", "never"), now),
        "environment": given.get("kind", "production"),
    }


def _accepted(name: str, ticket: dict[str, Any], now: datetime) -> Accepted:
    key = ticket.pop("key", None)
    sent = _moment(ticket.pop("sent", 0), now)
    assert sent is not None
    requester = Requester(
        account_id=ticket.pop("account", None),
        email=ticket.pop("email", None),
        licence_key_hash=key and hashlib.sha256(key_of(key).encode()).hexdigest(),
    )
    ticket_id: UUID = uuid5(TICKETS, name)
    return Accepted(
        ticket_id=ticket_id,
        fingerprint=hashlib.sha256(name.encode()).hexdigest(),
        source="help-desk",
        trust=TRUSTED if ticket.pop("trusted", True) else Trust(),
        received_at=now,
        as_of=sent,
        ticket=Ticket(subject=name, requester=requester, site_url=ticket.pop("site", None)),
        auto_reply=ticket.pop("machine", False),
    )


def _verdict(ticket: dict[str, Any]) -> Verdict:
    sure = ticket.pop("sure", True)
    asks = ticket.pop("asks", None)
    if asks is None:
        asks = [{k: ticket.pop(k) for k in ("scope", "area", "extension") if k in ticket}]
    return Verdict(findings=tuple(_finding(ask) for ask in asks), decided=sure)


def _finding(ask: dict[str, Any]) -> Finding:
    scope = Scope(ask.get("scope", Scope.PRODUCT_QUESTION))
    extension = ask.get("extension")
    area = ProductArea.EXTENSION if extension else ProductArea.CORE
    return Finding(
        scope=scope,
        in_scope=scope in COVERED_SCOPES,
        product_area=ProductArea(ask.get("area", area)),
        extension=extension,
    )


def _moment(text: str | int, now: datetime) -> datetime | None:
    """`-30d`, `+2h`, `0`; None for `never`."""
    if text == "never":
        return None
    if text == 0:
        return now
    sign_and_number, unit = str(text)[:-1], str(text)[-1]
    return now + timedelta(**{UNITS[unit]: int(sign_and_number)})
