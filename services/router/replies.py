"""What can the customer be told?"""

from __future__ import annotations

from collections.abc import Sequence

from services.router.priority import Inputs, Ruling, effective, rule
from services.router.table import Policy, ReplyText
from shared.contracts import Coverage, Finding, Identity, Reply, Scope

_RECOGNISED = frozenset({Identity.PROVEN, Identity.MATCHED})


def reply_for(
    policy: Policy, ruling: Ruling, findings: Sequence[Finding], coverage: Coverage | None
) -> Reply | None:
    """The text of the ruling, then what is told of each ask: for those not covered the way out."""
    if ruling.reply_key is None:
        return None
    reply = policy.replies[ruling.reply_key]
    paragraphs = [_main(reply, coverage)]
    if reply.each_ask:
        paragraphs += _of_each_ask(policy, findings)
    return Reply(key=ruling.reply_key, text="\n\n".join(paragraphs))


def receipt(policy: Policy) -> Reply | None:
    """What who reports a weakness is told, whatever else is known."""
    return reply_for(policy, rule(policy, Inputs(security=True)), (), None)


def _main(reply: ReplyText, coverage: Coverage | None) -> str:
    """A reason is told only to somebody recognised; it speaks of a licence of their own.

    The status is not looked at: beside their own reasons it would show whether the key or the
    site that they name belongs to somebody else (reading 5).
    """
    if coverage is None or coverage.identity not in _RECOGNISED:
        return reply.text
    return next((reply.by_reason[r] for r in coverage.reasons if r in reply.by_reason), reply.text)


def _of_each_ask(policy: Policy, findings: Sequence[Finding]) -> list[str]:
    """Once for each category, the deciding ask first."""
    decides = effective(findings)
    asks = [decides, *findings] if decides else list(findings)
    scopes: dict[Scope, None] = dict.fromkeys(ask.scope for ask in asks)
    return [text for scope in scopes if (text := policy.scopes[scope].told)]
