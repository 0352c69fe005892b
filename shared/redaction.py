"""Which credentials stand in a text? (placeholder interface, replaced at once)"""

from __future__ import annotations


def redact_bytes(value: bytes) -> bytes:
    return value
