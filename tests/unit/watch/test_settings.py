"""What writes or calls is off until it is set, and set only as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.watch.app import Watch
from services.watch.settings import Settings, secret


def settings(**more: Any) -> Settings:
    return Settings(kafka_bootstrap_servers="nowhere:9", **more)


def test_nothing_is_written_or_called_unasked() -> None:
    plain = settings(watch_escalate_url="", watch_canary_url="", watch_replay_token_file="")
    assert plain.watch_escalate_url is None
    assert plain.watch_canary_seconds == 0
    watch = Watch(plain)
    assert not watch.putting_back.offered
    assert not watch.shows_text


@pytest.mark.parametrize(
    "more",
    [
        {"watch_escalate_url": "http://pager"},
        {"watch_escalate_url": "pager"},
        {"watch_canary_seconds": 60},
        {"watch_canary_seconds": 60, "watch_canary_url": "http://intake"},
    ],
)
def test_half_a_setting_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**more)


def test_a_secret_file_that_holds_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ValueError, match="empty is empty"):
        secret(tmp_path / "empty")
    with pytest.raises(ValueError, match="cannot read"):
        secret(tmp_path / "none")


def test_what_signs_nothing_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not base64!")
    with pytest.raises(ValueError, match="does not hold whsec_"):
        Watch(
            settings(
                watch_escalate_url="http://pager", watch_escalate_secret_file=tmp_path / "secret"
            )
        )
