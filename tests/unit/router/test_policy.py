"""Is a policy file read strictly, and known by its content?"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.router.policy import CURRENT, POLICIES, PolicyError, find_policy, load_policy

IN_FORCE = {
    "jetpack-crm-1": "aca82bfdfc7be85b95b5d6be15fbef8b59e43aaa2cc16ac697c1a1bb22210965",
}
"""Every version that was ever in force, with its hash: a change is a new version."""


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = CURRENT.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "changed.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    message = str(refused.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_every_policy_that_was_in_force_is_kept_unchanged_and_sound() -> None:
    kept = {path.stem: load_policy(path) for path in POLICIES.glob("*.yaml")}
    assert {name: policy.hash for name, policy in kept.items()} == IN_FORCE
    assert all(policy.version == name for name, policy in kept.items())


def test_a_policy_is_found_again_by_its_hash() -> None:
    policy = load_policy(CURRENT)
    assert find_policy(policy.hash) == policy
    assert find_policy("0" * 64) is None


def test_comments_and_layout_do_not_change_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "commented.yaml"
    path.write_text("# Once more.\n\n" + CURRENT.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_policy(path).hash == load_policy(CURRENT).hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: jetpack-crm-1", "version: jetpack-crm-2"),
        (
            "clauses: [C1, C8]\n        reply: received_free\n",
            "clauses: [C8]\n        reply: received_free\n",
        ),
        ("A person reads it and answers you.", "A person will answer."),
    ],
)
def test_a_change_of_rule_or_text_changes_the_hash(tmp_path: Path, before: str, after: str) -> None:
    assert load_policy(changed(tmp_path, before, after)).hash != load_policy(CURRENT).hash


def test_the_reference_names_version_and_hash() -> None:
    policy = load_policy(CURRENT)
    assert (policy.ref.version, policy.ref.hash) == ("jetpack-crm-1", policy.hash)
    assert len(policy.hash) == 64


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("status: needs_renewal}", "status: need_renewal}", "status.0: Input should be 'covered', 'over_site_limit'"),
        ("{security: yes}", "{sekurity: yes}", "steps.0.when.sekurity: Extra inputs are not permitted"),
        ("{security: yes}", "{security: maybe}", "steps.0.when.security: Input should be a valid boolean, unable to interpret input"),
        ("{security: yes}", "{security: }", "steps.0.when.security: Input should be a valid boolean"),
        ("{scope: unclear}", "{scope: []}", "steps.5.when.scope: Value should have at least 1 item"),
        ("        reply: renew\n", "        reply: renew_now\n", "row extension.ended: there is no reply `renew_now`"),
        ("clauses: [C9]", "clauses: [C11]", "there is no clause `C11`"),
        ("        review_reason: undecided\n", "", "row undecided.person: `review_reason` is given where `then` is review, only there"),
        ("  - id: conflict\n", "  - id: auto-reply\n", "the id `auto-reply` is used twice"),
        ("core, review, renewal", "core, renewal", "the queue `review` is not named; name each once"),
        ("core, review, renewal", "core, review, review, renewal", "the queue `review` is named 2 times; name each once"),
        ("  unclear:\n    told: The rest of your message is passed on to a person.\n", "", "the category `unclear` is not named; name each once"),
        ("      - [not_holder]\n", "", "the status `not_holder` is not named; name each once"),
        ("      - [bug_report]\n", "", "the category `bug_report` is not named; name each once"),
        ("      - [not_holder]\n      - [no_licence]\n    outside: [holder_changed]", "      - [not_holder]\n    outside: [holder_changed, no_licence]", "`no_licence` must have a place in the order"),
        ("version: jetpack-crm-1", "version: jetpack-crm-1\nversion: two", "not valid YAML: `version` stands here twice; keep one"),
        ("version: jetpack-crm-1", "version: [", "line 15: not valid YAML: expected"),
        ("version: jetpack-crm-1", "version: x\nhash: abc", "`hash` is computed from the content; remove it"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_refused_in_words(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert message in refusal(changed(tmp_path, before, after))


def test_the_error_names_the_line_of_the_slip(tmp_path: Path) -> None:
    text = CURRENT.read_text(encoding="utf-8")
    line = text[: text.index("        reply: renew\n")].count("\n") + 1
    path = changed(tmp_path, "        reply: renew\n", "        reply: renew_now\n")
    assert refusal(path).startswith(f", line {line}: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no policy"),
        (b"- a\n- b\n", "holds no policy"),
        (b"version: x\n", "clauses: Field required"),
        (b"\xff\xfe\x00", "can't be read"),
        (b"version: \x00", "not valid YAML"),
        (b"&a [*a]", "line 1: not valid YAML: references with `*` are not read"),
        (b"a: " + b"[" * 5000, "nested too deeply"),
        (b"? [a]\n: b\n", "line 1: not valid YAML: a key must be a word"),
        (
            b"version: !!python/object/apply:os.system [ls]",
            "version: Input should be a valid string",
        ),
    ],
)
def test_a_file_that_holds_no_policy_gives_one_clear_message(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    assert message in refusal(path)


def test_a_missing_file_gives_one_clear_message(tmp_path: Path) -> None:
    assert "can't be read" in refusal(tmp_path / "none.yaml")
