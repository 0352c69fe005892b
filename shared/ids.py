"""Which id does a thing get? The same input gives the same id, so repeats are recognised."""

from __future__ import annotations

from hashlib import sha1
from uuid import UUID, uuid5

TICKETS = UUID("6f1d3c1e-6f0e-5b52-9a57-2f2a8f6f7c11")
"""The fixed namespace of ticket ids; changing it would make every ticket a new one."""


def ticket_id(source: str, key: str) -> UUID:
    """The id of the ticket that `source` names `key` (its idempotency key)."""
    return uuid5(TICKETS, f"{source}\n{key}")


def conflicting_ticket_id(first: UUID, fingerprint: str) -> UUID:
    """The id of a ticket that came under another ticket's key with another text."""
    return uuid5(first, fingerprint)


def event_id(ticket: UUID, fingerprint: str, fact: str) -> str:
    """The ce_id of a stage's fact about a ticket: stable over redelivery."""
    return _name_in(ticket, f"{fingerprint}/{fact}")


def routed_id(ticket: UUID, fingerprint: str, revision: int) -> str:
    """The message id of an ordinary decision on its queue."""
    return event_id(ticket, fingerprint, f"routed/{revision}")


def security_routed_id(first: UUID, fingerprint: str, finding: str) -> str:
    """The message id of a report on the security queue.

    Made of what the fast lane knows without a ledger, `first` being the id that the 202 gave;
    the router's ledger computes the same.
    """
    return event_id(first, fingerprint, f"security/{finding}")


def traceparent_of(subject: str, event: str) -> str | None:
    """The W3C context of an event about a ticket: the ticket is the trace, the event the span.

    None for what is about no ticket.
    """
    try:
        ticket = UUID(subject)
    except ValueError:
        return None
    span = _name_in(ticket, event).replace("-", "")[:16]
    return f"00-{ticket.hex}-{span}-01"


def _name_in(namespace: UUID, name: str) -> str:
    """`str(uuid5(namespace, name))`, without the UUID in between: every event needs two."""
    mixed = sha1(namespace.bytes + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(mixed[16], 16) & 3]
    return f"{mixed[:8]}-{mixed[8:12]}-5{mixed[13:16]}-{variant}{mixed[17:20]}-{mixed[20:32]}"
