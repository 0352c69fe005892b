"""Which records stand live on which queue? Read as any help desk would: routed, not withdrawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import orjson

Headers = Sequence[tuple[str, bytes | None]]


def live_records(
    records: Iterable[tuple[str, Headers, bytes]],
) -> dict[str, dict[str, Mapping[str, object]]]:
    """For each queue topic its live records by ce_id, from (topic, headers, value)."""
    routed: dict[str, dict[str, Mapping[str, object]]] = {}
    withdrawn: set[tuple[str, str]] = set()
    for topic, headers, value in records:
        attributes = {name: bytes(text or b"").decode() for name, text in headers}
        data = orjson.loads(value)
        if attributes["ce_type"].endswith("withdrawn.v1"):
            withdrawn.add((topic, data["withdraws"]))
        else:
            routed.setdefault(topic, {})[attributes["ce_id"]] = data
    return {
        topic: {id_: data for id_, data in found.items() if (topic, id_) not in withdrawn}
        for topic, found in routed.items()
    }


def repeats(records: Iterable[tuple[str, Headers, bytes]]) -> Counter[str]:
    """How often each ce_id stands on a topic beyond the first time."""
    seen = Counter(
        topic + " " + bytes(text or b"").decode()
        for topic, headers, _ in records
        for name, text in headers
        if name == "ce_id"
    )
    return Counter({key: count - 1 for key, count in seen.items() if count > 1})
