"""What may be sent, in OpenAPI 3.1? The document and a page of it that needs no network."""

from __future__ import annotations

import html
import json
from typing import Any

from services.intake.submission import LARGEST_BYTES, LONGEST_KEY, Submission

PROBLEMS = {
    "400": "Not a ticket; names the fields, never their values.",
    "401": "The source is not known, or the signature does not hold.",
    "408": "The body took too long to arrive.",
    "413": f"More than {LARGEST_BYTES} bytes.",
    "415": "Not application/json.",
    "429": "Over the source's agreed rate; see Retry-After.",
    "503": "Kafka did not acknowledge; send again with the same key, see Retry-After.",
}


def document() -> dict[str, Any]:
    """The whole OpenAPI document."""
    schema = Submission.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    schema["anyOf"] = [_says_something("subject"), _says_something("body")]
    schema["properties"]["body"] = {"type": ["string", "null"], "default": None}
    attachments, labels = schema["properties"], parts["SubmittedAttachment"]["properties"]
    attachments["attachments"] = _or_null(attachments["attachments"])
    labels.update({name: _or_null(label) for name, label in labels.items()})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticket intake",
            "version": "1",
            "description": "Takes support tickets. 202 means that Kafka has acknowledged it.",
        },
        "paths": {
            "/v1/tickets": {
                "post": _operation(
                    "submitTicket",
                    "Submit a ticket",
                    "The API key names the source. The first given of Idempotency-Key, "
                    "webhook-id and external_id names the ticket: the same again is the same.",
                    [_header("Idempotency-Key", required=False)],
                    [{"key": []}],
                )
            },
            "/v1/webhooks/{source}": {
                "post": _operation(
                    "receiveWebhook",
                    "Submit a ticket by a webhook signed after Standard Webhooks",
                    "webhook-id names the ticket. Signatures older than five minutes do not count.",
                    [
                        {
                            "name": "source",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string"},
                        },
                        _header("webhook-id", required=True),
                        _header("webhook-timestamp", required=True, longest=None),
                        _header("webhook-signature", required=True, longest=None),
                    ],
                    [],
                )
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": parts | {"Submission": schema, "Problem": _PROBLEM, "Taken": _TAKEN},
        },
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_TAKEN = {
    "type": "object",
    "required": ["ticket_id"],
    "properties": {"ticket_id": {"type": "string", "format": "uuid"}},
}


def _operation(
    name: str,
    summary: str,
    description: str,
    parameters: list[dict[str, Any]],
    security: list[dict[str, list[str]]],
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "security": security,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Submission")}},
        },
        "responses": {"202": _TAKEN_RESPONSE}
        | {status: _problem(status, text) for status, text in PROBLEMS.items()},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _header(name: str, *, required: bool, longest: int | None = LONGEST_KEY) -> dict[str, Any]:
    bound = {} if longest is None else {"maxLength": longest}
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string", **bound},
    }


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}]}


def _says_something(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string", "pattern": r"\S"}}}


def _problem(status: str, text: str) -> dict[str, Any]:
    retry = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
    return {
        "description": text,
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
        **({"headers": retry} if status in {"429", "503"} else {}),
    }


_TAKEN_RESPONSE = {
    "description": "Accepted: acknowledged by Kafka.",
    "headers": {"Location": {"schema": {"type": "string"}, "description": "/tickets/{id}"}},
    "content": {"application/json": {"schema": _ref("Taken")}},
}


def page() -> str:
    """The document for people, as one plain page."""
    api = document()
    parts = [f"<h1>{api['info']['title']}</h1><p>{api['info']['description']}</p>"]
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>")
            parts.append(f"<p>{operation['summary']}. {operation['description']}</p><ul>")
            parts += [
                f"<li><b>{status}</b> {html.escape(answer['description'])}</li>"
                for status, answer in operation["responses"].items()
            ]
            parts.append("</ul>")
    for name, schema in api["components"]["schemas"].items():
        shape = html.escape(json.dumps(schema, indent=2))
        parts.append(f"<details><summary>{name}</summary><pre>{shape}</pre></details>")
    style = "body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{api['info']['title']}</title>"
        f"<style>{style}</style>{''.join(parts)}"
        "<p>The same for machines: <a href=/openapi.json>openapi.json</a></p></html>"
    )
