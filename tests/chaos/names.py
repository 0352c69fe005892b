"""What do the outside interfaces call types, queues, topics and groups?"""

from __future__ import annotations

ROUTED = "support.ticket.routed.v1"
WITHDRAWN = "support.ticket.withdrawn.v1"
RANK = {
    "security": 1,
    "extensions": 2,
    "core-paying": 3,
    "core": 4,
    "review": 5,
    "renewal": 6,
    "referral": 7,
}
PARKED_BY = {
    "inbound": ("intake",),
    "tickets.submitted": ("classifier", "classifier-security"),
    "tickets.security": ("router-security",),
    "tickets.classified": ("entitlements",),
    "tickets.entitled": ("router",),
    "licences": ("entitlements-licences",),
    "corrections": ("router-corrections",),
}
"""Who parks what can't be read on a topic; the fast lane parks nothing."""
GROUPS = {
    reader: topic
    for topic, readers in {
        **PARKED_BY,
        "tickets.security": ("router-security", "router-fast-lane"),
    }.items()
    for reader in readers
}
"""The topic that each consumer group, named `NAMESPACE.READER`, reads."""
