"""Does a changed schema still serve those who know the old one? Each break, in words.

Both ways: a new reader takes old records, and an old reader, which ignores what it does not
know, takes new ones. Only optional fields may be added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

LIMITS = ("minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
SHAPES = ("pattern", "format", "const", "minItems", "maxItems", "additionalProperties")


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a schema, and the whole that its references point into."""

    schema: Schema
    root: Schema

    def at(self, schema: Schema) -> Node:
        return Node(schema, self.root)

    def resolved(self) -> Node:
        """The part with its reference followed; what stands beside the reference stays."""
        if "$ref" not in self.schema:
            return self
        target = self.root["$defs"][self.schema["$ref"].removeprefix("#/$defs/")]
        return self.at({**target, **{k: v for k, v in self.schema.items() if k != "$ref"}})

    def branches(self) -> dict[str, Node]:
        """The alternatives by JSON type; one where there is but one."""
        choice = [self.schema] if "type" in self.schema else self.schema.get("anyOf", [self.schema])
        return {
            kind: part.at({**part.schema, "type": kind})
            for part in (self.at(one).resolved() for one in choice)
            for kind in _kinds(part.schema)
        }


def _kinds(schema: Schema) -> list[str]:
    kinds = schema.get("type", "any")
    return kinds if isinstance(kinds, list) else [kinds]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` harms readers or writers of `old`; empty if nothing does."""
    return list(_compare(Node(old, old), Node(new, new), "data"))


def _compare(old: Node, new: Node, path: str) -> Iterator[str]:
    old, new = old.resolved(), new.resolved()
    if old.schema.get("default") != new.schema.get("default"):
        yield f"{path}: where it is absent it now means another thing"
    before, after = old.branches(), new.branches()
    if before.keys() != after.keys():
        yield f"{path}: type changed from {_listed(before)} to {_listed(after)}"
    for kind in before.keys() & after.keys():
        yield from _same_type(before[kind], after[kind], path)


def _same_type(old: Node, new: Node, path: str) -> Iterator[str]:
    yield from _members(old.schema, new.schema, path)
    yield from (
        f"{path}: {word} changed from {old.schema.get(word)} to {new.schema.get(word)}"
        for word in (*LIMITS, *SHAPES)
        if old.schema.get(word) != new.schema.get(word)
    )
    yield from _fields(old, new, path)
    if "items" in old.schema and "items" in new.schema:
        yield from _compare(old.at(old.schema["items"]), new.at(new.schema["items"]), f"{path}[]")


def _members(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    if before and not after:
        yield f"{path}: no longer a closed list"
        return
    yield from (f"{path}: {gone!r} can no longer be read" for gone in sorted(before - after))
    yield from (f"{path}: old readers refuse {more!r}" for more in sorted(after - before))


def _fields(old: Node, new: Node, path: str) -> Iterator[str]:
    before, after = old.schema.get("properties", {}), new.schema.get("properties", {})
    must, must_now = set(old.schema.get("required", ())), set(new.schema.get("required", ()))
    yield from (f"{path}.{name}: removed" for name in before.keys() - after.keys())
    yield from (f"{path}.{name}: now required" for name in sorted(must_now - must))
    yield from (
        f"{path}.{name}: no longer always there"
        for name in sorted(must - must_now)
        if name in after
    )
    for name in before:
        if name in after:
            yield from _compare(old.at(before[name]), new.at(after[name]), f"{path}.{name}")


def _listed(kinds: dict[str, Node]) -> str:
    return " or ".join(sorted(kinds))
