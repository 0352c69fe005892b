"""What does the whole classifier say of labelled tickets? Each with what would have been right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.classifier.model import Model, named
from services.classifier.security import look
from services.classifier.training.corpus import Labelled
from services.classifier.training.unseen import Unseen
from services.classifier.verdict import Judgement, answer_of, conclude, judge
from shared.contracts import Scope

Screen = Callable[[str, str], bool]
"""Whether intake's screen flags a subject and a body; the command brings it along."""


@dataclass(frozen=True, slots=True)
class Answer:
    ticket: Labelled
    judgement: Judgement
    by_screen: bool

    @property
    def scope(self) -> Scope:
        return self.judgement.verdict.findings[0].scope

    @property
    def confidence(self) -> float:
        return self.judgement.verdict.findings[0].confidence

    @property
    def right(self) -> bool:
        return self.ticket.accepts(self.scope)

    @property
    def decided(self) -> bool:
        return self.judgement.verdict.decided

    @property
    def by_model(self) -> bool:
        return self.judgement.security.found

    @property
    def flagged(self) -> bool:
        return self.by_screen or self.by_model

    @property
    def area_right(self) -> bool:
        return self.judgement.verdict.findings[0].product_area is self.ticket.product_area

    @property
    def extension_right(self) -> bool:
        return self.judgement.verdict.findings[0].extension == self.ticket.extension


def answer(model: Model, tickets: Sequence[Labelled], screen: Screen) -> list[Answer]:
    judgements = judge(model, [(ticket.subject, ticket.body) for ticket in tickets])
    return [
        Answer(ticket, judgement, screen(ticket.subject, ticket.body))
        for ticket, judgement in zip(tickets, judgements, strict=True)
    ]


def answer_unseen(
    model: Model, unseen: Unseen, tickets: Sequence[Labelled], screen: Screen
) -> list[Answer]:
    """The same by models that were not fitted on a ticket's author: main findings alone."""
    seen = model.see([ticket.reading for ticket in tickets])
    likely = model.likelihoods(unseen.of(tickets), named(seen))
    return [
        Answer(
            ticket,
            Judgement(
                conclude(model, seen[row], answer_of(likely, row)),
                look(model, seen[row], float(likely.security[row])),
            ),
            screen(ticket.subject, ticket.body),
        )
        for row, ticket in enumerate(tickets)
    ]
