"""What do bytes of strangers do to each parser? An answer, or the one error that it promises."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import orjson
import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from deploy.commands._lines import Line, as_model, read_lines
from deploy.commands.classify import Asked
from deploy.commands.licences import Refused, facts_in
from services.classifier.reading import read as read_words
from services.entitlements.address import mailbox
from services.entitlements.facts import check_fact
from services.entitlements.site import site_of
from services.intake import inbound
from services.intake.acceptance import Keys, NamedBy, Origin
from services.intake.auto_reply import is_auto_reply
from services.intake.handlers import Desk
from services.intake.http import _submission
from services.intake.problems import Problem
from services.intake.screen import screen
from services.intake.signature import is_signed
from services.intake.sources import Sources, read_sources
from services.router.policy import CURRENT, PolicyError, read_policy
from services.watch.reading import places, sight
from shared.contracts import TYPE_OF, LicenceFact, Submitted
from shared.envelope import decode, types_of, unwrap
from shared.failures import Permanent
from shared.header_names import NO_TEXT, TolerantRecords
from shared.redaction import redact, redact_together
from shared.tracing import context_of
from tests.attack.conftest import EXAMPLES, SECRET
from tests.support.builders import FakeRecord, a_licence, a_reported

ErrorT = TypeVar("ErrorT", bound=Exception)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DESK = Desk(Keys(b"f" * 32, b"r" * 32), "support", now=lambda: NOW, random_key=lambda: "random")
BOUNDED = settings(
    max_examples=EXAMPLES * 2,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def like(*examples: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Noise; JSON of any shape; and what is in order but for one field, or for some bytes."""
    names = sorted({name for each in examples for name in each})
    bent = st.builds(
        lambda whole, name, value: json.dumps({**whole, name: value}).encode(),
        st.sampled_from(examples),
        st.sampled_from(names),
        documents,
    )
    torn = st.builds(
        lambda whole, at, noise: _torn(json.dumps(whole).encode(), at, noise),
        st.sampled_from(examples),
        st.integers(0, 10_000),
        st.binary(max_size=6),
    )
    return st.binary(max_size=300) | documents.map(lambda d: json.dumps(d).encode()) | bent | torn


def _torn(whole: bytes, at: int, noise: bytes) -> bytes:
    at %= len(whole)
    return whole[:at] + noise + whole[at + len(noise) :]


TICKET: dict[str, Any] = {
    "subject": "Invoice",
    "body": "It says password=hunter2hunter2 and AKIAIOSFODNN7EXAMPLE",
    "requester": {"email": "a@b.example", "account_id": "1", "licence_key": "k"},
    "site_url": "https://a.example",
    "product": {"name": "Jetpack CRM", "version": "1"},
    "sent_at": "2026-11-23T11:00:00+01:00",
    "channel": "form",
    "external_id": "1",
    "attachments": [{"name": "a", "media_type": "b", "size": 1}],
}
FACT: dict[str, Any] = a_licence().model_dump(mode="json")
texts = st.text(max_size=400) | st.text(
    alphabet=string.ascii_letters + string.digits + " =:\"'\\/@.<>-_[]{}()\n", max_size=400
)
header_values = st.none() | st.binary(max_size=60)
header_names = st.sampled_from(
    ["ce_id", "ce_source", "ce_type", "ce_specversion", "ce_time", "content-type", "traceparent"]
) | st.text(max_size=20)


@st.composite
def records(draw: st.DrawFn) -> FakeRecord:
    """A record with any bytes; half of them with what makes a CloudEvent."""
    headers = draw(st.lists(st.tuples(header_names, header_values), max_size=6))
    ordinary: list[tuple[str, bytes | None]] = [
        ("ce_id", b"1"),
        ("ce_source", b"/shop"),
        ("ce_type", draw(st.sampled_from([*TYPE_OF.values(), inbound.REPORTED])).encode()),
        ("ce_specversion", b"1.0"),
        ("ce_time", b"2026-11-23T12:00:00Z"),
    ]
    if draw(st.booleans()):
        headers = [*ordinary, *headers]
    if draw(st.integers(0, 3)) == 0:
        headers = [*headers, ("content-type", b"application/cloudevents+json")]
    return FakeRecord(
        topic=draw(st.sampled_from(sorted(places("support")))),
        key=draw(st.none() | st.binary(max_size=40)),
        value=draw(st.none() | like(TICKET, FACT, {"data": TICKET, "id": "1", "source": "/s"})),
        headers=headers,
        timestamp=draw(st.integers(-1, 2**63 - 1)),
    )


def refusal(error: type[ErrorT], work: Callable[[], object]) -> ErrorT | None:
    """The error that the work promises, if it raised that one; any other ends the test."""
    try:
        work()
    except error as refused:
        return refused
    return None


@BOUNDED
@given(record=records())
def test_record_is_decoded_or_refused_with_a_reason(record: FakeRecord) -> None:
    for read in (unwrap, lambda r: decode(r, types_of(LicenceFact, Submitted))):
        refused = refusal(Permanent, partial(read, record))
        assert refused is None or refused.reason.isidentifier()


@BOUNDED
@given(record=records())
def test_inbound_record_becomes_a_ticket_or_is_parked(record: FakeRecord) -> None:
    outcome = inbound._decide(inbound.read(record), DESK, Sources({}, {}))
    assert bool(outcome.outgoing) != bool(outcome.parked)


@BOUNDED
@given(record=records())
def test_watch_sees_something_in_every_record(record: FakeRecord) -> None:
    assert sight(record, places("support")[record.topic]).place.address == record.topic


@BOUNDED
@given(body=like(TICKET))
def test_submission_is_taken_and_can_be_written_and_read_or_gets_a_problem(body: bytes) -> None:
    refused = refusal(Problem, lambda: _submission(body))
    if refused is not None:
        assert refused.status == 400
        return
    submission = _submission(body)
    taken = DESK.take(submission, Origin("shop"), NamedBy())
    (written,) = DESK.ordinary(taken)
    assert written.value is not None
    assert Submitted.model_validate_json(written.value, strict=True).accepted == taken.accepted


@BOUNDED
@given(body=like(TICKET))
def test_both_ways_in_agree_on_what_is_a_ticket(body: bytes) -> None:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(document, dict):
        by_topic = inbound.read(a_reported(document)).data
        by_http = refusal(Problem, lambda: _submission(orjson.dumps(document)))
        assert isinstance(by_topic, inbound.Readable) is (by_http is None)


@BOUNDED
@given(names=st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=4))
@example(names=[b"\xff\xfe"])
def test_header_of_any_name_is_read(names: list[bytes]) -> None:
    ascii_names = [f"h{number}".ljust(len(name), "_") for number, name in enumerate(names)]
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 16)
    builder.append(0, 0, b"key", b"value", [(name, b"x") for name in ascii_names])
    batch = bytes(builder.build())
    for placed, name in zip(ascii_names, names, strict=True):
        batch = batch.replace(
            placed.encode().ljust(len(name), b"_")[: len(placed)], name.ljust(len(placed), b"_"), 1
        )
    (record,) = TolerantRecords(batch).next_batch()
    assert record.value == b"value"
    assert len(record.headers) == len(names)
    for (read, _), name in zip(record.headers, names, strict=True):
        assert (NO_TEXT in read) or read.encode().startswith(name)


signature_parts = st.text(alphabet="v12a,= +/AB\xff", max_size=60)


@BOUNDED
@given(
    body=st.binary(max_size=50),
    id_=st.text(max_size=20),
    timestamp=st.text(max_size=20) | st.floats().map(str) | st.integers().map(str),
    signature=signature_parts
    | st.text(max_size=60)
    | st.binary(max_size=40).map(lambda b: "v1," + base64.b64encode(b).decode()),
)
def test_webhook_of_a_stranger_is_not_signed(
    body: bytes, id_: str, timestamp: str, signature: str
) -> None:
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
    assert is_signed(body, headers, [Webhook(SECRET)]) is False


SOURCES = """\
sources:
  desk:
    api_key_sha256: [9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08]
    trusted: [sent_at]
    bytes_per_second: 1000
inbound:
  /billing: {trusted: [account_id]}
"""
yaml_noise = st.text(alphabet="&*!?:-[]{}#|>%@`\"' \n\tab01:._~\0\x85\ufeff", max_size=30)


def bent(whole: str) -> st.SearchStrategy[bytes]:
    """A file in order but for a place, or noise alone."""
    return st.builds(
        lambda at, noise: (whole[: at % len(whole)] + noise + whole[at % len(whole) :]).encode(),
        st.integers(0, 100_000),
        yaml_noise,
    ) | st.binary(max_size=200)


@BOUNDED
@given(text=bent(SOURCES))
@example(text=b"[" * 5_000)
@example(text=b"sources: " + b"{a: " * 5_000)
@example(text=b"a: 2026-13-45")
@example(text=b"a: !!int x")
@example(text=b"sources: &a {desk: *a}")
@example(text=b"sources: {desk: {api_key_sha256: [], bytes_per_second: .nan}}")
@example(text=b'sources: {desk: {webhook_secret_files: ["a\\0b"]}}')
def test_sources_file_is_read_or_refused_by_name(text: bytes, tmp_path_factory: Any) -> None:
    file = tmp_path_factory.getbasetemp() / "sources.yaml"
    file.write_bytes(text)
    refused = refusal(ValueError, lambda: read_sources(file))
    assert refused is None or (str(file) in str(refused) and "\n" not in str(refused))


@settings(BOUNDED, max_examples=EXAMPLES)
@given(text=bent(CURRENT.read_text(encoding="utf-8")))
@example(text=b"[" * 5_000)
@example(text=b"version: !!timestamp 2026-13-45")
@example(text=b"a: {? [a]: b}")
def test_policy_file_is_read_or_refused_by_name(text: bytes, tmp_path_factory: Any) -> None:
    file = tmp_path_factory.getbasetemp() / "policy.yaml"
    file.write_bytes(text)
    refused = refusal(PolicyError, lambda: read_policy(file))
    assert refused is None or str(file) in str(refused)


@BOUNDED
@given(line=like(FACT, {"complete_until": "2026-11-23T11:00:00Z"}))
def test_line_of_licence_facts_is_a_record_or_is_refused(
    line: bytes, tmp_path_factory: Any
) -> None:
    for each in facts_in(_lines(line, tmp_path_factory), "billing", "support", NOW):
        if isinstance(each, Refused):
            assert each.why
        else:
            fact = orjson.loads(each.value or b"")
            if "complete_until" not in fact:
                check_fact(
                    LicenceFact.model_validate_json(each.value or b"", strict=True),
                    sent_at=NOW,
                    appended_at=NOW,
                )


@BOUNDED
@given(line=like({"id": 1, "subject": "a", "body": "b"}))
def test_line_to_classify_is_a_ticket_or_is_refused(line: bytes, tmp_path_factory: Any) -> None:
    for each in _lines(line, tmp_path_factory):
        refused = refusal(Permanent, partial(as_model, each, Asked))
        assert refused is None or refused.detail
        if refused is None:
            asked = as_model(each, Asked).redacted
            screen(asked.subject, asked.body)
            read_words(asked.subject, asked.body)


def _lines(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    file = tmp_path_factory.getbasetemp() / "lines.jsonl"
    file.write_bytes(content)
    return list(read_lines(file))


@BOUNDED
@given(subject=texts, body=texts)
def test_text_of_any_kind_is_redacted_screened_and_read(subject: str, body: str) -> None:
    redacted = redact(body, b"k" * 16)
    assert redact(redacted.text, b"k" * 16).text == redacted.text
    redact_together([subject, body], b"k" * 16)
    screen(subject, body)
    read_words(subject, body)
    is_auto_reply(subject, body, subject)


@BOUNDED
@given(text=texts | st.text(alphabet="a.:@/[]%0123xé-+?#\\\u3002\u200d", max_size=60))
@example(text="http://[::1")
@example(text="//[v1.a]/")
@example(text="xn--a")
@example(text="a" * 5000)
@example(text="1.1.1.1e400")
def test_address_of_any_kind_names_a_site_or_a_mailbox_or_nothing(text: str) -> None:
    site_of(text)
    mailbox(text)
    mailbox("a@" + text)
    context_of(text)
