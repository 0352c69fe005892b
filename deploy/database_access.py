"""Who may do what in PostgreSQL? A role per service, with the rows of its own schema, no more.

Roles make no tables: whoever runs the migrations owns them. `operator` is whom the `triage`
command logs in as; it reads and writes the rows of both services.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import asyncpg

from shared.postgres import CONNECT_SECONDS

ROLES: Mapping[str, tuple[str, ...]] = {
    "entitlements": ("entitlements",),
    "router": ("router",),
    "operator": ("entitlements", "router"),
}
"""Each role with the schemas whose rows it works on."""
VIEWS = ("public.ledger", "public.licence_state")
"""For people, hence for the operator."""
ITERATIONS = 4096


async def apply_roles(dsn: str, passwords: Mapping[str, str]) -> list[str]:
    """Make the roles, set their passwords and rights; returns the names of those made.

    Under the lock of the migrations: two runs at once are safe. Raises asyncpg.PostgresError.
    """
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('triage migrations'))")
            database = await connection.fetchval("select quote_ident(current_database())")
            await connection.execute(f"revoke all on database {database} from public")
            return [
                role
                for role, schemas in ROLES.items()
                if await _apply(connection, role, schemas, passwords[role], database)
            ]
    finally:
        await connection.close(timeout=3.0)


async def _apply(
    connection: asyncpg.Connection,
    role: str,
    schemas: tuple[str, ...],
    password: str,
    database: str,
) -> bool:
    """One role, by names that stand in the code; True where it was not there."""
    known = await connection.fetchval("select true from pg_roles where rolname = $1", role)
    if not known:
        await connection.execute(f"create role {role}")
    await connection.execute(
        f"alter role {role} login nosuperuser nocreatedb nocreaterole noinherit"
        f" password '{verifier(password)}'"
    )
    await connection.execute(f"grant connect on database {database} to {role}")
    for schema in schemas:
        await connection.execute(
            f"grant usage on schema {schema} to {role};"
            f"grant select, insert, update, delete on all tables in schema {schema} to {role};"
            f"grant usage on all sequences in schema {schema} to {role};"
            f"revoke insert, update, delete on {schema}.migrations from {role}"
        )
    if role == "operator":
        await connection.execute(
            f"grant temporary on database {database} to {role};"
            f"grant select on {', '.join(VIEWS)} to {role}"
        )
    return not known


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803): the password itself never goes to it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    kept = (hashlib.sha256(client).digest(), server)
    stored, told = (base64.b64encode(key).decode() for key in kept)
    return f"SCRAM-SHA-256${ITERATIONS}:{base64.b64encode(salt).decode()}${stored}:{told}"
