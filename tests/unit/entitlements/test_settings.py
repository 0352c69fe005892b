"""Which settings does entitlements take, and what does it say of wrong ones?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.entitlements.settings import FeedSettings
from shared.settings import load


def test_billing_and_a_quarter_of_an_hour_are_what_is_taken_unless_told() -> None:
    settings = FeedSettings()
    assert settings.feed_sources == ("billing",)
    assert settings.feed_tolerance == timedelta(minutes=15)


def test_several_feeds_are_named_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_FEED_SOURCES", " billing, shop ,,billing")
    assert FeedSettings().feed_sources == ("billing", "shop")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRIAGE_FEED_SOURCES", " , "),
        ("TRIAGE_FEED_TOLERANCE_SECONDS", "-1"),
        ("TRIAGE_FEED_TOLERANCE_SECONDS", "soon"),
        ("TRIAGE_FEED_TOLERANCE_SECONDS", "1000000"),
    ],
)
def test_a_wrong_setting_ends_the_process_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load(FeedSettings)
    assert ended.value.code == 2
    assert name in capsys.readouterr().err
