"""What is removed from bytes that nobody could read? Dead letters are redacted as they are."""

from __future__ import annotations

import re

import orjson

from shared.redaction.marks import redact

ESCAPE = re.compile(r"\\(?:[nrtbf\"\\]|u00[0-9a-fA-F]{2})")


def redact_bytes(value: bytes) -> bytes:
    """The bytes without credentials: text as UTF-8 if it is, else byte for byte.

    JSON is searched string by string, so that escapes hide nothing, then as a whole, so that
    names beside values count; what holds no credential comes back unchanged.
    """
    value = _redact_json(value)
    encoding = "utf-8"
    try:
        text = value.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = value.decode(encoding)
    shadow = ESCAPE.sub(lambda found: " " * len(found[0]), text) if "\\" in text else ""
    redacted = redact(text, None, shadow=shadow)
    return redacted.text.encode(encoding, "replace") if redacted.kinds else value


def _redact_json(value: bytes) -> bytes:
    """The document with redacted strings; what is no JSON, or nested too deep, unchanged."""
    if value.lstrip()[:1] not in (b"{", b"[", b'"'):
        return value
    found: list[str] = []
    try:
        document = _walk(orjson.loads(value), found)
        return orjson.dumps(document) if found else value
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        return value


def _walk(node: object, found: list[str]) -> object:
    match node:
        case str():
            redacted = redact(node, None)
            found += redacted.kinds
            return redacted.text
        case list():
            return [_walk(item, found) for item in node]
        case dict():
            return {_walk(name, found): _walk(item, found) for name, item in node.items()}
        case _:
            return node
