import hashlib
from pathlib import Path

import yaml

from deploy.local.keys import write_keys


def test_the_help_desk_is_trusted_and_the_web_form_is_not(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys")

    sources = yaml.safe_load(keys.sources_file.read_text())["sources"]
    assert sources["help-desk"]["trusted"] == ["sent_at", "email", "account_id"]
    assert sources["web-form"]["trusted"] == []


def test_the_sources_file_holds_hashes_of_the_keys_and_no_key(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys")

    text = keys.sources_file.read_text()
    for source, key in keys.api_keys.items():
        assert key not in text
        assert yaml.safe_load(text)["sources"][source]["api_key_sha256"] == [
            hashlib.sha256(key.encode()).hexdigest()
        ]


def test_all_key_files_are_readable_by_us_alone(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys")

    files = (
        keys.sources_file,
        keys.fingerprint_key_file,
        keys.redaction_key_file,
        keys.canary_key_file,
    )
    assert [oct(file.stat().st_mode)[-3:] for file in files] == ["600"] * 4
    assert len(bytes.fromhex(keys.fingerprint_key_file.read_text())) == 32
    assert keys.fingerprint_key_file.read_text() != keys.redaction_key_file.read_text()


def test_the_canary_has_a_key_of_its_own_that_no_client_gets(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys", canary_folder=tmp_path / "watch")

    key = keys.canary_key_file.read_text().strip()
    source = yaml.safe_load(keys.sources_file.read_text())["sources"]["canary"]
    assert source["canary"]
    assert source["trusted"] == []
    assert source["api_key_sha256"] == [hashlib.sha256(key.encode()).hexdigest()]
    assert list(keys.api_keys) == ["help-desk", "web-form"]
    assert keys.canary_key_file.parent == tmp_path / "watch"


def test_keys_are_fresh_each_time(tmp_path: Path) -> None:
    assert write_keys(tmp_path / "a").api_keys != write_keys(tmp_path / "a").api_keys
