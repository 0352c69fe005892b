"""What does a fact say? One form and one hash for all ways of writing the same."""

from __future__ import annotations

import hashlib
import json

from shared.contracts import LicenceFact


def canonical(fact: LicenceFact) -> str:
    """The fact as JSON with times in UTC, sorted keys and sorted lists."""
    activations = sorted(fact.activations, key=lambda each: each.model_dump_json())
    holder = fact.holder.model_copy(update={"emails": tuple(sorted(set(fact.holder.emails)))})
    sorted_fact = fact.model_copy(
        update={
            "holder": holder,
            "contacts": tuple(sorted(set(fact.contacts))),
            "products": tuple(sorted(set(fact.products))),
            "activations": tuple(activations),
        }
    )
    return json.dumps(
        sorted_fact.model_dump(mode="json"),
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def content_hash(canonical_fact: str) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_fact.encode()).digest()
