"""Which id, which moment, what is kept?"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.acceptance import NamedBy, Origin, accept, fingerprint, judged_at
from services.intake.submission import Submission, SubmittedRequester
from shared.contracts import Accepted, Trust
from tests.unit.intake.conftest import KEYS, NOON

TRUSTED = Origin("help-desk", Trust(sent_at=True))


def taken(submission: Submission, origin: Origin = TRUSTED, key: str = "k") -> Accepted:
    return accept(submission, origin, key=key, received_at=NOON, keys=KEYS)


@pytest.mark.parametrize(
    ("sent_at", "expected"),
    [
        (NOON - timedelta(days=2), NOON - timedelta(days=2)),
        (NOON - timedelta(days=7), NOON - timedelta(days=7)),
        (NOON - timedelta(days=8), NOON - timedelta(days=7)),
        (NOON + timedelta(hours=1), NOON),
        (None, NOON),
    ],
)
def test_customer_is_judged_at_the_trusted_time_within_seven_days(
    sent_at: datetime | None, expected: datetime
) -> None:
    assert judged_at(sent_at, NOON, trusted=True) == expected


def test_untrusted_time_is_a_claim_and_the_receipt_counts() -> None:
    assert judged_at(NOON - timedelta(days=2), NOON, trusted=False) == NOON


def test_licence_key_is_hashed_trimmed_and_gone_from_the_text() -> None:
    key = "JPCRM-ABCD-1234"
    accepted = taken(
        Submission(
            subject=f"key {key}",
            body=f"My key {key} does not work, {key}!",
            requester=SubmittedRequester(licence_key=f" {key} "),
        )
    )
    assert accepted.ticket.requester.licence_key_hash == hashlib.sha256(key.encode()).hexdigest()
    assert key not in accepted.model_dump_json()
    assert accepted.credentials_removed == ("licence_key",)


def test_unknown_fields_are_ignored_and_not_kept() -> None:
    submission = Submission.model_validate({"body": "x", "priority": "P1", "canary": True})
    assert "priority" not in taken(submission).model_dump_json()
    assert not taken(submission).canary


def test_first_given_name_counts() -> None:
    assert NamedBy("i", "w", "e", "c").key("r") == "i"
    assert NamedBy(None, "w", "e", "c").key("r") == "w"
    assert NamedBy(None, None, "e", "c").key("r") == "e"
    assert NamedBy(None, None, None, "c").key("r") == "c"
    assert NamedBy().key("r") == "r"


def test_same_key_at_one_source_is_one_ticket_and_at_two_sources_two() -> None:
    one = taken(Submission(body="x"))
    assert one.ticket_id == taken(Submission(body="y")).ticket_id
    assert one.ticket_id != taken(Submission(body="x"), Origin("web-form")).ticket_id
    assert one.ticket_id != taken(Submission(body="x"), key="other").ticket_id


def test_fingerprint_tells_contents_apart_that_look_alike_after_redaction() -> None:
    bodies = [Submission(body=f"password: {value}") for value in ("Xy7!kkq", "Xy7!kkz")]
    assert fingerprint(bodies[0], KEYS.fingerprint) != fingerprint(bodies[1], KEYS.fingerprint)


def test_fingerprint_does_not_depend_on_field_order_offsets_or_nulls() -> None:
    one = Submission.model_validate({"body": "x", "sent_at": "2026-11-23T12:00:00Z"})
    other = Submission.model_validate(
        {"sent_at": "2026-11-23T13:00:00+01:00", "subject": None, "body": "x", "extra": 1}
    )
    assert fingerprint(one, KEYS.fingerprint) == fingerprint(other, KEYS.fingerprint)


def test_fingerprint_can_not_be_tried_out_without_the_key() -> None:
    submission = Submission(body="x")
    assert fingerprint(submission, b"a" * 32) != fingerprint(submission, b"b" * 32)


def test_credentials_in_every_text_field_are_removed() -> None:
    secret = "ghp_" + "a1B2" * 9
    submission = Submission.model_validate(
        {
            "subject": secret,
            "body": secret,
            "site_url": f"https://u:{secret}@host.example/",
            "product": {"name": secret, "version": secret},
            "channel": secret,
            "attachments": [{"name": secret, "media_type": secret}],
        }
    )
    accepted = taken(submission)
    assert secret not in accepted.model_dump_json()
    assert "github_token" in accepted.credentials_removed


def test_an_id_is_no_password_though_it_stands_alone() -> None:
    ids = (
        "report-7768f0eab91141fe80217bce564512d4",
        "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "Zx9!kQ-77",
    )
    for external_id in ids:
        accepted = taken(Submission(body="Where are invoices?", external_id=external_id))
        assert accepted.ticket.external_id == external_id
        assert accepted.credentials_removed == ()


def test_characters_that_no_database_takes_are_dropped() -> None:
    assert taken(Submission(body="a\x00b\x1bc\td\n")).ticket.body == "abc\td\n"


@given(st.text(min_size=1).filter(lambda text: text.strip() != ""))
def test_any_text_is_accepted_and_the_same_each_time(text: str) -> None:
    submission = Submission(body=text)
    assert taken(submission) == taken(submission)
