"""Was a webhook signed by its source? Standard Webhooks, any of several secrets, five minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Sequence[Webhook]) -> bool:
    """Whether one of the secrets signed id, timestamp and body, at most five minutes ago.

    The comparison's time does not depend on the signature.
    """
    return any(_verifies(secret, body, headers) for secret in secrets)


def _verifies(secret: Webhook, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        secret.verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError:
        return False
    except (ValueError, OverflowError):  # strangers' base64, versions and text that is not UTF-8
        return False
    return True
