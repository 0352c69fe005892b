"""Who may send, how is each recognised, and what is each believed? The sources file."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from services.intake.acceptance import Origin
from shared.contracts import Trust

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Claim = Literal["sent_at", "email", "account_id"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceEntry(Strict):
    """One source over HTTP. `api_key_sha256`: hashes of its keys; several while one is changed."""

    api_key_sha256: tuple[Sha256, ...] = ()
    webhook_secret_files: tuple[Path, ...] = ()
    trusted: tuple[Claim, ...] = ()
    bytes_per_second: float = Field(1_000_000, gt=0)
    burst_bytes: float = Field(5_000_000, gt=0)
    canary: bool = False


class InboundEntry(Strict):
    """One upstream system on the inbound topic, by its ce_source."""

    trusted: tuple[Claim, ...] = ()
    canary: bool = False


class SourcesFile(Strict):
    sources: dict[Name, SourceEntry]
    inbound: dict[str, InboundEntry] = {}


@dataclass(frozen=True, slots=True)
class Source:
    """A source over HTTP, ready to be checked against."""

    origin: Origin
    api_key_hashes: tuple[str, ...]
    webhook_secrets: tuple[Webhook, ...]
    bytes_per_second: float
    burst_bytes: float

    @property
    def name(self) -> str:
        return self.origin.source


@dataclass(frozen=True, slots=True)
class Sources:
    """All that may send. What is not configured on the inbound topic is trusted for nothing."""

    by_name: Mapping[str, Source]
    inbound: Mapping[str, Origin]

    def with_key(self, api_key: str) -> Source | None:
        """The source whose key this is; every hash is compared, in constant time."""
        presented = hashlib.sha256(api_key.encode("utf-8", "replace")).hexdigest()
        found = None
        for source in self.by_name.values():
            for known in source.api_key_hashes:
                if hmac.compare_digest(presented, known):
                    found = source
        return found

    def on_topic(self, ce_source: str) -> Origin:
        """The origin of a record on the inbound topic: it can't pass for a source over HTTP."""
        return self.inbound.get(ce_source) or Origin(f"inbound:{ce_source}")


def read_sources(path: Path) -> Sources:
    """The sources file; raises ValueError with one message naming file, source and field."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the sources file {path}: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise ValueError(f"the sources file {path}{where} is not valid YAML") from None
    try:
        file = SourcesFile.model_validate(document)
    except ValidationError as error:
        raise ValueError(f"the sources file {path} is wrong: {_fault(error)}") from None
    sources = {name: _source(path, name, entry) for name, entry in file.sources.items()}
    _refuse_shared_keys(path, sources.values())
    inbound = {
        name: Origin(f"inbound:{name}", _trust(entry.trusted), entry.canary)
        for name, entry in file.inbound.items()
    }
    return Sources(sources, inbound)


def _source(path: Path, name: str, entry: SourceEntry) -> Source:
    if not entry.api_key_sha256 and not entry.webhook_secret_files:
        raise ValueError(
            f"the sources file {path} is wrong: sources.{name} has neither api_key_sha256 "
            "nor webhook_secret_files, so nobody could send as it"
        )
    return Source(
        Origin(name, _trust(entry.trusted), entry.canary),
        entry.api_key_sha256,
        tuple(_secret(path, name, file) for file in entry.webhook_secret_files),
        entry.bytes_per_second,
        entry.burst_bytes,
    )


def _secret(path: Path, name: str, file: Path) -> Webhook:
    """A Standard Webhooks secret: `whsec_` and base64. Paths start at the sources file."""
    place = f"sources.{name}.webhook_secret_files in {path}"
    try:
        text = (path.parent / file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise ValueError(f"{place}: cannot read {file}") from None
    try:
        return Webhook(text)
    except (ValueError, EmptyWebhookSecretError):
        raise ValueError(f"{place}: {file} does not hold whsec_ and base64") from None


def _refuse_shared_keys(path: Path, sources: Iterable[Source]) -> None:
    """A key that names two sources names none."""
    owners: dict[str, str] = {}
    for source in sources:
        for known in source.api_key_hashes:
            other = owners.setdefault(known, source.name)
            if other != source.name:
                raise ValueError(
                    f"the sources file {path} is wrong: sources.{other} and "
                    f"sources.{source.name} share an api_key_sha256"
                )


def _trust(trusted: tuple[Claim, ...]) -> Trust:
    return Trust(
        sent_at="sent_at" in trusted,
        email="email" in trusted,
        account_id="account_id" in trusted,
    )


def _fault(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the document"
    return f"{field}: {first['msg']}"
