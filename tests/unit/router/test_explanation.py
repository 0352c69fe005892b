"""Does the explanation say why, and what would change it?"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.router import proof
from services.router.explanation import Alternative, alternatives, explain, in_words
from services.router.policy import CURRENT, load_policy
from services.router.priority import Inputs
from services.router.proof import Combination, every_combination
from shared.contracts import ProductArea, Queue, Scope, Status

POLICY = load_policy(CURRENT)
CASES = every_combination()
VALUES = {name: {getattr(case, name) for case in CASES} for name in CASES[0]._fields}
ANSWERS = proof._answers(POLICY, CASES)
EXPIRED = Inputs(
    decided=True,
    scope=Scope.PRODUCT_QUESTION,
    product_area=ProductArea.EXTENSION,
    status=Status.NEEDS_RENEWAL,
)


def test_expired_extension_question_is_explained_to_a_support_lead() -> None:
    assert in_words(explain(POLICY, EXPIRED)) == (
        "Queue renewal (rank 6). The subscription has ended, so the customer is told how to "
        "renew (reading 8).\n"
        "  C4: Extension support comes before core support, and is only for those with an active "
        "subscription.\n"
        "\n"
        "Asked in this order:\n"
        "  Does it report a security weakness? no\n"
        "  Did a machine write it? no\n"
        "  Did another message come under the same key before? no\n"
        "  Did a stage of the pipeline fail on it? no\n"
        "  Was the classifier unsure what it is about? no\n"
        "  Is it outside the support categories, or impossible to tell? no\n"
        "  Is it something that the policy does not cover? no\n"
        "  Has the licence passed to another holder since it was bought? no\n"
        "  Is it about an extension? yes: renewal\n"
        "\n"
        "Another queue, if one thing alone were different:\n"
        "  security report yes: security\n"
        "  automatic reply yes: review\n"
        "  another message under the same key yes: review\n"
        "  a stage failed yes: review\n"
        "  the classifier sure no: review\n"
        "  category bug report: core\n"
        "  category third party compatibility, customization, server administration, client "
        "specific request, custom development or general wordpress: referral\n"
        "  category unclear: review\n"
        "  product area core or unknown: core\n"
        "  coverage covered or unverified: extensions\n"
        "  coverage holder changed: review"
    )


def test_review_names_its_reason() -> None:
    undecided = Inputs(scope=Scope.BUG_REPORT, status=Status.COVERED)
    assert in_words(explain(POLICY, undecided)).startswith("Queue review (rank 5, undecided). ")


def test_a_security_report_with_nothing_known_would_go_nowhere_else_by_a_single_change() -> None:
    unread = Inputs(security=True, scope=None, status=None)
    assert alternatives(POLICY, unread) == ()
    assert in_words(explain(POLICY, unread)).endswith("  none")


def test_a_false_alarm_cleared_would_go_where_the_coverage_says() -> None:
    flagged = Inputs(security=True, decided=True, scope=Scope.BUG_REPORT, status=Status.NO_LICENCE)
    assert alternatives(POLICY, flagged) == (Alternative("security", False, Queue.CORE),)


@settings(deadline=None)
@given(st.sampled_from(CASES))
def test_alternatives_are_all_single_changes_to_another_queue_and_no_others(
    case: Combination,
) -> None:
    # None is no value to change to: a stage can't be un-reached.
    neighbours = {
        (name, value, ANSWERS[other].row.then)
        for name in case._fields
        for value in VALUES[name] - {None, getattr(case, name)}
        if (other := case._replace(**{name: value})) in ANSWERS
    }
    expected = {found for found in neighbours if found[2] is not ANSWERS[case].row.then}
    found = alternatives(POLICY, Inputs(**case._asdict()))
    assert {(other.input, other.value, other.queue) for other in found} == expected
    assert len(found) == len(expected)
