"""How does the whole system speak? One AsyncAPI 3.0 document, from the registry and the models.

A channel per address, a message per event, an operation per service and topic. The CloudEvents
attributes stand in one trait that every message takes.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from deploy.contracts.events import EVENTS, EventDoc
from deploy.contracts.examples import Example, examples
from deploy.contracts.schemas import MODELS, SAYS_SOMETHING
from shared.topics import NEVER_PARKS, TOPICS, Reader, Topic, TopicSpec, group, specifications

Json = dict[str, Any]

NAMESPACE = "support"
PARTITIONS = 6
"""As deployed unless configured otherwise."""
SERVICES = ("intake", "classifier", "entitlements", "router", "fast lane")
"""Writers that are ours; the others write from outside and have no operation here."""
BINDING = "0.5.0"
DEAD_LETTER = "dead-letter"


def document() -> Json:
    """The AsyncAPI document of the system in the default namespace."""
    specs = {spec.address: spec for spec in specifications(NAMESPACE, PARTITIONS)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Support ticket triage",
            "version": "1.0.0",
            "description": "Tickets in, priority queues out. CloudEvents 1.0 on Kafka, binary "
            "mode. Within a version fields are only added; ignore those you do not know.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The brokers that KAFKA_BOOTSTRAP_SERVERS names.",
                "variables": {"bootstrap": {"default": "localhost:9092"}},
            },
        },
        "channels": {
            **{topic.name: _channel(topic, specs) for topic in TOPICS},
            **{
                _parking(topic, reader): _dead_letters(topic, reader, specs)
                for topic, reader in _parkers()
            },
        },
        "operations": {**_receiving(), **_sending(), **_parkings()},
        "components": {
            "messages": {**{event.type: _message(event) for event in EVENTS}, **_dead_letter()},
            "messageTraits": {"cloudevent": {"headers": CLOUDEVENT}},
            "schemas": _schemas(),
        },
    }


def _text(description: str) -> Json:
    return {"type": "string", "minLength": 1, "description": description}


CLOUDEVENT: Json = {
    "type": "object",
    "required": ["ce_id", "ce_source", "ce_specversion", "ce_type"],
    "properties": {
        "content-type": {"type": "string", "const": "application/json"},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": _text("Stable over redelivery: count repeats of it once."),
        "ce_source": _text("Who wrote it."),
        "ce_type": _text("The event, with its major version."),
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "ce_subject": _text("What it is about, mostly the ticket id."),
        "ce_correlationid": _text("The same for all events of a ticket."),
        "ce_causationid": _text("ce_id of the event that led to this one."),
        "traceparent": _text("W3C trace context: one ticket, one trace."),
    },
}

DEAD_LETTER_HEADERS: Json = {
    "type": "object",
    "required": ["dlq-topic", "dlq-partition", "dlq-offset", "dlq-reason", "dlq-stage"],
    "properties": {
        "dlq-topic": _text("Address of the topic it stood on."),
        "dlq-partition": _text("Its partition there."),
        "dlq-offset": _text("Its offset there."),
        "dlq-timestamp": _text("Its timestamp there, milliseconds since 1970."),
        "dlq-reason": _text("Code, for example wrong_shape."),
        "dlq-detail": {"type": "string", "description": "Field or header; never its value."},
        "dlq-attempts": _text("How often it was tried."),
        "dlq-stage": _text("The reader that parked it."),
        "dlq-truncated": _text("Its full size, where only a part was kept."),
        "kafka_dlt-original-topic": _text("As dlq-topic, for generic tools."),
    },
}


def _channel(topic: Topic, specs: dict[str, TopicSpec]) -> Json:
    carried = [event.type for event in EVENTS if topic in event.topics]
    return _address(
        specs[topic.address(NAMESPACE)],
        topic.meaning,
        {name: {"$ref": f"#/components/messages/{name}"} for name in carried},
    ) | {
        "x-writers": list(topic.writers),
        "x-readers": [*(reader.value for reader in topic.readers), *topic.foreign],
    }


def _dead_letters(topic: Topic, reader: Reader, specs: dict[str, TopicSpec]) -> Json:
    return _address(
        specs[topic.dead_letters(NAMESPACE, reader)],
        f"What {reader} could not accept from {topic.name}, with origin and reason.",
        {DEAD_LETTER: {"$ref": f"#/components/messages/{DEAD_LETTER}"}},
    )


def _address(spec: TopicSpec, description: str, messages: Json) -> Json:
    config = spec.config
    return {
        "address": spec.address,
        "description": description,
        "messages": messages,
        "bindings": {
            "kafka": {
                "topic": spec.address,
                "partitions": spec.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [config["cleanup.policy"]],
                    "retention.ms": int(config["retention.ms"]),
                    "max.message.bytes": int(config["max.message.bytes"]),
                },
                "bindingVersion": BINDING,
            },
        },
    }


def _message(event: EventDoc) -> Json:
    return {
        "name": event.type,
        "title": event.title,
        "summary": event.meaning,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "headers": {
            "type": "object",
            "properties": {"ce_type": {"type": "string", "const": event.type}},
        },
        "payload": {"$ref": f"#/components/schemas/{MODELS[event.type].__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": event.key},
                "bindingVersion": BINDING,
            },
        },
        "examples": [
            _example(example)
            for example in examples()
            if example.event_type == event.type and not example.structured
        ],
    }


def _example(example: Example) -> Json:
    return {
        "name": f"{example.topic.name}/{example.name}",
        "summary": example.about,
        "headers": example.headers,
        "payload": example.value,
    }


def _dead_letter() -> Json:
    return {
        DEAD_LETTER: {
            "name": DEAD_LETTER,
            "title": "Dead letter",
            "summary": "A record that could not be accepted: its key, its redacted value and its "
            "headers, with origin and reason. `triage dlq` shows and replays it.",
            "contentType": "application/octet-stream",
            "headers": DEAD_LETTER_HEADERS,
            "bindings": {
                "kafka": {
                    "key": {"type": "string", "description": "as the source"},
                    "bindingVersion": BINDING,
                },
            },
        },
    }


def _receiving() -> Json:
    return {
        f"{reader}.receives.{topic.name}": _operation("receive", topic.name, _carried(topic))
        | {
            "summary": f"{reader} reads {topic.name}",
            "bindings": {
                "kafka": {
                    "groupId": {"type": "string", "const": group(NAMESPACE, reader)},
                    "bindingVersion": BINDING,
                },
            },
        }
        for topic in TOPICS
        for reader in topic.readers
    }


def _sending() -> Json:
    return {
        f"{writer.replace(' ', '-')}.sends.{topic.name}": _operation(
            "send", topic.name, _carried(topic)
        )
        | {"summary": f"{writer} writes {topic.name}"}
        for topic in TOPICS
        for writer in topic.writers
        if writer in SERVICES
    }


def _parkings() -> Json:
    return {
        f"{reader}.parks.{topic.name}": _operation("send", _parking(topic, reader), [DEAD_LETTER])
        | {"summary": f"{reader} parks what it can't accept from {topic.name}"}
        for topic, reader in _parkers()
    }


def _operation(action: str, channel: str, messages: list[str]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _carried(topic: Topic) -> list[str]:
    return [event.type for event in EVENTS if topic in event.topics]


def _parkers() -> list[tuple[Topic, Reader]]:
    return [
        (topic, reader) for topic in TOPICS for reader in topic.readers if reader not in NEVER_PARKS
    ]


def _parking(topic: Topic, reader: Reader) -> str:
    return f"{topic.name}.{reader}.dlq"


def _schemas() -> Json:
    """Every model once; references point into the components."""
    _, joined = models_json_schema(
        [(model, "validation") for model in MODELS.values()],
        ref_template="#/components/schemas/{model}",
    )
    parts: Json = joined["$defs"]
    return {**parts, "Submission": parts["Submission"] | SAYS_SOMETHING}
