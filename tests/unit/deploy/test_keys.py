import hashlib
import subprocess
from pathlib import Path

import yaml

from deploy.access import NAMES
from deploy.keys import certify, make_secure
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


def test_everybody_gets_a_password_of_their_own_and_the_authority(tmp_path: Path) -> None:
    made = make_secure(tmp_path)

    passwords = {
        name: (tmp_path / "secure" / name / "kafka.password").read_text() for name in NAMES
    }
    assert len(set(passwords.values())) == len(NAMES)
    assert set(made) == {*NAMES, "kafka", "postgres", "provision"}
    authority = (tmp_path / "authority" / "ca.pem").read_text()
    assert all((tmp_path / "secure" / name / "ca.pem").read_text() == authority for name in made)


def test_secrets_that_are_there_stay(tmp_path: Path) -> None:
    make_secure(tmp_path)
    before = {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()}

    assert make_secure(tmp_path) == []
    assert {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_the_key_of_the_authority_is_nobodys(tmp_path: Path) -> None:
    make_secure(tmp_path)
    key = (tmp_path / "authority" / "ca.key").read_text()

    files = [file for file in (tmp_path / "secure").rglob("*") if file.is_file()]
    assert not [file for file in files if key in file.read_text()]
    assert oct((tmp_path / "authority" / "ca.key").stat().st_mode)[-3:] == "600"


def test_certificates_are_good_for_their_server_alone(tmp_path: Path) -> None:
    make_secure(tmp_path)
    before = (tmp_path / "secure" / "kafka" / "server.pem").read_text()
    assert verified(tmp_path, "kafka/server.pem", "-verify_hostname", "kafka")
    assert not verified(tmp_path, "kafka/server.pem", "-verify_hostname", "postgres")
    assert verified(tmp_path, "provision/client.pem", "-purpose", "sslclient")
    assert not verified(tmp_path, "provision/client.pem", "-purpose", "sslserver")

    certify(tmp_path)
    assert (tmp_path / "secure" / "kafka" / "server.pem").read_text() != before
    assert verified(tmp_path, "kafka/server.pem", "-verify_hostname", "kafka")


def verified(folder: Path, certificate: str, *more: str) -> bool:
    authority = ("-CAfile", str(folder / "authority" / "ca.pem"), "-x509_strict")
    command = ["openssl", "verify", *authority, *more, str(folder / "secure" / certificate)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
