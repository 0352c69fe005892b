"""What does the classifier's stage cost, beside scikit-learn's own batch predict on the same texts?

Ours is the whole stage: reading from Kafka, cleaning the text, judging, evidence, writing. The peer
gets its texts in memory and returns probabilities.
"""

from __future__ import annotations

import time
from contextlib import ExitStack

from deploy.local.processes import Part
from shared.contracts import Submitted
from shared.topics import SUBMITTED, Reader, group
from tests.bench import tickets
from tests.bench.broker import Message
from tests.bench.figures import Figure, Result, per_ticket_us
from tests.bench.peers.scikit import Scikit, Texts, fitted
from tests.bench.place import Place, services_of
from tests.bench.rounds import Contender, costs

TICKETS = 800
"""In a round."""
ROUNDS = 3
FITTED_ON = 1_000
NGRAMS = "scikit-learn: words and pieces of words"
ENCODED = "scikit-learn: the same, and the encoder's own batch mode"
UNIT = "us of processor per ticket"
CLASSIFYING = Part("classifier", "services.classifier", ("ordinary",))
NOTES = (
    (
        "The peer neither reads nor writes Kafka; it takes quoted history, signatures and logs for "
        "the customer's words, names no evidence, no second ask, no extension, and never abstains. "
        "Without the encoder it does not know a language that the corpus does not teach it."
    ),
)


def measure(place: Place) -> Result:
    each = place.count(TICKETS)
    peers = {NGRAMS: fitted(FITTED_ON, encoder=False), ENCODED: fitted(FITTED_ON, encoder=True)}
    found: dict[str, list[float]] = {name: [] for name in peers}
    with ExitStack() as stack:
        namespace = place.namespace("classifier")
        running = stack.enter_context(place.services(namespace, [CLASSIFYING]))
        ours = Contender(
            "classifier",
            services_of(running)["classifier"],
            group(namespace, Reader.CLASSIFIER),
            SUBMITTED.address(namespace),
        )

        def make() -> list[Message]:
            """New tickets for ours; the peers are measured on their texts at once."""
            messages = list(tickets.messages(tickets.submitted(namespace, each)))
            texts = [_text(value) for _, value, _ in messages]
            for name, peer in peers.items():
                found[name].append(_cost(peer, texts))
                place.say(f"{name}: {found[name][-1]:.0f} us of processor per ticket")
            return messages

        costs_of_ours = costs(place, [ours], make, ROUNDS)["classifier"]
    return Result(
        [
            Figure(
                "CPU per ticket, classifier stage",
                name,
                UNIT,
                tuple(zip(costs_of_ours, found[name][1:], strict=True)),
                promised=1.5,
                aimed=1.2,
            )
            for name in peers
        ],
        NOTES,
    )


def _text(value: bytes) -> tuple[str, str]:
    ticket = Submitted.model_validate_json(value).accepted.ticket
    return ticket.subject, ticket.body


def _cost(peer: Scikit, texts: Texts) -> float:
    before = time.process_time()
    peer.predict(texts)
    return per_ticket_us(time.process_time() - before, len(texts))
