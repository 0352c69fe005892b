"""Who may do what? Written by hand, from what each process is for; never from the code under test.

Topics stand without namespace and version: `tickets.submitted`; dead letters with their reader.
"""

from __future__ import annotations

WRITES: dict[str, set[str]] = {
    "intake": {"tickets.submitted", "tickets.security"},
    "intake-inbound": {"tickets.submitted", "tickets.security", "inbound dlq intake"},
    "classifier": {
        "tickets.classified",
        "tickets.security",
        "tickets.submitted dlq classifier",
    },
    "classifier-security": {"tickets.security", "tickets.submitted dlq classifier-security"},
    "entitlements": {
        "tickets.entitled",
        "tickets.classified dlq entitlements",
        "licences dlq entitlements-licences",
    },
    "router": {
        "tickets.security",
        "queues.extensions",
        "queues.core-paying",
        "queues.core",
        "queues.review",
        "queues.renewal",
        "queues.referral",
        "tickets.entitled dlq router",
        "tickets.security dlq router-security",
        "corrections dlq router-corrections",
    },
    "fast-lane": {"queues.security"},
    "watch": set(),
    "operator": {
        "inbound",
        "tickets.submitted",
        "tickets.security",
        "tickets.classified",
        "tickets.entitled",
        "licences",
        "corrections",
        "tickets.status",
    },
    "upstream": {"inbound"},
    "licensing": {"licences"},
    "help-desk": {"tickets.status"},
    "on-call": set(),
    "training": set(),
}
READS: dict[str, set[str]] = {
    "intake": set(),
    "intake-inbound": {"inbound"},
    "classifier": {"tickets.submitted"},
    "classifier-security": {"tickets.submitted"},
    "entitlements": {"tickets.classified", "licences"},
    "router": {"tickets.entitled", "tickets.security", "corrections"},
    "fast-lane": {"tickets.security"},
    "watch": {"everything"},
    "operator": {"everything"},
    "upstream": set(),
    "licensing": set(),
    "help-desk": {
        "queues.extensions",
        "queues.core-paying",
        "queues.core",
        "queues.review",
        "queues.renewal",
        "queues.referral",
    },
    "on-call": {"queues.security"},
    "training": {"corrections"},
}
JOINS: dict[str, set[str]] = {
    "intake": set(),
    "intake-inbound": {"intake"},
    "classifier": {"classifier"},
    "classifier-security": {"classifier-security"},
    "entitlements": {"entitlements", "entitlements-licences"},
    "router": {"router", "router-security", "router-corrections"},
    "fast-lane": {"router-fast-lane"},
    "watch": set(),
    "operator": {"dlq-replay"},
    "upstream": set(),
    "licensing": set(),
    "help-desk": {"help-desk", "help-desk.berlin"},
    "on-call": {"on-call"},
    "training": {"training"},
}
"""The consumer groups that each may read and commit as. Watch and operator may look at all."""
TOPICS = {
    "inbound",
    "tickets.submitted",
    "tickets.security",
    "tickets.classified",
    "licences",
    "tickets.entitled",
    "corrections",
    "tickets.status",
    "queues.security",
    "queues.extensions",
    "queues.core-paying",
    "queues.core",
    "queues.review",
    "queues.renewal",
    "queues.referral",
    "inbound dlq intake",
    "tickets.submitted dlq classifier",
    "tickets.submitted dlq classifier-security",
    "tickets.security dlq router-security",
    "tickets.classified dlq entitlements",
    "licences dlq entitlements-licences",
    "tickets.entitled dlq router",
    "corrections dlq router-corrections",
}
GROUPS = set[str]().union(*JOINS.values())


def address(namespace: str, topic: str) -> str:
    """`tickets.submitted dlq classifier` is `support.tickets.submitted.v1.classifier.dlq`."""
    name, _, reader = topic.partition(" dlq ")
    return f"{namespace}.{name}.v1" + (f".{reader}.dlq" if reader else "")


def may_read(name: str, topic: str) -> bool:
    return topic in READS[name] or "everything" in READS[name]
