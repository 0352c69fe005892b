"""What does an ordinary example of each contract look like? Tests name only what matters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from shared.contracts import (
    COVERED_SCOPES,
    Accepted,
    Activation,
    Cause,
    Classified,
    Corrected,
    Coverage,
    Entitled,
    FeedAdvanced,
    Finder,
    Finding,
    Frozen,
    Holder,
    Identity,
    LicenceFact,
    LicenceState,
    ModelRef,
    Moment,
    PolicyRef,
    Product,
    ProductArea,
    Queue,
    Requester,
    ReviewReason,
    Routed,
    Scope,
    Security,
    SecuritySuspected,
    SiteStanding,
    StageFailure,
    Status,
    Submitted,
    Ticket,
    Trust,
    Verdict,
    Withdrawn,
)
from shared.envelope import Outgoing, encode
from shared.ids import routed_id
from shared.ids import ticket_id as id_of_ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment that examples were sent and received at, unless a test says otherwise."""
SOURCE = "help-desk"
KEY = "HD-4711"
TICKET = id_of_ticket(SOURCE, KEY)
FINGERPRINT = hashlib.sha256(b"HD-4711").hexdigest()
EMAIL = "office@kontor-vest.example"
ACCOUNT = "acct-1001"
SITE = "https://kontor-vest.example/office/"
LICENCE = "LIC-1001"
EXTENSION = "Google Contacts Sync"
SUBJECT = "redirect_uri_mismatch"
BODY = "Connecting Google Contacts Sync for the first time: which redirect address do I put in?"
MODEL = ModelRef(name="triage-linear", hash="sha256:" + hashlib.sha256(b"model").hexdigest())
POLICY = PolicyRef(version="1", hash="sha256:" + hashlib.sha256(b"policy").hexdigest())
TRUSTED = Trust(sent_at=True, email=True, account_id=True)
UNTRUSTED = Trust()


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A record as the Kafka client hands it over."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int = 0
    offset: int = 0
    timestamp: int = int(NOW.timestamp() * 1000)


def a_record(
    of: Outgoing | bytes | None,
    *,
    headers: Sequence[tuple[str, bytes | None]] | None = None,
    topic: str = "support.tickets.submitted.v1",
    key: bytes | None = None,
    partition: int = 0,
    offset: int = 0,
    at: datetime = NOW,
) -> FakeRecord:
    """What was written, as it comes back from Kafka; or any bytes with any headers."""
    timestamp = int(at.timestamp() * 1000)
    if isinstance(of, Outgoing):
        kept = of.headers if headers is None else headers
        return FakeRecord(of.topic, of.key, of.value, kept, partition, offset, timestamp)
    return FakeRecord(topic, key, of, headers or (), partition, offset, timestamp)


def an_event(
    data: Frozen,
    *,
    topic: str = "support.tickets.submitted.v1",
    event_id: str = "1c0e4e7e-0000-5000-8000-000000000001",
    source: str = "intake",
    subject: str = str(TICKET),
    time: datetime = NOW,
    partition: int = 0,
    offset: int = 0,
    traceparent: str | None = None,
) -> FakeRecord:
    """A fact as a record in binary mode."""
    outgoing = encode(
        topic,
        data,
        event_id=event_id,
        source=source,
        time=time,
        subject=subject,
        traceparent=traceparent,
    )
    return a_record(outgoing, partition=partition, offset=offset, at=time)


def a_submission(
    *,
    subject: str = SUBJECT,
    body: str = BODY,
    email: str | None = EMAIL,
    account_id: str | None = ACCOUNT,
    licence_key: str | None = None,
    site_url: str | None = SITE,
    product: str | None = None,
    sent_at: datetime | None = NOW,
    external_id: str | None = KEY,
    **others: object,
) -> dict[str, object]:
    """The body of `POST /v1/tickets`; what is None is left out."""
    requester = {"email": email, "account_id": account_id, "licence_key": licence_key}
    given: dict[str, object | None] = {
        "subject": subject,
        "body": body,
        "requester": {name: value for name, value in requester.items() if value is not None},
        "site_url": site_url,
        "product": {"name": product} if product is not None else None,
        "sent_at": sent_at.isoformat() if sent_at is not None else None,
        "external_id": external_id,
        **others,
    }
    return {name: value for name, value in given.items() if value is not None}


def a_reported(
    submission: Mapping[str, object] | None = None,
    *,
    event_id: str = KEY,
    source: str = "shop",
    structured: bool = False,
    offset: int = 0,
) -> FakeRecord:
    """A submission on the inbound topic, in either CloudEvents mode."""
    data = dict(a_submission() if submission is None else submission)
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": "support.ticket.reported.v1",
    }
    if structured:
        headers = [("content-type", b"application/cloudevents+json")]
        value = orjson.dumps({**attributes, "data": data})
    else:
        headers = [("content-type", b"application/json")]
        headers += [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
        value = orjson.dumps(data)
    return a_record(value, headers=headers, topic="support.inbound.v1", offset=offset)


def a_ticket(
    *,
    subject: str = SUBJECT,
    body: str = BODY,
    email: str | None = EMAIL,
    account_id: str | None = ACCOUNT,
    licence_key_hash: str | None = None,
    site_url: str | None = SITE,
    product: str | None = None,
    sent_at: Moment | None = NOW,
    external_id: str | None = KEY,
) -> Ticket:
    """A redacted submission."""
    return Ticket(
        subject=subject,
        body=body,
        requester=Requester(email=email, account_id=account_id, licence_key_hash=licence_key_hash),
        site_url=site_url,
        product=Product(name=product),
        sent_at=sent_at,
        channel="email",
        external_id=external_id,
    )


def an_accepted(
    ticket: Ticket | None = None,
    *,
    ticket_id: UUID = TICKET,
    fingerprint: str = FINGERPRINT,
    source: str = SOURCE,
    trust: Trust = TRUSTED,
    received_at: Moment = NOW,
    as_of: Moment | None = None,
    auto_reply: bool = False,
    canary: bool = False,
    credentials_removed: tuple[str, ...] = (),
) -> Accepted:
    """A ticket from a trusted source, judged at `as_of` (the receipt, unless given)."""
    return Accepted(
        ticket_id=ticket_id,
        fingerprint=fingerprint,
        source=source,
        trust=trust,
        received_at=received_at,
        as_of=received_at if as_of is None else as_of,
        ticket=a_ticket() if ticket is None else ticket,
        auto_reply=auto_reply,
        canary=canary,
        credentials_removed=credentials_removed,
    )


def a_flag(
    *reasons: str,
    by: tuple[Finder, ...] = (Finder.SCREEN,),
    over_rate: bool = False,
) -> Security:
    """A raised security flag."""
    return Security(
        flag=True,
        reasons=reasons or ("sql_injection",),
        found_by=by,
        over_rate=over_rate,
    )


def a_submitted(accepted: Accepted | None = None, *, security: Security | None = None) -> Submitted:
    return Submitted(accepted=accepted or an_accepted(), security=security or Security())


def a_suspected(
    accepted: Accepted | None = None,
    *,
    security: Security | None = None,
    finding: str = "machine",
    found_at: Moment = NOW,
) -> SecuritySuspected:
    return SecuritySuspected(
        accepted=accepted or an_accepted(),
        security=security or a_flag(),
        finding=finding,
        found_at=found_at,
    )


def a_finding(
    scope: Scope = Scope.INSTALLATION_SETUP,
    *,
    extension: str | None = None,
    product_area: ProductArea | None = None,
    clauses: tuple[str, ...] | None = None,
    evidence: tuple[str, ...] = (),
    confidence: float = 0.93,
) -> Finding:
    """One ask; in scope if the policy covers its category, of an extension if one is named."""
    in_scope = scope in COVERED_SCOPES
    named = ProductArea.EXTENSION if extension is not None else ProductArea.CORE
    clause = "C1" if in_scope else "C3" if scope is Scope.GENERAL_WORDPRESS else "C2"
    return Finding(
        scope=scope,
        in_scope=in_scope,
        product_area=named if product_area is None else product_area,
        extension=extension,
        clauses=(clause,) if clauses is None else clauses,
        evidence=evidence,
        confidence=confidence,
    )


def a_verdict(
    *findings: Finding,
    decided: bool = True,
    candidates: tuple[Scope, ...] = (),
) -> Verdict:
    """What the classifier concluded; a setup question about an extension unless given."""
    return Verdict(
        findings=findings or (a_finding(extension=EXTENSION),),
        decided=decided,
        model=MODEL,
        candidates=candidates,
    )


def a_failure(stage: str = "classifier", reason: str = "decision_failed") -> StageFailure:
    return StageFailure(stage=stage, reason=reason)


def a_classified(
    accepted: Accepted | None = None,
    *,
    verdict: Verdict | None = None,
    security: Security | None = None,
    failure: StageFailure | None = None,
) -> Classified:
    """A ticket with findings; a failed one has an empty verdict."""
    empty = Verdict() if failure is not None else a_verdict()
    return Classified(
        accepted=accepted or an_accepted(),
        security=security or Security(),
        verdict=empty if verdict is None else verdict,
        failure=failure,
    )


def a_coverage(
    status: Status = Status.COVERED,
    *reasons: str,
    identity: Identity = Identity.PROVEN,
    site: SiteStanding = SiteStanding.COVERED,
    licence_id: str | None = LICENCE,
    as_of: Moment = NOW,
    complete_until: Moment | None = NOW + timedelta(minutes=5),
    learned_at: Moment | None = NOW - timedelta(days=30),
    fact_version: int | None = 1,
    provisional: bool = False,
) -> Coverage:
    """A final answer from a feed that is complete past `as_of`."""
    return Coverage(
        status=status,
        reasons=reasons,
        identity=identity,
        site=site,
        licence_id=licence_id,
        as_of=as_of,
        complete_until=complete_until,
        learned_at=learned_at,
        fact_version=fact_version,
        provisional=provisional,
    )


def an_entitled(
    accepted: Accepted | None = None,
    *,
    verdict: Verdict | None = None,
    coverage: Coverage | None = None,
    security: Security | None = None,
    failure: StageFailure | None = None,
    cause: Cause = Cause.FIRST,
) -> Entitled:
    """A judged ticket; a failed one has no coverage."""
    owed = None if failure is not None else a_coverage()
    return Entitled(
        accepted=accepted or an_accepted(),
        security=security or Security(),
        verdict=a_verdict() if verdict is None else verdict,
        coverage=owed if coverage is None else coverage,
        failure=failure,
        cause=cause,
    )


def a_licence(
    licence_id: str = LICENCE,
    *,
    version: int = 1,
    effective_at: Moment = NOW - timedelta(days=30),
    state: LicenceState = LicenceState.ACTIVE,
    account_id: str | None = ACCOUNT,
    emails: tuple[str, ...] = (EMAIL,),
    contacts: tuple[str, ...] = (),
    products: tuple[str, ...] = (EXTENSION,),
    site_limit: int | None = 1,
    valid_from: Moment = NOW - timedelta(days=30),
    paid_until: Moment | None = NOW + timedelta(days=335),
    grace_days: int = 7,
    disputed: bool = False,
    key_hash: str | None = None,
    activations: tuple[Activation, ...] = (),
) -> LicenceFact:
    """An active one-site licence of the usual asker, a month old and paid for eleven more."""
    return LicenceFact(
        licence_id=licence_id,
        version=version,
        effective_at=effective_at,
        state=state,
        holder=Holder(account_id=account_id, emails=emails),
        contacts=contacts,
        products=products,
        site_limit=site_limit,
        valid_from=valid_from,
        paid_until=paid_until,
        grace_days=grace_days,
        disputed=disputed,
        key_hash=key_hash,
        activations=activations,
    )


def an_activation(
    site_url: str = SITE,
    *,
    activated_at: Moment = NOW - timedelta(days=29),
    deactivated_at: Moment | None = None,
) -> Activation:
    return Activation(site_url=site_url, activated_at=activated_at, deactivated_at=deactivated_at)


def an_advance(complete_until: Moment = NOW) -> FeedAdvanced:
    return FeedAdvanced(complete_until=complete_until)


def a_routed(
    queue: Queue = Queue.EXTENSIONS,
    *,
    accepted: Accepted | None = None,
    verdict: Verdict | None = None,
    coverage: Coverage | None = None,
    security: Security | None = None,
    revision: int = 1,
    supersedes: str | None = None,
    cause: Cause = Cause.FIRST,
    review_reason: ReviewReason | None = None,
    conflicts_with: UUID | None = None,
    decided_at: Moment = NOW + timedelta(seconds=1),
) -> Routed:
    """An ordinary decision by the router."""
    accepted = accepted or an_accepted()
    verdict = a_verdict() if verdict is None else verdict
    return Routed(
        ticket_id=accepted.ticket_id,
        fingerprint=accepted.fingerprint,
        revision=revision,
        supersedes=supersedes,
        cause=cause,
        conflicts_with=conflicts_with,
        queue=queue,
        rank=RANKS[queue],
        review_reason=review_reason,
        security=security or Security(),
        findings=verdict.findings,
        decided=verdict.decided,
        coverage=a_coverage() if coverage is None else coverage,
        policy=POLICY,
        model=verdict.model,
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=decided_at,
    )


RANKS = {
    Queue.SECURITY: 1,
    Queue.EXTENSIONS: 2,
    Queue.CORE_PAYING: 3,
    Queue.CORE: 4,
    Queue.REVIEW: 5,
    Queue.RENEWAL: 6,
    Queue.REFERRAL: 7,
}
"""By hand, after the policy: the order in which queues are served."""


def a_report_routed(
    accepted: Accepted | None = None, *, security: Security | None = None
) -> Routed:
    """A report as the fast lane passes it on: no ledger, no policy, no facts."""
    accepted = accepted or an_accepted()
    return Routed(
        ticket_id=accepted.ticket_id,
        fingerprint=accepted.fingerprint,
        cause=Cause.SECURITY_FINDING,
        queue=Queue.SECURITY,
        rank=1,
        security=security or a_flag(),
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=NOW + timedelta(seconds=1),
    )


def a_withdrawn(
    queue: Queue = Queue.EXTENSIONS,
    *,
    ticket_id: UUID = TICKET,
    withdraws: str = routed_id(TICKET, FINGERPRINT, 1),
    revision: int = 2,
    cause: Cause = Cause.SECURITY_FINDING,
) -> Withdrawn:
    return Withdrawn(
        ticket_id=ticket_id, withdraws=withdraws, revision=revision, cause=cause, queue=queue
    )


def a_correction(
    *,
    ticket_id: UUID = TICKET,
    fingerprint: str | None = FINGERPRINT,
    security: bool | None = None,
    scope: Scope | None = None,
) -> Corrected:
    """A person's word: `security` True raises (the default), False clears; else `scope`."""
    if security is None and scope is None:
        security = True
    return Corrected(
        ticket_id=ticket_id,
        fingerprint=fingerprint,
        security=security,
        scope=scope,
        by="Dana",
        reason="read the ticket",
    )
