"""Was a webhook signed by its source? Standard Webhooks, any of several secrets, five minutes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

_OF_VERSION_1 = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
"""A SHA-256 in base64. What is of another version or form must not hide the one that counts."""
SIGNATURE = "webhook-signature"


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Sequence[Webhook]) -> bool:
    """Whether one of the secrets signed id, timestamp and body, at most five minutes ago.

    The comparison's time does not depend on the signature.
    """
    given = headers.get(SIGNATURE, "").split(" ")
    known = " ".join(signature for signature in given if _OF_VERSION_1.fullmatch(signature))
    counted = {**headers, SIGNATURE: known}
    return any(_verifies(secret, body, counted) for secret in secrets)


def _verifies(secret: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        secret.verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    except (ValueError, OverflowError):  # strangers' text that is not UTF-8
        return False
    return True
