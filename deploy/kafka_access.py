"""How do names and rights get onto Kafka? By librdkafka's admin client; aiokafka has none of it.

What is missing is made, a password is set as its file says; a right that is there and not ours to
give is reported, never taken: a platform team may have given it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported in fact alone
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from deploy.access import Kind, Operation, Right, principal, rights
from deploy.failure import Failure
from shared.settings import KafkaSettings

ITERATIONS = 8192
ANSWER_SECONDS = 60.0
SEEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Who is new, which rights were given, and which are there and not ours; in words."""

    users: list[str]
    given: list[str]
    drift: list[str]


async def apply_access(settings: KafkaSettings, passwords: Mapping[str, str]) -> AccessReport:
    """Set the password of each name, and give it its rights; raises Failure."""
    try:
        return await asyncio.to_thread(_apply, settings, passwords)
    except KafkaException as error:
        raise Failure(f"Kafka took no names or rights: {error.args[0].str()}") from None


def _apply(settings: KafkaSettings, passwords: Mapping[str, str]) -> AccessReport:
    admin: Any = AdminClient(_options(settings))  # its types know no filter that leaves things out
    namespace = settings.triage_namespace
    users = {principal(namespace, name): password for name, password in passwords.items()}
    known = _users(admin)
    _set_passwords(admin, users)
    wanted = {_binding(right) for right in rights(namespace)}
    standing = _standing(admin, users)
    missing = wanted - standing
    if missing:
        for given in admin.create_acls(list(missing)).values():
            given.result(ANSWER_SECONDS)
    # Given by the controller, they reach the broker that is asked a little later.
    _until(lambda: users.keys() <= _users(admin) and wanted <= _standing(admin, users))
    return AccessReport(
        users=sorted(users.keys() - known),
        given=sorted(map(_told, missing)),
        drift=sorted(f"{_told(right)}, which is none of ours" for right in standing - wanted),
    )


def _options(settings: KafkaSettings) -> dict[str, Any]:
    """As librdkafka names them."""
    options: dict[str, Any] = {
        "bootstrap.servers": settings.kafka_bootstrap_servers,
        "security.protocol": settings.kafka_security_protocol,
        "ssl.ca.location": settings.kafka_ca_file,
        "ssl.certificate.location": settings.kafka_certificate_file,
        "ssl.key.location": settings.kafka_key_file,
        "sasl.username": settings.kafka_sasl_username,
        "log_level": 0,  # what matters comes back as an error
    }
    if settings.kafka_sasl_password_file is not None:
        options["sasl.mechanism"] = settings.kafka_sasl_mechanism
        options["sasl.password"] = settings.kafka_sasl_password_file.read_text().strip()
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None
    }


def _users(admin: Any) -> set[str]:
    """Everybody with a password on this cluster."""
    return set(admin.describe_user_scram_credentials().result(ANSWER_SECONDS))


def _set_passwords(admin: Any, users: Mapping[str, str]) -> None:
    kept = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    asked = admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(user, kept, word.encode()) for user, word in users.items()]
    )
    for done in asked.values():
        done.result(ANSWER_SECONDS)


def _standing(admin: Any, users: Iterable[str]) -> set[AclBinding]:
    """The rights that our users have now."""
    given: tuple[Any, ...] = (
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        None,
        None,
        AclOperation.ANY,
        AclPermissionType.ALLOW,
    )
    ours = {f"User:{user}" for user in users}
    found = admin.describe_acls(AclBindingFilter(*given)).result(ANSWER_SECONDS)
    return {right for right in found if right.principal in ours}


_KINDS = {Kind.TOPIC: ResourceType.TOPIC, Kind.GROUP: ResourceType.GROUP}
_OPERATIONS = {
    Operation.READ: AclOperation.READ,
    Operation.WRITE: AclOperation.WRITE,
    Operation.DESCRIBE: AclOperation.DESCRIBE,
    Operation.DESCRIBE_CONFIGS: AclOperation.DESCRIBE_CONFIGS,
}


def _binding(right: Right) -> AclBinding:
    return AclBinding(
        _KINDS[right.kind],
        right.name,
        ResourcePatternType.PREFIXED if right.prefix else ResourcePatternType.LITERAL,
        f"User:{right.principal}",
        "*",
        _OPERATIONS[right.operation],
        AclPermissionType.ALLOW,
    )


def _told(acl: Any) -> str:
    kind, operation = acl.restype.name.lower(), acl.operation.name.lower()
    return f"{acl.principal.removeprefix('User:')} may {operation} {kind} {acl.name}"


def _until(well: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SEEN_SECONDS
    while not well():
        if time.monotonic() > deadline:
            raise Failure(
                f"Kafka took names and rights, and shows none of it for {SEEN_SECONDS:.0f} s"
            )
        time.sleep(0.1)
