"""Is what a customer is told the same whether or not somebody else holds a licence? (reading 5)"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.entitlements.coverage import Moment, coverage
from services.entitlements.handlers import asker_of
from services.entitlements.lookup import keys_of_asker, keys_of_fact
from services.entitlements.products import ask_of
from services.router.case import Assessed, Case
from services.router.policy import Policy, read_policy
from services.router.revision import take
from services.router.ruling import Rulebook
from shared.catalogue import load_catalogue
from shared.contracts import (
    Accepted,
    Coverage,
    Entitled,
    Finding,
    LicenceFact,
    ProductArea,
    Requester,
    Scope,
    Security,
    Status,
    Ticket,
    Trust,
    Verdict,
)
from tests.support.builders import a_finding, an_accepted
from tests.support.router import RULES
from tests.unit.entitlements.test_laws import law
from tests.unit.entitlements.worlds import DAY, END, TRUSTED, T, fact, learned, on

# What is likely to tell strangers apart is drawn more often, so that few cases are enough.
KEY = "ab" * 32
SITE = "https://others-shop.com"
REACHES = [T, T, T, T - timedelta(minutes=5), T - DAY, None]
STATES = ["active", "cancelled", "refunded", "revoked"]


def licence(licence_id: str, account: str, address: str, **changes: object) -> LicenceFact:
    holder = {"account_id": account, "emails": [address]}
    return fact(licence_id=licence_id, holder=holder, **changes)


own_licences = st.builds(
    lambda state, paid_until, products, sites: [
        licence(
            "L-own",
            "acct-me",
            "me@mine.com",
            state=state,
            paid_until=paid_until,
            products=products,
            activations=[on(site) for site in sites],
        )
    ],
    st.sampled_from(STATES),
    st.sampled_from([END, T - 30 * DAY, T - DAY, None]),
    st.sampled_from([["WooSync"], ["Funnels"], ["*"]]),
    st.sampled_from([[], ["https://mine.com"], ["https://mine.com", SITE]]),
)


@st.composite
def others_licences(draw: st.DrawFn) -> list[LicenceFact]:
    """A licence that the asker holds key or site of, in up to three versions, also contradictory."""
    return [
        licence(
            "L-other",
            draw(st.sampled_from(["acct-b", "acct-c"])),
            draw(st.sampled_from(["bo@other.com", "cy@other.com"])),
            version=version,
            state=draw(st.sampled_from(STATES)),
            products=draw(st.sampled_from([["WooSync"], ["*"]])),
            paid_until=draw(st.sampled_from([END, T - 30 * DAY])),
            contacts=draw(st.sampled_from([[], ["dee@client.com"]])),
            key_hash=KEY,
            activations=[on(SITE), on("https://staging.others-shop.com")],
        )
        for version in draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    ]


askers = st.builds(
    lambda account, address, key, site, trust: an_accepted(
        Ticket(
            subject="Help",
            requester=Requester(account_id=account, email=address, licence_key_hash=key),
            site_url=site,
        ),
        trust=trust,
        received_at=T,
    ),
    st.sampled_from(["acct-me", "acct-me", "acct-z", None]),
    st.sampled_from([None, "me@mine.com", "zoe@nowhere.com"]),
    st.sampled_from([KEY, KEY, None]),
    st.sampled_from([None, SITE, "https://mine.com", "https://staging.others-shop.com"]),
    st.sampled_from([TRUSTED, TRUSTED, Trust(email=True), Trust()]),
)
asks = st.builds(
    lambda scope, area: a_finding(
        scope, product_area=area, extension="WooSync" if area is ProductArea.EXTENSION else None
    ),
    st.sampled_from([Scope.PRODUCT_QUESTION, Scope.BUG_REPORT, Scope.CUSTOMIZATION]),
    st.sampled_from([ProductArea.EXTENSION, ProductArea.EXTENSION, ProductArea.CORE]),
)


def owed(
    accepted: Accepted, verdict: Verdict, facts: Sequence[LicenceFact], reach: datetime | None
) -> Coverage:
    """As entitlements finds it in a store that holds these facts."""
    who = asker_of(accepted)
    keys = keys_of_asker(who)
    ids = sorted({each.licence_id for each in facts if keys & keys_of_fact(each)})
    licences = [learned(*(each for each in facts if each.licence_id == id_)) for id_ in ids]
    moment = Moment(accepted.as_of, reach, timedelta(minutes=15))
    return coverage(ask_of(verdict), who, licences, moment, load_catalogue())


def told(
    accepted: Accepted, verdict: Verdict, owed_: Coverage, rules: Rulebook = RULES
) -> tuple[str, bytes]:
    """The queue, and the reply byte for byte."""
    entitled = Entitled(accepted=accepted, security=Security(), verdict=verdict, coverage=owed_)
    arrived = Assessed(entitled, entitled.model_dump_json().encode())
    case = Case(accepted.ticket_id, accepted.ticket_id, accepted.fingerprint)
    live = take(case, arrived, rules, T).live
    assert live is not None
    reply = live.record.reply
    return live.queue.value, reply.model_dump_json().encode() if reply else b""


@law
@given(
    st.one_of(own_licences, st.just([])),
    others_licences(),
    askers,
    st.lists(asks, min_size=1, max_size=2),
    st.sampled_from(REACHES),
)
def test_a_stranger_is_told_the_same_with_and_without_the_licence_in_the_store(
    own: list[LicenceFact],
    others: list[LicenceFact],
    accepted: Accepted,
    asked: list[Finding],
    reach: datetime | None,
) -> None:
    verdict = Verdict(findings=tuple(asked), decided=True)
    with_it = told(accepted, verdict, owed(accepted, verdict, [*own, *others], reach))
    without = told(accepted, verdict, owed(accepted, verdict, own, reach))
    assert with_it == without


def test_a_policy_that_tells_strangers_apart_would_be_noticed() -> None:
    """The comparison can fail: a leaky policy answers who names an existing key otherwise."""
    leaky: Policy = read_policy(Path("tests/data/policies/stranger-learns.yaml"))
    accepted = an_accepted(
        Ticket(requester=Requester(account_id="acct-z", licence_key_hash=KEY)),
        trust=TRUSTED,
        received_at=T,
    )
    verdict = Verdict(findings=(a_finding(extension="WooSync"),), decided=True)
    others = [licence("L-other", "acct-b", "bo@other.com", key_hash=KEY)]
    with_it = owed(accepted, verdict, others, T)
    without = owed(accepted, verdict, [], T)
    assert (with_it.status, without.status) == (Status.NOT_HOLDER, Status.NO_LICENCE)
    rules = Rulebook(leaky)
    assert told(accepted, verdict, with_it, rules) != told(accepted, verdict, without, rules)
