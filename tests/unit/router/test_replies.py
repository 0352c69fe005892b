"""Is the customer told the right thing, and never anything about somebody else?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router import policy as policy_file
from services.router.policy import CURRENT, Policy, load_policy
from services.router.priority import Inputs, rule
from services.router.replies import reply_for
from shared.contracts import (
    COVERED_SCOPES,
    Coverage,
    Finding,
    Identity,
    ProductArea,
    Reply,
    Scope,
    SiteStanding,
    Status,
)
from tests.support.builders import NOW

POLICY = load_policy(CURRENT)
OWN_REASONS = ["product_not_included", "not_yet_valid", "refunded", "revoked"]
FORUMS = "https://wordpress.org/support/forums/"
RECOGNISED = [Identity.PROVEN, Identity.MATCHED]


def an_ask(scope: Scope, area: ProductArea = ProductArea.EXTENSION) -> Finding:
    return Finding(scope=scope, in_scope=scope in COVERED_SCOPES, product_area=area)


def told(
    *asks: Finding,
    status: Status = Status.COVERED,
    reasons: tuple[str, ...] = (),
    identity: Identity = Identity.PROVEN,
    security: bool = False,
    auto_reply: bool = False,
    conflict: bool = False,
    stage_failed: bool = False,
    decided: bool = True,
    policy: Policy = POLICY,
) -> Reply | None:
    coverage = Coverage(
        status=status,
        reasons=reasons,
        identity=identity,
        site=SiteStanding.NOT_NAMED,
        as_of=NOW,
    )
    inputs = Inputs.of(
        security=security,
        auto_reply=auto_reply,
        conflict=conflict,
        stage_failed=stage_failed,
        decided=decided,
        findings=asks,
        coverage=coverage,
    )
    return reply_for(policy, rule(policy, inputs), asks, coverage)


def text(reply: Reply | None) -> str:
    assert reply is not None
    return reply.text


QUESTION = an_ask(Scope.PRODUCT_QUESTION)
BUG = an_ask(Scope.BUG_REPORT)
CORE_QUESTION = an_ask(Scope.PRODUCT_QUESTION, ProductArea.CORE)


def test_security_report_gets_a_receipt_and_nothing_about_licences() -> None:
    receipts = {
        told(ask, status=status, security=True)
        for ask in [BUG, QUESTION, an_ask(Scope.CUSTOMIZATION)]
        for status in Status
    }
    assert len(receipts) == 1
    assert "A person has your message now" in text(receipts.pop())


def test_auto_reply_is_not_answered() -> None:
    assert told(QUESTION, auto_reply=True) is None


def test_general_wordpress_question_is_referred_to_the_forums_with_its_clause() -> None:
    answer = text(told(an_ask(Scope.GENERAL_WORDPRESS, ProductArea.UNKNOWN)))
    assert "clause C3" in answer
    assert FORUMS in answer


def test_server_question_is_told_of_backups_and_its_own_risk() -> None:
    answer = text(told(an_ask(Scope.SERVER_ADMINISTRATION)))
    assert "backup before and after" in answer
    assert "clause C7" in answer


def test_expired_customer_is_told_to_renew() -> None:
    assert "Renew it" in text(told(QUESTION, status=Status.NEEDS_RENEWAL))


def test_customer_over_the_site_limit_is_told_how_to_free_a_seat() -> None:
    for ask in [QUESTION, BUG, CORE_QUESTION]:
        assert "deactivate a site" in text(told(ask, status=Status.OVER_SITE_LIMIT))


def test_every_bug_is_received_with_the_terms_of_access() -> None:
    for bug in [BUG, an_ask(Scope.BUG_REPORT, ProductArea.CORE)]:
        for status in set(Status) - {Status.HOLDER_CHANGED}:
            answer = text(told(bug, status=status))
            assert "with or without a licence (clause C8)" in answer
            assert "access is at your own risk" in answer
            assert "backup" in answer
            assert "before and after (clause C7)" in answer


def test_covered_question_is_pointed_to_the_knowledge_base() -> None:
    assert "clause C10" in text(told(QUESTION))


def test_unrecognised_asker_is_told_how_to_be_recognised() -> None:
    answer = text(told(QUESTION, status=Status.NO_LICENCE, identity=Identity.UNKNOWN))
    assert "write from your account" in answer
    answer = text(told(CORE_QUESTION, status=Status.NO_LICENCE, identity=Identity.UNKNOWN))
    assert "so that we can recognise you" in answer


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("product_not_included", "lists the extension"),
        ("not_yet_valid", "has not begun yet"),
        ("refunded", "was refunded"),
        ("revoked", "was withdrawn"),
    ],
)
def test_recognised_customer_is_told_what_is_missing_on_their_own_licence(
    reason: str, words: str
) -> None:
    for identity in RECOGNISED:
        reply = told(QUESTION, status=Status.NO_LICENCE, reasons=(reason,), identity=identity)
        assert words in text(reply)


# Several asks


def test_asks_not_covered_get_their_clause_and_where_to_turn() -> None:
    answer = text(told(QUESTION, an_ask(Scope.CUSTOMIZATION), an_ask(Scope.GENERAL_WORDPRESS)))
    received, customization, wordpress = answer.split("\n\n")
    assert "in our support queue" in received
    assert "(clause C2)" in customization
    assert FORUMS in wordpress


def test_covered_ask_is_received_though_the_primary_is_not_covered() -> None:
    answer = text(told(an_ask(Scope.SERVER_ADMINISTRATION), QUESTION))
    assert answer.index("in our support queue") < answer.index("hosting company")


def test_the_same_category_is_answered_once() -> None:
    answer = text(told(an_ask(Scope.CUSTOMIZATION), an_ask(Scope.CUSTOMIZATION)))
    assert answer.count("beyond its settings") == 1


def test_part_for_a_person_is_named_beside_a_covered_ask() -> None:
    answer = text(told(an_ask(Scope.UNCLEAR), CORE_QUESTION))
    assert answer.endswith("The rest of your message is passed on to a person.")


def test_nothing_is_refused_where_a_person_decides() -> None:
    answer = text(told(an_ask(Scope.CUSTOMIZATION), decided=False))
    assert answer == POLICY.replies["person_reads"].text


# Nothing shows that somebody else holds a licence

asks = st.lists(
    st.builds(an_ask, st.sampled_from(Scope), st.sampled_from(ProductArea)), min_size=1, max_size=3
)
flags = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("security", "auto_reply", "conflict", "stage_failed", "decided")
    }
)


@settings(deadline=None)
@given(
    asks,
    flags,
    st.sampled_from([("foreign_key",), ("foreign_site",), ("foreign_key", "foreign_site")]),
)
def test_stranger_is_told_the_same_whether_or_not_the_licence_they_name_exists(
    asked: list[Finding], given_: dict[str, Any], foreign: tuple[str, ...]
) -> None:
    with_the_licence = told(*asked, status=Status.NOT_HOLDER, reasons=foreign, **given_)
    without = told(*asked, status=Status.NO_LICENCE, reasons=("nothing_known",), **given_)
    assert _bytes(with_the_licence) == _bytes(without)


@settings(deadline=None)
@given(asks, flags, st.sampled_from(OWN_REASONS))
def test_customer_is_told_the_same_whether_or_not_the_key_they_name_is_somebody_elses(
    asked: list[Finding], given_: dict[str, Any], own: str
) -> None:
    foreign = told(*asked, status=Status.NOT_HOLDER, reasons=(own, "foreign_key"), **given_)
    without = told(*asked, status=Status.NO_LICENCE, reasons=(own,), **given_)
    assert _bytes(foreign) == _bytes(without)


@settings(deadline=None)
@given(asks, flags, st.sampled_from(OWN_REASONS), st.sampled_from(Identity))
def test_who_only_claims_to_be_a_customer_learns_nothing_of_the_licence(
    asked: list[Finding], given_: dict[str, Any], reason: str, identity: Identity
) -> None:
    if identity in RECOGNISED:
        return
    claimed = told(*asked, status=Status.NO_LICENCE, reasons=(reason,), identity=identity, **given_)
    unknown = told(
        *asked, status=Status.NO_LICENCE, reasons=("not_proven",), identity=identity, **given_
    )
    assert _bytes(claimed) == _bytes(unknown)


def test_a_policy_that_tells_strangers_apart_would_be_noticed() -> None:
    leaky, _ = policy_file._read(Path("tests/data/policies/stranger-learns.yaml"))
    with_the_licence = told(QUESTION, status=Status.NOT_HOLDER, policy=leaky)
    without = told(QUESTION, status=Status.NO_LICENCE, policy=leaky)
    assert _bytes(with_the_licence) != _bytes(without)


def test_no_text_has_a_place_to_put_a_name_an_address_or_a_site_in() -> None:
    texts = [reply.text for reply in POLICY.replies.values()]
    texts += [text for reply in POLICY.replies.values() for text in reply.by_reason.values()]
    texts += [entry.told for entry in POLICY.scopes.values() if entry.told]
    assert not [text for text in texts if set(text) & set("{}%<>@")]


def _bytes(reply: Reply | None) -> bytes:
    return b"" if reply is None else reply.model_dump_json().encode()
