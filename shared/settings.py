"""Which settings do all services share? Fragments that each service's settings compose."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, NoReturn, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Fragment(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", secrets_dir=None)


class KafkaSettings(Fragment):
    """Where Kafka is and how to speak to it."""

    kafka_bootstrap_servers: str = Field(description="host:port, comma separated")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password_file: Path | None = None
    kafka_ca_file: Path | None = Field(None, description="PEM; none: the system's authorities")
    kafka_certificate_file: Path | None = Field(None, description="PEM; who we are, without SASL")
    kafka_key_file: Path | None = Field(None, description="PEM, of the certificate")
    triage_namespace: str = Field("support", pattern=r"^[a-z][a-z0-9-]{0,40}$")
    triage_partitions: int = Field(6, ge=1, le=1000)

    @field_validator(
        "kafka_sasl_password_file", "kafka_ca_file", "kafka_certificate_file", "kafka_key_file"
    )
    @classmethod
    def _kafka_file_has_something(cls, file: Path | None) -> Path | None:
        return something_in(file)

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        named = self.kafka_sasl_username is not None, self.kafka_sasl_password_file is not None
        if self.kafka_security_protocol.startswith("SASL") and not all(named):
            raise ValueError(
                f"KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs KAFKA_SASL_USERNAME"
                " and KAFKA_SASL_PASSWORD_FILE"
            )
        if any(named) and not self.kafka_security_protocol.startswith("SASL"):
            raise ValueError(
                "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE are of no use without"
                " KAFKA_SECURITY_PROTOCOL=SASL_SSL"
            )
        if (self.kafka_certificate_file is None) != (self.kafka_key_file is None):
            raise ValueError("KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE belong together")
        return self


class PostgresSettings(Fragment):
    """Where PostgreSQL is. `DATABASE_URL_FILE` wins, so that the password can be a secret file."""

    database_url: SecretStr | None = None
    database_url_file: Path | None = None

    @field_validator("database_url_file")
    @classmethod
    def _database_file_has_something(cls, file: Path | None) -> Path | None:
        return something_in(file)

    @model_validator(mode="after")
    def _one_is_given(self) -> Self:
        if self.database_url is None and self.database_url_file is None:
            raise ValueError(
                "set DATABASE_URL or DATABASE_URL_FILE to postgresql://user:password@host/db"
            )
        return self

    def dsn(self) -> str:
        """The connection string; raises ValueError with the file that can't be read."""
        if self.database_url_file is not None:
            return read_secret(self.database_url_file)
        return self.database_url.get_secret_value() if self.database_url else ""


class AccessSettings(Fragment):
    """Where the passwords are of those to whom `provision` gives rights; none: it gives none."""

    triage_access_folder: Path | None = None


class ProcessSettings(Fragment):
    """What every process has: its log and its probe address."""

    log_level: str = Field("INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    log_json: bool = True
    probe_host: str = "127.0.0.1"
    probe_port: int = Field(0, ge=0, le=65535, description="0: any free port")
    shutdown_seconds: float = Field(15.0, gt=0, description="how long a drain may take")


def read_secret(file: Path) -> str:
    """What stands in a file; raises ValueError with its name where it can't be read."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no text") from None


def something_in(file: Path | None) -> Path | None:
    """The file, if it is named; raises ValueError where it can't be read or is empty."""
    if file is not None and not read_secret(file):
        raise ValueError(f"{file} is empty")
    return file


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
