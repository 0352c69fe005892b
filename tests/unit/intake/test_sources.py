"""Does a wrong sources file say what is wrong, and a right one who may send?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from services.intake.sources import Sources, read_sources
from tests.unit.intake.conftest import digest


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"sources": {"a": {"api_key_sha256": ["short"]}}}, "sources.a.api_key_sha256.0"),
        ({"sources": {"a": {"api_key_sha256": [], "trusted": []}}}, "sources.a has neither"),
        ({"sources": {"a": {"api_key_sha256": [digest("x")], "trusted": ["vip"]}}}, "a.trusted.0"),
        ({"sources": {"a": {"api_key_sha256": [digest("x")], "burst": 1}}}, "sources.a.burst"),
        (
            {"sources": {"a": {"api_key_sha256": [digest("x")], "bytes_per_second": 0}}},
            "sources.a.bytes_per_second",
        ),
        ({"sources": {"inbound:x": {"api_key_sha256": [digest("x")]}}}, "sources.inbound:x"),
        (
            {"sources": {n: {"api_key_sha256": [digest("x")]} for n in "ab"}},
            "sources.a and sources.b share",
        ),
        ({"sources": {"a": {"webhook_secret_files": ["nowhere"]}}}, "cannot read nowhere"),
        ({}, "sources"),
        (["a"], "the document"),
    ],
)
def test_wrong_file_is_named_with_source_and_field(
    tmp_path: Path, document: object, message: str
) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump(document))
    with pytest.raises(ValueError, match="sources") as error:
        read_sources(file)
    assert message in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_broken_yaml_and_missing_file_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    with pytest.raises(ValueError, match="cannot read"):
        read_sources(file)
    file.write_text("sources: [")
    with pytest.raises(ValueError, match=r"line [12] is not valid YAML"):
        read_sources(file)


def test_webhook_secret_must_be_base64(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("whsec_")
    file = tmp_path / "sources.yaml"
    file.write_text(yaml.safe_dump({"sources": {"a": {"webhook_secret_files": ["s"]}}}))
    with pytest.raises(ValueError, match="whsec_"):
        read_sources(file)


def test_key_finds_its_source_and_nothing_else_does(sources: Sources) -> None:
    found = sources.with_key("form-key")
    assert found is not None
    assert found.name == "web-form"
    for other in ("", "form-key ", digest("form-key"), "\ud800"):
        assert sources.with_key(other) is None


def test_inbound_source_can_not_pass_for_one_over_http(sources: Sources) -> None:
    assert sources.on_topic("help-desk").source == "inbound:help-desk"
    assert not sources.on_topic("help-desk").trust.account_id
    assert sources.on_topic("/billing").trust.account_id
