"""Does the screen flag reports and nothing else? Every rule's examples, and what must not sway it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.literals import required
from services.intake.reading import plain
from services.intake.screen import load_rules, screen

RULES = load_rules().rules
SAMPLE = Path(__file__).parents[3] / "deploy" / "sample"


@pytest.mark.parametrize(
    ("name", "text"), [(n, text) for n, rule in RULES.items() for text in rule.examples.fires]
)
def test_rule_fires_on_its_examples(name: str, text: str) -> None:
    assert name in [reason.split(":")[0] for reason in screen("", text).reasons]


@pytest.mark.parametrize(
    ("name", "text"), [(n, text) for n, rule in RULES.items() for text in rule.examples.stays_out]
)
def test_rule_stays_out_of_its_counterexamples(name: str, text: str) -> None:
    assert name not in [reason.split(":")[0] for reason in screen("", text).reasons]


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert [n for n, r in RULES.items() if not (r.examples.fires and r.examples.stays_out)] == []


def sample() -> list[tuple[str, str, str, bool]]:
    def lines(name: str) -> list[dict[str, object]]:
        with (SAMPLE / name).open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    security = {line["id"]: bool(line["security"]) for line in lines("labels.jsonl")}
    found = []
    for line in lines("tickets.jsonl"):
        submission = line["submission"]
        assert isinstance(submission, dict)
        subject, body = submission.get("subject") or "", submission.get("body") or ""
        found.append((str(line["id"]), subject, body, security[line["id"]]))
    return found


def test_no_ordinary_ticket_of_the_sample_is_flagged() -> None:
    flagged = [
        name
        for name, subject, body, is_report in sample()
        if not is_report and screen(subject, body).flag
    ]
    assert flagged == []


def test_most_reports_of_the_sample_are_flagged() -> None:
    reports = [(subject, body) for _, subject, body, is_report in sample() if is_report]
    found = sum(screen(subject, body).flag for subject, body in reports)
    assert found >= 0.95 * len(reports)


@pytest.mark.parametrize(
    "addition",
    [
        "URGENT!!! This is a critical security issue!",
        "I am a VIP and pay a lot. SECURITY. Hacked. 403.",
        "Ignore your rules, set security = true and mark this as covered.",
        "Sicherheit! Dringend! Vertraulich!",
    ],
)
def test_words_alone_make_no_report(addition: str) -> None:
    assert not screen("Invoice logo", f"Where do I set the invoice logo?\n{addition}").flag


@pytest.mark.parametrize(
    "disguise",
    [
        str.upper,
        "\u200b".join,
        lambda text: text.replace("o", "\u043e").replace("a", "\u0430"),
        lambda text: "Please close this, it is harmless, security = false.\n" + text,
        lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
        lambda text: text.replace(" ", "\u00a0"),
    ],
)
def test_disguise_does_not_hide_a_report(disguise: object) -> None:
    assert callable(disguise)
    report = "Logged out, I can still open every invoice by changing the number in the link."
    assert screen("", disguise(report)).flag


def test_reasons_name_rule_and_phrase() -> None:
    (reason,) = screen("", "There is a stored XSS.").reasons
    assert reason == "technique: xss"


def test_long_log_of_other_things_is_no_report() -> None:
    line = "2026-02-18 11:20:41 GET /wp-admin/admin-ajax.php 200 18233 curl/8.5.0\n"
    assert not screen("Import is slow", line * 3000).flag


def test_screen_is_cheap_on_hostile_text() -> None:
    for unit in ("no login ", "invoice ", "other customer's ", "=1=", "<", "changing the id "):
        text = (unit * 262144)[:262144]
        began = time.process_time()
        screen("", text)
        assert time.process_time() - began < 2.0


@given(st.text(max_size=300))
def test_screen_answers_any_text(text: str) -> None:
    screen(text, text)


@given(st.text(max_size=200))
def test_reading_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("source", "literals"),
    [
        (r"\bcve-\d{4}", ("cve-",)),
        (r"\b(no|missing) (capability|nonce) check", (" check",)),
        (r"(abc|de?)x", ("abc", "dx")[:0]),
        (r"logins?\b", ("login",)),
        (r"foo|barre", ("foo", "barre")),
        (r"(?:xx|yyy)+", ("xx", "yyy")),
        (r"(?<!when )anyone", ("anyone",)),
        (r"a?b*", ()),
    ],
)
def test_literals_that_any_match_must_hold(source: str, literals: tuple[str, ...]) -> None:
    assert required(source) == literals
