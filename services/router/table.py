"""What does a policy consist of?"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.contracts import PolicyRef, ProductArea, Queue, ReviewReason, Scope, Status


class _Strict(BaseModel):
    """A key that we do not know is a slip of the pen, and refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Scopes = Annotated[tuple[Scope, ...], BeforeValidator(_as_list), Field(min_length=1)]
Areas = Annotated[tuple[ProductArea, ...], BeforeValidator(_as_list), Field(min_length=1)]
Statuses = Annotated[tuple[Status, ...], BeforeValidator(_as_list), Field(min_length=1)]


class When(_Strict):
    """A condition: every key named must hold; a list means any of its values."""

    security: bool | None = None
    auto_reply: bool | None = None
    conflict: bool | None = None
    stage_failed: bool | None = None
    decided: bool | None = None
    scope: Scopes | None = None
    product_area: Areas | None = None
    status: Statuses | None = None


class Row(_Strict):
    """One answer of a step: the queue, its clauses, and the key of the text to the customer."""

    id: str = Field(min_length=1)
    when: When = When()
    then: Queue
    review_reason: ReviewReason | None = None
    clauses: tuple[str, ...] = ()
    reply: str | None = None
    why: str = Field(min_length=1)


class Step(_Strict):
    """A question; where `when` holds, exactly one of the rows answers."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    when: When = When()
    rows: tuple[Row, ...] = Field(min_length=1)


class EntitlementOrder(_Strict):
    """Best first; those on one line are equal."""

    levels: tuple[tuple[Status, ...], ...]
    outside: tuple[Status, ...] = ()


class SeverityOrder(_Strict):
    """Most severe first; those on one line are equal. `security` stands for the flag."""

    levels: tuple[tuple[Scope | Literal["security"], ...], ...]
    outside: tuple[Scope, ...] = ()


class Orders(_Strict):
    entitlement: EntitlementOrder
    severity: SeverityOrder


class ScopeRule(_Strict):
    """What a category rests on, and what is told of each ask in it."""

    clauses: tuple[str, ...] = ()
    told: str | None = None


class ReplyText(_Strict):
    """What the customer is told.

    `by_reason`: the text where the coverage of a recognised asker gives this reason.
    `each_ask`: what is told of each ask follows; for those not covered, clause and way out.
    """

    text: str = Field(min_length=1)
    by_reason: dict[str, str] = {}
    each_ask: bool = False


class Policy(_Strict):
    """The whole policy as its file states it; `hash` is the SHA-256 of the content, in hex."""

    version: str = Field(min_length=1)
    hash: str
    clauses: dict[str, str]
    queues: tuple[Queue, ...]
    scopes: dict[Scope, ScopeRule]
    orders: Orders
    steps: tuple[Step, ...] = Field(min_length=1)
    replies: dict[str, ReplyText]

    @property
    def ref(self) -> PolicyRef:
        return PolicyRef(version=self.version, hash=self.hash)

    def rank(self, queue: Queue) -> int:
        """1 for the queue that is served first."""
        return self.queues.index(queue) + 1


class Flaw(NamedTuple):
    """What is wrong with a policy, in words, and where: the keys and positions that lead there."""

    at: tuple[str | int, ...]
    says: str
