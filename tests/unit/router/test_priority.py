"""Does each ticket get the queue that the support policy gives it?"""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.policy import CURRENT, load_policy
from services.router.priority import Inputs, Ruling, clauses_of, effective, rule
from services.router.proof import Combination, every_combination
from shared.contracts import (
    COVERED_SCOPES,
    Coverage,
    Finding,
    ProductArea,
    Queue,
    ReviewReason,
    Scope,
    Status,
)
from tests.support.builders import a_coverage

POLICY = load_policy(CURRENT)
NOT_COVERED = [scope for scope in Scope if scope not in {*COVERED_SCOPES, Scope.UNCLEAR}]
WITHOUT_RIGHTS = [
    Status.OVER_SITE_LIMIT,
    Status.NEEDS_RENEWAL,
    Status.NOT_HOLDER,
    Status.NO_LICENCE,
]


def ruled(
    scope: Scope = Scope.PRODUCT_QUESTION,
    area: ProductArea = ProductArea.EXTENSION,
    status: Status | None = Status.COVERED,
    **flags: bool,
) -> Ruling:
    return rule(
        POLICY,
        Inputs(scope=scope, product_area=area, status=status, **{"decided": True, **flags}),
    )


def a_finding(scope: Scope, area: ProductArea = ProductArea.CORE) -> Finding:
    return Finding(scope=scope, in_scope=scope in COVERED_SCOPES, product_area=area)


def by_hand(case: Combination) -> tuple[Queue, ReviewReason | None]:
    """The numbered steps of the policy's first version, written down once more."""
    if case.security:
        return Queue.SECURITY, None
    reasons = {
        ReviewReason.AUTO_REPLY: case.auto_reply,
        ReviewReason.CONFLICT: case.conflict,
        ReviewReason.STAGE_FAILED: case.stage_failed,
        ReviewReason.UNDECIDED: not case.decided,
        ReviewReason.UNCLEAR: case.scope is Scope.UNCLEAR,
    }
    reason = next((reason for reason, holds in reasons.items() if holds), None)
    if reason:
        return Queue.REVIEW, reason
    if case.scope not in COVERED_SCOPES:
        return Queue.REFERRAL, None
    if case.status is Status.HOLDER_CHANGED:
        return Queue.REVIEW, ReviewReason.HOLDER_CHANGED
    good = case.status in {Status.COVERED, Status.UNVERIFIED}
    if case.product_area is not ProductArea.EXTENSION:
        return (Queue.CORE_PAYING if good else Queue.CORE), None
    if good:
        return Queue.EXTENSIONS, None
    return (Queue.CORE if case.scope is Scope.BUG_REPORT else Queue.RENEWAL), None


def test_every_combination_goes_where_the_policy_read_by_hand_sends_it() -> None:
    for case in every_combination():
        ruling = rule(POLICY, Inputs(**case._asdict()))
        assert (ruling.queue, ruling.review_reason) == by_hand(case), case


def test_the_queues_rank_from_security_to_referral() -> None:
    ranks = {queue: POLICY.rank(queue) for queue in Queue}
    assert ranks == {
        "security": 1,
        "extensions": 2,
        "core-paying": 3,
        "core": 4,
        "review": 5,
        "renewal": 6,
        "referral": 7,
    }


def test_active_extension_question_goes_to_extensions() -> None:
    ruling = ruled()
    assert (ruling.queue, ruling.rank) == (Queue.EXTENSIONS, 2)
    assert ruling.clauses == ("C1", "C4")


def test_expired_licence_extension_question_goes_to_renewal() -> None:
    ruling = ruled(status=Status.NEEDS_RENEWAL)
    assert (ruling.queue, ruling.reply_key) == (Queue.RENEWAL, "renew")


@pytest.mark.parametrize("status", WITHOUT_RIGHTS)
def test_extension_bug_without_rights_goes_to_core_never_to_renewal(status: Status) -> None:
    assert ruled(Scope.BUG_REPORT, status=status).queue is Queue.CORE


@pytest.mark.parametrize("status", WITHOUT_RIGHTS)
def test_core_question_of_a_free_user_is_served(status: Status) -> None:
    assert ruled(area=ProductArea.CORE, status=status).queue is Queue.CORE


@pytest.mark.parametrize("area", [ProductArea.CORE, ProductArea.UNKNOWN])
def test_core_question_of_a_paying_customer_comes_before_free_users(area: ProductArea) -> None:
    ruling = ruled(area=area)
    assert (ruling.queue, ruling.rank) == (Queue.CORE_PAYING, 3)


def test_unverified_is_treated_as_a_good_licence() -> None:
    assert ruled(status=Status.UNVERIFIED).queue is Queue.EXTENSIONS
    assert ruled(area=ProductArea.CORE, status=Status.UNVERIFIED).queue is Queue.CORE_PAYING


@pytest.mark.parametrize("scope", NOT_COVERED)
def test_what_is_not_covered_is_referred_whoever_asks(scope: Scope) -> None:
    assert ruled(scope).queue is Queue.REFERRAL
    assert ruled(scope, status=Status.NO_LICENCE).queue is Queue.REFERRAL


def test_general_wordpress_question_rests_on_the_forum_clause() -> None:
    assert ruled(Scope.GENERAL_WORDPRESS).clauses == ("C3",)


def test_changed_holder_is_decided_by_a_person() -> None:
    ruling = ruled(status=Status.HOLDER_CHANGED)
    assert ruling.queue is Queue.REVIEW
    assert ruling.review_reason is ReviewReason.HOLDER_CHANGED


def test_security_report_passes_everything_else_even_with_nothing_known() -> None:
    ruling = rule(
        POLICY,
        Inputs(
            security=True,
            auto_reply=True,
            conflict=True,
            stage_failed=True,
            scope=None,
            status=None,
        ),
    )
    assert (ruling.queue, ruling.rank) == (Queue.SECURITY, 1)
    assert [asked.id for asked in ruling.rules] == ["security.report"]


def test_failed_stage_is_reviewed_though_coverage_was_never_reached() -> None:
    ruling = ruled(status=None, stage_failed=True)
    assert ruling.review_reason is ReviewReason.STAGE_FAILED


def test_rules_are_named_in_the_order_in_which_they_were_asked() -> None:
    rules = ruled(status=Status.NEEDS_RENEWAL).rules
    assert [(asked.id, asked.outcome) for asked in rules] == [
        ("security", "no"),
        ("auto-reply", "no"),
        ("conflict", "no"),
        ("stage-failed", "no"),
        ("undecided", "no"),
        ("unclear", "no"),
        ("not-covered", "no"),
        ("holder-changed", "no"),
        ("extension.ended", "yes: renewal"),
    ]


def test_missing_coverage_needs_an_explanation() -> None:
    with pytest.raises(ValueError, match="scope or status is missing"):
        Inputs(decided=True, scope=Scope.BUG_REPORT, status=None)


# Several asks


def test_first_ask_in_scope_decides_over_the_primary() -> None:
    asks = [a_finding(Scope.UNCLEAR), a_finding(Scope.BUG_REPORT, ProductArea.EXTENSION)]
    assert effective(asks) == asks[1]


def test_primary_decides_where_no_ask_is_in_scope() -> None:
    asks = [a_finding(Scope.CUSTOMIZATION), a_finding(Scope.GENERAL_WORDPRESS)]
    assert effective(asks) == asks[0]


def test_covered_half_of_a_mixed_ticket_is_routed() -> None:
    asks = [a_finding(Scope.SERVER_ADMINISTRATION), a_finding(Scope.PRODUCT_QUESTION)]
    inputs = Inputs.of(
        security=False,
        auto_reply=False,
        conflict=False,
        stage_failed=False,
        decided=True,
        findings=asks,
        coverage=a_coverage(),
    )
    assert rule(POLICY, inputs).queue is Queue.CORE_PAYING


@pytest.mark.parametrize(
    ("findings", "coverage"),
    [([], a_coverage()), ([a_finding(Scope.BUG_REPORT)], None), ([], None)],
)
def test_what_a_stage_should_have_brought_and_did_not_counts_as_its_failure(
    findings: list[Finding], coverage: Coverage | None
) -> None:
    inputs = Inputs.of(
        security=False,
        auto_reply=False,
        conflict=False,
        stage_failed=False,
        decided=True,
        findings=findings,
        coverage=coverage,
    )
    assert rule(POLICY, inputs).review_reason is ReviewReason.STAGE_FAILED


def test_each_category_rests_on_its_clauses() -> None:
    assert {scope.value: clauses_of(POLICY, scope) for scope in Scope} == {
        "installation_setup": ("C1",),
        "product_question": ("C1",),
        "bug_report": ("C1", "C8"),
        "third_party_compatibility": ("C2",),
        "customization": ("C2",),
        "server_administration": ("C2",),
        "client_specific_request": ("C2",),
        "custom_development": ("C2",),
        "general_wordpress": ("C3",),
        "unclear": (),
    }


# Laws

possible_inputs = st.sampled_from(every_combination()).map(lambda case: Inputs(**case._asdict()))


@settings(deadline=None)
@given(possible_inputs)
def test_the_same_inputs_always_get_the_same_full_answer(inputs: Inputs) -> None:
    ruling = rule(POLICY, inputs)
    assert ruling == rule(POLICY, inputs)
    assert ruling.rank == POLICY.rank(ruling.queue)
    assert (ruling.review_reason is not None) == (ruling.queue is Queue.REVIEW)
    assert all(asked.outcome == "no" for asked in ruling.rules[:-1])
    assert ruling.rules[-1].outcome == f"yes: {ruling.queue}"


@settings(deadline=None)
@given(possible_inputs)
def test_a_security_flag_is_never_outweighed(inputs: Inputs) -> None:
    flagged = Inputs(**{**asdict(inputs), "security": True})
    assert rule(POLICY, flagged).queue is Queue.SECURITY
