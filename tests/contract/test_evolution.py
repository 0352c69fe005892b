"""Do contracts change only in ways that harm nobody? Old reads new, and new reads old."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import Field

from deploy.contracts.evolution import breaks
from deploy.contracts.examples import Example, examples
from deploy.contracts.release import (
    broken_promises,
    release,
    released_examples,
    released_schemas,
)
from deploy.contracts.schemas import schema_of, schemas
from shared.contracts import EVENT_TYPES, Accepted, Coverage, LicenceFact, Moment, Security
from shared.contracts.values import Frozen
from shared.envelope import validate
from shared.failures import Permanent
from shared.topics import INBOUND

NEW = [example for example in examples() if example.topic is not INBOUND]
OLD = [example for example in released_examples() if example["type"] in EVENT_TYPES]
LICENCE = "support.licence.recorded.v1"


def name_of(example: Example) -> str:
    return f"{example.topic.name}/{example.name}"


@pytest.mark.parametrize("old", OLD, ids=lambda old: old["name"])
def test_todays_reader_takes_what_the_released_version_wrote(old: dict[str, Any]) -> None:
    validate(EVENT_TYPES[old["type"]], orjson.dumps(old["data"]))


@pytest.mark.parametrize("example", examples(), ids=name_of)
def test_a_reader_of_the_released_version_takes_what_we_write_today(example: Example) -> None:
    Draft202012Validator(released_schemas()[example.event_type]).validate(example.data)


def with_news(part: Any) -> Any:
    """The same data with an unknown field in every object, as a later version might add."""
    match part:
        case dict():
            return {**{k: with_news(v) for k, v in part.items()}, "added_later": {"x": [1]}}
        case list():
            return [with_news(one) for one in part]
        case _:
            return part


@pytest.mark.parametrize("example", NEW, ids=name_of)
def test_fields_that_a_later_version_adds_anywhere_are_ignored(example: Example) -> None:
    model = EVENT_TYPES[example.event_type]
    later = orjson.dumps(with_news(example.value))

    assert validate(model, later) == validate(model, orjson.dumps(example.value))


def test_no_promise_of_the_released_version_is_broken() -> None:
    assert broken_promises(released_schemas(), schemas()) == []


def changed(model: type[Frozen]) -> list[str]:
    """What a reader of today's licence fact would suffer from `model` in its place."""
    return breaks(schema_of(LICENCE, LicenceFact), schema_of(LICENCE, model))


class AddedOptional(LicenceFact):
    reseller: str | None = None


class AddedRequired(LicenceFact):
    reseller: str


class VersionAsText(LicenceFact):
    version: str  # type: ignore[assignment]


class FewerStates(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class MoreStates(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REVOKED = "revoked"
    PAUSED = "paused"


class StateRemoved(LicenceFact):
    state: FewerStates  # type: ignore[assignment]


class StateAdded(LicenceFact):
    state: MoreStates  # type: ignore[assignment]


class PaidAlways(LicenceFact):
    paid_until: Moment


class LongerIds(LicenceFact):
    licence_id: str = Field(min_length=1, max_length=400)


class OtherDefault(LicenceFact):
    grace_days: int = 7


class StateOptional(LicenceFact):
    state: str | None = None  # type: ignore[assignment]


class HolderOfOne(Frozen):
    account_id: str | None = None
    emails: str = ""


class DeepChange(LicenceFact):
    holder: HolderOfOne  # type: ignore[assignment]


def test_an_optional_field_may_be_added() -> None:
    assert changed(AddedOptional) == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (AddedRequired, ["data.reseller: now required"]),
        (VersionAsText, ["data.version: type changed from integer to string"]),
        (StateRemoved, ["data.state: 'revoked' can no longer be read"]),
        (StateAdded, ["data.state: old readers refuse 'paused'"]),
        (LongerIds, ["data.licence_id: maxLength changed from 200 to 400"]),
        (OtherDefault, ["data.grace_days: where it is absent it now means another thing"]),
    ],
)
def test_a_planted_break_is_named(model: type[Frozen], said: list[str]) -> None:
    assert changed(model) == said


@pytest.mark.parametrize("model", [PaidAlways, StateOptional, DeepChange])
def test_a_break_of_several_kinds_is_found(model: type[Frozen]) -> None:
    assert changed(model)


def test_a_break_deep_inside_is_named_with_its_path() -> None:
    assert "data.holder.emails: type changed from array to string" in changed(DeepChange)


def test_a_removed_field_is_named() -> None:
    less = schema_of(LICENCE, LicenceFact)
    del less["properties"]["contacts"]

    assert breaks(schema_of(LICENCE, LicenceFact), less) == ["data.contacts: removed"]


ACTIVE = next(old for old in OLD if old["name"] == "licences/active")["data"]


@pytest.mark.parametrize("model", [AddedRequired, VersionAsText])
def test_a_reader_with_a_planted_break_refuses_released_records(model: type[Frozen]) -> None:
    with pytest.raises(Permanent):
        validate(model, orjson.dumps(ACTIVE))


@pytest.mark.parametrize(
    ("model", "change"), [(VersionAsText, {"version": "1"}), (StateAdded, {"state": "paused"})]
)
def test_a_released_reader_refuses_records_with_a_planted_break(
    model: type[Frozen], change: dict[str, object]
) -> None:
    written = {**ACTIVE, **change}

    validate(model, orjson.dumps(written))
    assert not Draft202012Validator(released_schemas()[LICENCE]).is_valid(written)


def test_an_event_type_that_goes_away_is_a_broken_promise() -> None:
    now = {name: schema for name, schema in schemas().items() if name != LICENCE}

    assert broken_promises(released_schemas(), now) == [f"{LICENCE}: no longer there"]


def test_a_release_freezes_what_stands_now(tmp_path: Path) -> None:
    release(tmp_path)

    assert released_schemas(tmp_path) == schemas()
    assert len(released_examples(tmp_path)) == len(examples())


@settings(deadline=None)
@given(st.sampled_from([Accepted, Coverage, LicenceFact, Security, *EVENT_TYPES.values()]))
def test_a_schema_never_breaks_itself(model: type[Frozen]) -> None:
    assert breaks(schema_of("x", model), schema_of("x", model)) == []
