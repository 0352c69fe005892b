"""What does a person read who integrates with us? Plain pages that need no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from deploy.contracts.asyncapi import DEAD_LETTER_HEADERS, NAMESPACE
from deploy.contracts.events import EVENTS, EventDoc
from deploy.contracts.evolution import Node
from deploy.contracts.examples import Example, examples
from deploy.contracts.schemas import schemas
from shared.topics import NEVER_PARKS, TICKET_DAYS, TOPICS, Topic

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
pre { overflow-x: auto; padding: .8rem;
  background: color-mix(in srgb, currentColor 7%, transparent) }
code { font-family: ui-monospace, monospace; font-size: .9em }
dt { font-weight: 600; margin-top: .6rem } dd { margin: 0 }
summary { cursor: pointer }
"""

LIMITS = {
    "format": "{}",
    "minLength": "length at least {}",
    "maxLength": "length at most {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
}
"""The bounds of a field, in words."""
CHANGES = (
    "Within this version fields are only added, and always optional: ignore what you do not know. "
    "No field goes away, becomes required, changes its type or its limits; no closed list gains "
    "or loses a member. Anything else is a new type and topic with the next number, written "
    "beside this one for at least as long as this one is kept."
)


def pages(document: dict[str, Any]) -> dict[str, str]:
    """Every page by file name: the index, one per event, and the dead letters."""
    return {
        "index.html": _index(document),
        **{_file(event): _event(event) for event in EVENTS},
        "dead-letters.html": _dead_letters(),
    }


def _file(event: EventDoc) -> str:
    return f"{event.type}.html"


def _page(title: str, body: Iterable[str]) -> str:
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        "<main>",
        f"<h1>{escape(title)}</h1>",
        *body,
        "</main>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _index(document: dict[str, Any]) -> str:
    info = document["info"]
    topics = _table(
        ("Topic", "Key", "Written by", "Read by", "Kept"),
        (
            (
                _code(topic.address(NAMESPACE)) + "<br>" + _prose(topic.meaning),
                _prose(_key(topic)),
                _prose(", ".join(topic.writers)),
                _prose(", ".join((*topic.readers, *topic.foreign))),
                _kept(topic),
            )
            for topic in TOPICS
        ),
    )
    events = _table(
        ("Event", "Meaning"),
        (
            (f'<a href="{_file(event)}"><code>{event.type}</code></a>', _prose(event.meaning))
            for event in EVENTS
        ),
    )
    return _page(
        info["title"],
        (
            f"<p>{_prose(info['description'])}</p>",
            (
                '<p>For machines: <a href="asyncapi.json">asyncapi.json</a>. To try it: '
                '<a href="clients/README.md">clients</a>. What could not be accepted: '
                '<a href="dead-letters.html">dead letters</a>.</p>'
            ),
            "<h2>Events</h2>",
            events,
            "<h2>Topics</h2>",
            topics,
        ),
    )


def _event(event: EventDoc) -> str:
    schema = schemas()[event.type]
    shown = [example for example in examples() if example.event_type == event.type]
    facts = {
        "Type": _code(event.type),
        "Key": _prose(event.key),
        "Topics": "<br>".join(
            f"{_code(topic.address(NAMESPACE))}, kept {_kept(topic)}" for topic in event.topics
        ),
        "Written by": _prose(_joined(topic.writers for topic in event.topics)),
        "Read by": _prose(_joined((*t.readers, *t.foreign) for t in event.topics)),
        "Schema": f"{_code(f'shared/contracts/schemas/{event.type}.json')} (draft 2020-12)",
    }
    return _page(
        event.title,
        (
            '<p><a href="index.html">All events and topics</a></p>',
            f"<p>{_prose(event.meaning)}</p>",
            "<dl>",
            *(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items()),
            "</dl>",
            "<h2>Fields</h2>",
            f"<p>{_prose(schema.get('description', ''))}</p>",
            _table(("Field", "Type", "Meaning"), _fields(Node(schema, schema), "")),
            f"<h2>Examples ({len(shown)})</h2>",
            *(_example(example, first=example is shown[0]) for example in shown),
            "<h2>How it may change</h2>",
            f"<p>{_prose(CHANGES)}</p>",
        ),
    )


def _dead_letters() -> str:
    addresses = [
        _code(topic.dead_letters(NAMESPACE, reader))
        for topic in TOPICS
        for reader in topic.readers
        if reader not in NEVER_PARKS
    ]
    headers = (
        (_code(name), _prose(about.get("description", "")))
        for name, about in DEAD_LETTER_HEADERS["properties"].items()
    )
    return _page(
        "Dead letters",
        (
            '<p><a href="index.html">All events and topics</a></p>',
            (
                "<p>Records that were never accepted: key, headers and redacted value as they "
                f"came, with these headers added. Kept {2 * TICKET_DAYS} days. "
                "<code>triage dlq list|show|replay</code> works on them.</p>"
            ),
            _table(("Header", "Meaning"), headers),
            "<h2>Topics</h2>",
            "<p>" + "<br>".join(addresses) + "</p>",
        ),
    )


def _example(example: Example, *, first: bool) -> str:
    record = {"headers": example.headers, "key": example.key, "value": example.value}
    text = escape(json.dumps(record, indent=2, ensure_ascii=False), quote=False)
    name = f"{example.topic.name}/{example.name}"
    return (
        f"<details{' open' if first else ''}><summary><code>{escape(name)}</code>: "
        f"{_prose(example.about)}</summary>\n<pre>{text}</pre></details>"
    )


def _fields(node: Node, path: str) -> Iterator[tuple[str, str, str]]:
    """A row per field, nested ones with their path."""
    required = set(node.schema.get("required", ()))
    for name, schema in node.schema.get("properties", {}).items():
        here = f"{path}{name}"
        part = node.at(schema).resolved()
        kinds = part.branches()
        must = " (required)" if name in required else ""
        meaning = part.schema.get("description", "")
        yield _code(here) + must, " or ".join(map(_kind, kinds.values())), _prose(meaning)
        for kind in kinds.values():
            yield from _fields(kind, f"{here}.")
            if "items" in kind.schema:
                yield from _fields(kind.at(kind.schema["items"]).resolved(), f"{here}[].")


def _kind(node: Node) -> str:
    schema = node.schema
    if "enum" in schema:
        return ", ".join(_code(member) for member in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(node.at(schema['items']).resolved())}"
    limits = [text.format(schema[word]) for word, text in LIMITS.items() if word in schema]
    return escape(", ".join([schema.get("type", "any"), *limits]))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return "\n".join(["<table>", f"<tr>{head}</tr>", *lines, "</table>"])


def _key(topic: Topic) -> str:
    keys = dict.fromkeys(event.key for event in EVENTS if topic in event.topics)
    return "; ".join(key.partition(",")[0] for key in keys)


def _kept(topic: Topic) -> str:
    return "for good" if topic.days is None else f"{topic.days} days"


def _joined(names: Iterable[Iterable[str]]) -> str:
    return ", ".join(dict.fromkeys(name for group in names for name in group))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _prose(text: str) -> str:
    """Text with what stands between backticks as code."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
