"""Does the proof try everything, and does each of its checks fail when it should?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from services.router import priority, proof
from services.router.policy import CURRENT, PolicyError, check_policy, load_policy
from services.router.priority import Inputs, rule
from services.router.proof import Combination, Proof, every_combination
from services.router.table import Policy, When
from shared.contracts import ProductArea, Scope, Status

BROKEN = Path("tests/data/policies")

COUNTER_EXAMPLES = {
    "no-answer": (
        "line 82: no answer for (bug report, extension, no licence): "
        "step extension applies, none of its rows does"
    ),
    "two-answers": (
        "line 125: two answers for (installation setup, core, unverified): "
        "rows core.paying and core.free"
    ),
    "idle-row": "line 115: row extension.unclear never answers: no combination reaches it",
    "security-delayed": (
        "line 31: security is delayed: (security report, automatic reply, installation setup, "
        "core, covered) goes to review by row person.auto-reply"
    ),
    "bug-refused": (
        "line 106: a bug is refused: (bug report, extension, over site limit) goes to renewal "
        "by row extension.seat"
    ),
    "entitlement-ranks-lower": (
        "line 125: more entitlement ranks lower: (installation setup, core, covered) goes to core "
        "(row core.free), but (installation setup, core, needs renewal) goes to core-paying "
        "(row core.paying)"
    ),
    "unknown-is-denied": (
        "line 119: equal entitlement ranks differently: (installation setup, core, covered) goes "
        "to core-paying (row core.paying), but (installation setup, core, unverified) goes to "
        "core (row core.free)"
    ),
    "severity-ranks-lower": (
        "line 92: more severity ranks lower: (bug report, extension, covered) goes to core "
        "(row extension.bug), but (installation setup, extension, covered) goes to extensions "
        "(row extension.entitled)"
    ),
    "stranger-learns": (
        "line 115: a stranger learns of a licence: (installation setup, extension, not holder) "
        "goes to renewal with reply not_yours, without the licence to renewal with reply renew"
    ),
}


def test_the_policy_in_force_is_proved_over_every_combination() -> None:
    # 24 of the 32 settings of the five flags are a security report or a failed stage, where scope
    # (10) and status (7) may also be missing: 24 * 11 * 3 * 8 + 8 * 10 * 3 * 7.
    _, proved = check_policy(CURRENT)
    assert proved == Proof(combinations=8016, entitlement_pairs=15480, severity_pairs=69720)


@pytest.mark.parametrize("name", COUNTER_EXAMPLES)
def test_a_broken_policy_does_not_load_and_names_its_counter_example(name: str) -> None:
    path = BROKEN / f"{name}.yaml"
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    assert str(refused.value) == f"{path}, {COUNTER_EXAMPLES[name]}"


def test_every_broken_policy_is_expected_here() -> None:
    assert {path.stem for path in BROKEN.glob("*.yaml")} == set(COUNTER_EXAMPLES)


def a_changed_policy(tmp_path: Path, before: str, after: str) -> Path:
    text = CURRENT.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path = tmp_path / "changed.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path


def test_a_combination_that_no_step_asks_for_has_no_answer(tmp_path: Path) -> None:
    path = a_changed_policy(
        tmp_path, "when: {product_area: [core, unknown]}", "when: {product_area: core}"
    )
    with pytest.raises(
        PolicyError,
        match=r"no answer for \(installation setup, product area unknown, covered\): no step applies",
    ):
        load_policy(path)


def test_security_is_delayed_where_another_queue_is_served_first(tmp_path: Path) -> None:
    path = a_changed_policy(
        tmp_path, "queues: [security, extensions,", "queues: [extensions, security,"
    )
    with pytest.raises(PolicyError, match="security is delayed: its queue must be the first"):
        load_policy(path)


def test_security_is_refused_where_it_is_sent_to_referral(tmp_path: Path) -> None:
    path = a_changed_policy(tmp_path, "        then: security\n", "        then: referral\n")
    with pytest.raises(
        PolicyError, match=r"security is refused: \(security report, .*\) goes to referral"
    ):
        load_policy(path)


def test_only_reports_go_to_the_security_queue(tmp_path: Path) -> None:
    path = a_changed_policy(
        tmp_path,
        "        then: review\n        review_reason: undecided\n",
        "        then: security\n",
    )
    with pytest.raises(
        PolicyError, match=r"no report, but sent to security: \(undecided, installation setup, core"
    ):
        load_policy(path)


def test_the_table_is_not_monotone_against_the_opposite_order(tmp_path: Path) -> None:
    path = a_changed_policy(
        tmp_path,
        "      - [over_site_limit]\n      - [needs_renewal]\n      - [not_holder]\n      - [no_licence]\n",
        "      - [over_site_limit, needs_renewal, not_holder, no_licence]\n",
    )
    load_policy(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("      - [covered, unverified]     # unknown is not denied\n", "").replace(
            "not_holder, no_licence]\n    outside",
            "not_holder, no_licence]\n      - [covered, unverified]\n    outside",
        ),
        encoding="utf-8",
    )
    with pytest.raises(PolicyError, match="more entitlement ranks lower"):
        load_policy(path)


def disagreements(policy: Policy) -> list[Combination]:
    answers = proof._answers(policy, every_combination())
    return [
        case
        for case, answer in answers.items()
        if rule(policy, Inputs(**case._asdict())).rules[-1].id != answer.row.id
    ]


def test_enumerator_and_evaluator_agree_on_every_combination() -> None:
    assert disagreements(load_policy(CURRENT)) == []


def test_enumerator_would_notice_an_evaluator_that_forgets_the_product_area(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holds = priority._holds

    def forgetful(when: When, inputs: Inputs) -> bool:
        return holds(when.model_copy(update={"product_area": None}), inputs)

    monkeypatch.setattr(priority, "_holds", forgetful)
    wrong = disagreements(load_policy(CURRENT))
    assert {case.product_area for case in wrong} == {ProductArea.CORE, ProductArea.UNKNOWN}


def test_enumerator_leaves_out_exactly_what_can_not_be() -> None:
    possible = set(every_combination())
    flags = [False, True]
    tried = 0
    for security in flags:
        for stage_failed in flags:
            for scope in [*Scope, None]:
                for status in [*Status, None]:
                    case = proof.Combination(
                        security, False, False, stage_failed, True, scope, ProductArea.CORE, status
                    )
                    tried += 1
                    try:
                        Inputs(**case._asdict())
                    except ValueError:
                        assert case not in possible
                    else:
                        assert case in possible
    assert tried == 4 * 11 * 8


def test_enumerator_does_not_import_the_evaluator() -> None:
    tree = ast.parse(Path(proof.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name and name.startswith("services")} == {
        "services.router.table"
    }
