"""Does a recorded decision come out again? Made once more from its inputs, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import orjson
from pydantic import ValidationError

from services.router.case import Arrived, Basis, Case, Input
from services.router.document import document
from services.router.inputs import Document, Step, case_of, known_by
from services.router.revision import take
from services.router.ruling import Rulebook
from services.router.table import Policy

FindPolicy = Callable[[str], Policy | None]


class NotReproducible(ValueError):
    """The inputs don't lead to the decision; says why in words."""


def replay(recorded: Mapping[str, object], find_policy: FindPolicy) -> Document:
    """The document made again from `inputs` alone: nothing else of the record is looked at."""
    inputs = recorded.get("inputs")
    if not isinstance(inputs, dict):
        raise NotReproducible("the record has no inputs; print one with triage explain --json")
    try:
        given, steps = case_of(inputs)
    except (ValidationError, KeyError) as error:
        raise NotReproducible(f"inputs can't be read: {_first(error)}") from error
    if not steps:
        raise NotReproducible("inputs.steps names no revision")
    case = given._replace(decisions=())
    for step in steps:
        rules = Rulebook(_policy(step, find_policy), step.code)
        case = _taken(case, given, step, rules)
    if len(case.decisions) != len(steps):
        raise NotReproducible("the inputs lead to more revisions than are recorded")
    last = case.decisions[-1]
    return document(case, last, last.record.model_dump_json().encode(), rules)


def _taken(case: Case, given: Case, step: Step, rules: Rulebook) -> Case:
    """The case with one more revision."""
    if len(case.decisions) >= step.revision:
        return case  # one input can make two revisions
    known = known_by(given, step.basis())
    before, arrived = _before(known, step.basis())
    after = take(before._replace(decisions=case.decisions), arrived, rules, step.decided_at)
    if len(after.decisions) < step.revision:
        raise NotReproducible(f"the inputs do not lead to revision {step.revision}")
    return after


def _before(known: Case, basis: Basis) -> tuple[Case, Input]:
    """The case without the input that a decision was made on, and that input."""
    arrived: Input | None
    match basis.arrived:
        case Arrived.ASSESSED:
            before, arrived = known._replace(assessed=None), known.assessed
        case Arrived.LEARNED:
            before, arrived = known._replace(learned=None), known.learned
        case Arrived.SUSPECTED:
            before, arrived = known._replace(suspected=None), known.suspected
        case Arrived.CORRECTION:
            before = known._replace(corrections=known.corrections[:-1])
            arrived = known.corrections[-1] if known.corrections else None
    if arrived is None:
        raise NotReproducible(f"the input that it was made on is not there: {basis.arrived}")
    return before, arrived


def _policy(step: Step, find_policy: FindPolicy) -> Policy:
    policy = find_policy(step.policy)
    if policy is None:
        raise NotReproducible(
            f"the policy of revision {step.revision}, hash {step.policy or 'unknown'}, is not in"
            " services/router/policies; put its file there"
        )
    return policy


def differences(recorded: Mapping[str, object], again: Mapping[str, object]) -> Iterator[str]:
    """Every field that differs in a byte, by its path."""
    yield from _differ("", orjson.loads(orjson.dumps(recorded)), orjson.loads(orjson.dumps(again)))


def _differ(path: str, one: object, other: object) -> Iterator[str]:
    match one, other:
        case dict(), dict():
            for key in dict.fromkeys([*one, *other]):
                name = f"{path}.{key}" if path else str(key)
                if key not in one or key not in other:
                    yield name
                else:
                    yield from _differ(name, one[key], other[key])
        case list(), list() if len(one) == len(other):
            for number, (mine, its) in enumerate(zip(one, other, strict=True)):
                yield from _differ(f"{path}.{number}", mine, its)
        case _ if orjson.dumps(one) != orjson.dumps(other):
            yield path


def _first(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
