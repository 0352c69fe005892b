"""Does `triage policy` say what holds, and where it breaks?"""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from deploy.commands.policy import app
from deploy.failure import Failure
from services.router.policy import CURRENT, load_policy

BROKEN = "tests/data/policies/bug-refused.yaml"
COUNTER_EXAMPLE = (
    f"{BROKEN}, line 106: a bug is refused: (bug report, extension, over site limit) goes to "
    "renewal by row extension.seat"
)


def triage_policy(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_check_counts_the_combinations_of_the_policy_in_force() -> None:
    result = triage_policy("check")
    assert result.exit_code == 0
    assert "8,016 combinations, each with exactly one answer" in result.stdout


def test_check_prints_its_figures_as_json() -> None:
    result = triage_policy("check", str(CURRENT), "--json")
    assert json.loads(result.stdout) == {
        "sound": True,
        "version": "jetpack-crm-1",
        "hash": load_policy(CURRENT).hash,
        "combinations": 8016,
        "entitlement_pairs": 15480,
        "severity_pairs": 69720,
    }


def test_check_fails_with_the_counter_example_in_words() -> None:
    result = triage_policy("check", BROKEN)
    assert isinstance(result.exception, Failure)
    assert (str(result.exception), result.exception.exit_code) == (COUNTER_EXAMPLE, 1)


def test_check_fails_with_the_counter_example_as_json() -> None:
    result = triage_policy("check", BROKEN, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"sound": False, "counter_example": COUNTER_EXAMPLE}


def test_check_of_a_missing_file_is_wrong_usage() -> None:
    assert triage_policy("check", "none.yaml").exit_code == 2


def test_show_prints_every_row_and_every_text_as_markdown() -> None:
    policy = load_policy(CURRENT)
    lines = triage_policy("show", "--markdown").stdout.splitlines()
    rows = [row for step in policy.steps for row in step.rows]
    assert sum(line.startswith("| ") for line in lines) == 2 + len(rows)
    for row in rows:
        assert any(line.endswith(f"| {row.why} |") for line in lines)
    for key, reply in policy.replies.items():
        assert f"- {key}: {reply.text}" in lines


def test_show_prints_the_questions_in_order_in_the_terminal() -> None:
    shown = triage_policy("show").stdout
    places = [
        shown.index(f"{number}. {step.question}")
        for number, step in enumerate(load_policy(CURRENT).steps, start=1)
    ]
    assert places == sorted(places)


def test_show_does_not_show_a_broken_policy_as_if_it_held() -> None:
    result = triage_policy("show", BROKEN)
    assert isinstance(result.exception, Failure)
