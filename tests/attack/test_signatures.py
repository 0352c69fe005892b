"""Who can pass for a source? Only who holds its key or secret, now, and once."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from services.intake.acceptance import Origin
from services.intake.signature import is_signed
from services.intake.sources import Source, Sources
from tests.attack.conftest import SECRET, TICKET, Headers, Target
from tests.attack.wire import Answer, head

TO_SHOP = "POST /v1/webhooks/shop HTTP/1.1"
STRANGER = Webhook("whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldA==")
Change = Callable[[str], str]


def changed(headers: Headers, name: str, change: Change) -> Headers:
    return [(key, change(value) if key == name else value) for key, value in headers]


async def hook(target: Target, headers: Headers, body: bytes = TICKET) -> Answer:
    answer = await target.hears(head(TO_SHOP, headers) + body)
    assert answer is not None
    assert answer.conforms
    return answer


FORGERIES: dict[str, tuple[str, Change]] = {
    "without signature": ("webhook-signature", lambda _: ""),
    "another's signature": (
        "webhook-signature",
        lambda _: STRANGER.sign("m1", datetime.now(UTC), TICKET.decode()),
    ),
    "a signature cut short": ("webhook-signature", lambda given: given[:-6]),
    "a signature with one bit changed": (
        "webhook-signature",
        lambda given: given[:5] + ("A" if given[5] != "A" else "B") + given[6:],
    ),
    "version 2": ("webhook-signature", lambda given: given.replace("v1,", "v2,")),
    "version 1a": ("webhook-signature", lambda given: given.replace("v1,", "v1a,")),
    "no version": ("webhook-signature", lambda given: given.removeprefix("v1,")),
    "300 wrong signatures": (
        "webhook-signature",
        lambda _: " ".join(["v1," + "A" * 43 + "="] * 300),
    ),
    "nothing but commas": ("webhook-signature", lambda _: "v1,,,, ,,, v1,"),
    "another id": ("webhook-id", lambda given: given + "x"),
    "no id": ("webhook-id", lambda _: " "),
    "a second later": ("webhook-timestamp", lambda given: str(int(given) + 1)),
    "a time that is no number": ("webhook-timestamp", lambda _: "nan"),
    "a time without end": ("webhook-timestamp", lambda _: "1e400"),
    "a time before all times": ("webhook-timestamp", lambda _: "-1e18"),
    "bytes for a time": ("webhook-timestamp", lambda _: "\xb2\xb3"),
}


@pytest.mark.embedded
@pytest.mark.parametrize("forgery", FORGERIES)
async def test_forged_webhook_gets_401(target: Target, forgery: str) -> None:
    header, change = FORGERIES[forgery]
    answer = await hook(target, changed(target.signed(TICKET, "m1"), header, change))
    assert answer.status == 401


@pytest.mark.embedded
@pytest.mark.parametrize("minutes", [-6, 6])
async def test_webhook_signed_for_another_time_gets_401(target: Target, minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert (await hook(target, target.signed(TICKET, "m1", at))).status == 401


@pytest.mark.embedded
async def test_webhook_with_another_body_gets_401(target: Target) -> None:
    signed = target.signed(TICKET, "m1")
    assert (await hook(target, signed, TICKET.replace(b"about", b"ABOUT"))).status == 401


@pytest.mark.embedded
@pytest.mark.parametrize(
    "more",
    ["{} junk", "junk {}", "v1,a {}", "v1a,ZWQyNTUxOQ== {}", "v2,x {}", "v1,,, {}", "  {}"],
)
async def test_one_right_signature_counts_whatever_stands_beside_it(
    target: Target, more: str
) -> None:
    """While a source changes its secret or its signing, it sends several."""
    signed = changed(target.signed(TICKET, "m1"), "webhook-signature", more.format)
    assert (await hook(target, signed)).status == 202


@pytest.mark.embedded
async def test_replayed_webhook_is_no_second_ticket(target: Target) -> None:
    """Nor under a key that nobody signed: an `Idempotency-Key`, or a second `webhook-id`."""
    signed = target.signed(TICKET, "replayed")
    first = await hook(target, signed)
    again = await hook(target, signed)
    renamed = await hook(target, [*signed, ("Idempotency-Key", "another")])
    assert first.status == 202
    assert first.body == again.body == renamed.body
    for position in (0, len(signed)):
        twice = [*signed]
        twice.insert(position, ("webhook-id", "another"))
        assert (await hook(target, twice)).status in {400, 401}


@pytest.mark.embedded
async def test_key_of_one_source_opens_no_webhook_and_a_signature_no_other_source(
    target: Target,
) -> None:
    signed = target.signed(TICKET, "m1")
    assert (await hook(target, target.trusted(TICKET))).status == 401
    for name in ("help-desk", "web-form", "nobody", "shop%00", "SHOP", "shop."):
        line = f"POST /v1/webhooks/{name} HTTP/1.1"
        answer = await target.hears(head(line, signed) + TICKET)
        assert answer is not None
        assert answer.status == 401
    unlocked = await target.hears(head(headers=signed) + TICKET)
    assert unlocked is not None
    assert unlocked.status == 401


def a_source(*hashes: str) -> Sources:
    source = Source(Origin("desk"), hashes, (), 1.0, 1.0)
    return Sources({"desk": source}, {})


@pytest.mark.parametrize("verdict", [True, False])
def test_only_the_constant_time_comparison_decides_about_a_key(
    verdict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every known key is compared, and nothing else has a say."""
    compared: list[str] = []

    def decide(_presented: str, known: str) -> bool:
        compared.append(known)
        return verdict

    monkeypatch.setattr(hmac, "compare_digest", decide)
    known = [letter * 64 for letter in "abc"]
    assert (a_source(*known).with_key("anything") is not None) is verdict
    assert compared == known


@pytest.mark.parametrize("verdict", [True, False])
def test_only_the_constant_time_comparison_decides_about_a_signature(
    verdict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Webhook(SECRET)
    now = datetime.now(UTC)
    signer = STRANGER if verdict else secret
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign("m1", now, "{}"),
    }
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: verdict)
    assert is_signed(b"{}", headers, [secret]) is verdict
