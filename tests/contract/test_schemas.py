"""Do the committed JSON Schemas say what the models read?"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from deploy.contracts import build
from deploy.contracts.examples import Example, examples
from deploy.contracts.schemas import FOLDER, MODELS, schema_of, schemas
from shared.contracts import EVENT_TYPES, Submitted
from shared.envelope import validate
from shared.failures import Permanent


def committed(event_type: str) -> Draft202012Validator:
    return Draft202012Validator(orjson.loads((FOLDER / f"{event_type}.json").read_bytes()))


@pytest.mark.parametrize("event_type", MODELS)
def test_every_event_has_a_committed_schema_of_the_right_dialect(event_type: str) -> None:
    schema = orjson.loads((FOLDER / f"{event_type}.json").read_bytes())

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(event_type)


@pytest.mark.parametrize("event_type", MODELS)
def test_the_committed_schema_is_the_one_of_the_model(event_type: str) -> None:
    assert committed(event_type).schema == schemas()[event_type]


def test_a_changed_model_is_noticed_as_drift() -> None:
    class WithMore(Submitted):
        note: str | None = None

    name = "support.ticket.submitted.v1"

    assert committed(name).schema != schema_of(name, WithMore)


@pytest.mark.parametrize("example", examples(), ids=lambda e: f"{e.topic.name}/{e.name}")
def test_every_example_is_valid_under_its_committed_schema(example: Example) -> None:
    committed(example.event_type).validate(example.data)


@pytest.mark.parametrize(
    ("event_type", "wrong"),
    [
        ("support.licence.recorded.v1", {"version": "1"}),
        ("support.licence.recorded.v1", {"version": 2**63}),
        ("support.licence.recorded.v1", {"state": "frozen"}),
        ("support.licence.recorded.v1", {"disputed": "no"}),
        ("support.licence.recorded.v1", {"grace_days": "7"}),
        ("support.licence.recorded.v1", {"holder": None}),
        ("support.licence.recorded.v1", {"products": "*"}),
        ("support.licence.recorded.v1", {"paid_until": 1767225600}),
    ],
)
def test_schema_and_model_refuse_the_same_wrong_values(
    event_type: str, wrong: dict[str, object]
) -> None:
    good = next(e for e in examples() if e.event_type == event_type and e.name == "active")
    data = {**good.data, **wrong}

    assert not committed(event_type).is_valid(data)
    with pytest.raises(Permanent) as refused:
        validate(EVENT_TYPES[event_type], orjson.dumps(data))
    assert refused.value.reason == "wrong_shape"
    assert refused.value.detail.startswith(next(iter(wrong)))


def test_nothing_generated_is_stale() -> None:
    assert build.stale() == []


def test_an_edited_a_missing_and_a_left_over_file_are_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {tmp_path / "edited.json": "{}\n", tmp_path / "missing.json": "{}\n"}
    (tmp_path / "edited.json").write_text("{ }\n")
    (tmp_path / "left-over.html").write_text("old")
    monkeypatch.setattr(build, "files", lambda: wanted)
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "SCHEMAS", tmp_path)

    assert [path.name for path in build.stale()] == [
        "edited.json",
        "left-over.html",
        "missing.json",
    ]
    build.write()
    assert build.stale() == []
