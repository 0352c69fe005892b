"""Which settings do all services share? Fragments that each service's settings compose."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Fragment(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", secrets_dir=None)


class KafkaSettings(Fragment):
    """Where Kafka is and how to speak to it."""

    kafka_bootstrap_servers: str = Field(description="host:port, comma separated")
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password_file: Path | None = None
    kafka_ca_file: Path | None = None
    triage_namespace: str = Field("support", pattern=r"^[a-z][a-z0-9-]{0,40}$")
    triage_partitions: int = Field(6, ge=1, le=1000)


class PostgresSettings(Fragment):
    """Where PostgreSQL is. `DATABASE_URL_FILE` wins, so that the password can be a secret file."""

    database_url: SecretStr | None = None
    database_url_file: Path | None = None

    @model_validator(mode="after")
    def _one_is_given(self) -> Self:
        if self.database_url is None and self.database_url_file is None:
            raise ValueError(
                "set DATABASE_URL or DATABASE_URL_FILE to postgresql://user:password@host/db"
            )
        return self

    def dsn(self) -> str:
        """The connection string."""
        if self.database_url_file is not None:
            return self.database_url_file.read_text(encoding="utf-8").strip()
        return self.database_url.get_secret_value() if self.database_url else ""


class ProcessSettings(Fragment):
    """What every process has: its log and its probe address."""

    log_level: str = Field("INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    log_json: bool = True
    probe_host: str = "127.0.0.1"
    probe_port: int = Field(0, ge=0, le=65535, description="0: any free port")
    shutdown_seconds: float = Field(15.0, gt=0, description="how long a drain may take")


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load(kind: type[SettingsT]) -> SettingsT:
    """Settings from the environment, or one line per wrong setting on stderr and exit 2."""
    try:
        return kind()
    except ValidationError as error:
        lines = [
            f"{str(fault['loc'][-1]).upper() if fault['loc'] else 'settings'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        stop("wrong settings in the environment:\n  " + "\n  ".join(lines))
    except OSError as error:
        stop(f"cannot read {error.filename}: {error.strerror}")


def stop(message: str) -> NoReturn:
    """End for wrong usage or configuration."""
    sys.stderr.write(message + "\n")
    raise SystemExit(2)
