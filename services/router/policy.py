"""Which policy does this file hold, and may it be used?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from pathlib import Path
from typing import cast

import yaml
from pydantic import ValidationError
from typing_extensions import override

from services.router.proof import Broken, Proof, prove
from services.router.references import first_dangling
from services.router.table import Flaw, Policy

__all__ = [
    "CURRENT",
    "POLICIES",
    "Policy",
    "PolicyError",
    "check_policy",
    "find_policy",
    "load_policy",
    "read_policy",
]

POLICIES = Path(__file__).parent / "policies"
"""Every policy that was ever in force, so that an old decision can be replayed."""

CURRENT = POLICIES / "jetpack-crm-1.yaml"


class PolicyError(ValueError):
    """A policy that must not be used; says the file, the line and what is wrong."""


def load_policy(path: Path) -> Policy:
    """The policy in this file, proved. Raises PolicyError with the first counter-example."""
    return check_policy(path)[0]


def check_policy(path: Path) -> tuple[Policy, Proof]:
    """As load_policy, with how much was tried."""
    policy, root = _read(path)
    try:
        return policy, prove(policy)
    except Broken as broken:
        raise _error(path, root, broken.flaw) from broken


def read_policy(path: Path) -> Policy:
    """The policy in this file as it stands, not proved. Raises PolicyError."""
    return _read(path)[0]


def find_policy(digest: str, folder: Path = POLICIES) -> Policy | None:
    """The policy with this hash, for a replay; not proved again by today's rules."""
    policies = map(read_policy, sorted(folder.glob("*.yaml")))
    return next((policy for policy in policies if policy.hash == digest), None)


def _read(path: Path) -> tuple[Policy, yaml.Node]:
    try:
        loader = _PlainLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        content = loader.construct_document(root) if root else None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"{path}, line {line}: not valid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise PolicyError(f"{path}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise PolicyError(f"{path}: nested too deeply for a policy") from error
    if not isinstance(content, dict) or root is None:
        raise PolicyError(f"{path}: holds no policy; start from {CURRENT.name}")
    if "hash" in content:
        raise PolicyError(f"{path}: `hash` is computed from the content; remove it")
    policy = _shaped(path, root, content)
    flaw = first_dangling(policy)
    if flaw:
        raise _error(path, root, flaw)
    return policy, root


def _shaped(path: Path, root: yaml.Node, content: dict[str, object]) -> Policy:
    try:
        return Policy.model_validate({**content, "hash": _hash(content)})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        says = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise _error(path, root, Flaw(first["loc"], says)) from error


def _hash(content: dict[str, object]) -> str:
    """Of what the file says, not of how: comments, layout and order of keys don't count."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _error(path: Path, root: yaml.Node, flaw: Flaw) -> PolicyError:
    return PolicyError(f"{path}, line {_line(root, flaw.at)}: {flaw.says}")


def _line(node: yaml.Node, at: tuple[str | int, ...]) -> int:
    """The line where this place begins, or the nearest one around it that stands in the file."""
    line = node.start_mark.line + 1
    for key in at:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == key), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            break
    return cast("int", line)


class _PlainLoader(yaml.BaseLoader):
    """YAML without its surprises: all words are read as written, nothing stands twice."""

    @override
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise _refused(mark, "references with `*` are not read; write it out")
        return super().compose_node(parent, index)

    @override
    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused(key.start_mark, "a key must be a word")
            if key.value in seen:
                raise _refused(key.start_mark, f"`{key.value}` stands here twice; keep one")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _refused(mark: yaml.Mark | None, says: str) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(problem=says, problem_mark=mark)
