"""API keys in Postgres: only a hash of each is kept, and what it may do."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import Connection, Row, func, or_, select

from app.admin.audit_log import note
from app.admin.errors import KeyFileUnwritable, KeyNotFound
from app.db.locks import Lock, take_turn
from app.db.tables import api_keys

Scope = Literal[
    "search",
    "events",
    "items:write",
    "rules:read",
    "rules:write",
    "rules:publish",
    "models",
    "admin",
]
SCOPES: tuple[str, ...] = get_args(Scope)
ADMIN: Scope = "admin"
FIRST_START = "the first start"
_COLUMNS = [column for column in api_keys.c if column.name != "digest"]


class ApiKey(msgspec.Struct, frozen=True):
    """A key without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or ADMIN in self.scopes

    @property
    def actor(self) -> str:
        """How the audit names whoever used it."""
        return f"{self.name} ({self.id})"


class KnownKey(msgspec.Struct, frozen=True):
    """What authentication compares."""

    key: ApiKey
    digest: bytes


def digest_of(secret: str) -> bytes:
    """A key has 256 bits of chance, so there is nothing that a slow hash would protect."""
    return hashlib.sha256(secret.encode()).digest()


def find_key(known: Iterable[KnownKey], secret: str, now: datetime) -> ApiKey | None:
    """Compares with every key, each in constant time, so that the time tells nothing."""
    wanted = digest_of(secret)
    found = None
    for entry in known:
        if hmac.compare_digest(entry.digest, wanted):
            found = entry.key
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return found


def usable_keys(connection: Connection) -> list[KnownKey]:
    rows = connection.execute(select(api_keys).where(api_keys.c.revoked_at.is_(None)))
    return [KnownKey(_key(row), bytes(row.digest)) for row in rows]


def list_keys(connection: Connection) -> list[ApiKey]:
    """The newest first, revoked ones too."""
    rows = connection.execute(select(*_COLUMNS).order_by(api_keys.c.created_at.desc()))
    return [_key(row) for row in rows]


def create_key(
    connection: Connection,
    name: str,
    scopes: Sequence[str],
    actor: str,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """The key and its secret, which is told this once."""
    key_id = secrets.token_hex(4)
    secret = f"endcap_{key_id}_{secrets.token_urlsafe(32)}"
    row = connection.execute(
        api_keys.insert()
        .values(
            id=key_id,
            name=name,
            scopes=list(scopes),
            digest=digest_of(secret),
            created_by=actor,
            expires_at=expires_at,
        )
        .returning(*_COLUMNS)
    ).one()
    after = {
        "name": name,
        "scopes": list(scopes),
        "expires_at": None if expires_at is None else expires_at.astimezone(UTC).isoformat(),
    }
    note(connection, actor, "key.create", f"key/{key_id}", after=after)
    return _key(row), secret


def revoke_key(connection: Connection, key_id: str, actor: str) -> None:
    """Raises `KeyNotFound` unless it is there and not yet revoked."""
    row = connection.execute(
        api_keys.update()
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(api_keys.c.name, api_keys.c.scopes)
    ).first()
    if row is None:
        raise KeyNotFound(key_id)
    before = {"name": row.name, "scopes": row.scopes}
    note(connection, actor, "key.revoke", f"key/{key_id}", before=before)


def mark_used(connection: Connection, key_ids: Iterable[str]) -> None:
    for key_id in sorted(key_ids):
        connection.execute(
            api_keys.update().where(api_keys.c.id == key_id).values(last_used_at=func.now())
        )


def ensure_admin_key(connection: Connection, file: Path) -> str | None:
    """Where no key may do everything, make one, keep it in `file`, readable by its owner only,
    and return it; else None. Raises `KeyFileUnwritable`, and then there is no key either."""
    take_turn(connection, Lock.FIRST_KEY)
    usable = connection.execute(
        select(api_keys.c.id)
        .where(
            api_keys.c.scopes.contains([ADMIN]),
            api_keys.c.revoked_at.is_(None),
            or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > func.now()),
        )
        .limit(1)
    ).first()
    if usable is not None:
        return None
    _, secret = create_key(connection, "admin", [ADMIN], FIRST_START)
    _write_private(file, f"{secret}\n")
    return secret


def _write_private(file: Path, content: str) -> None:
    beside = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        # Made with its mode, so that there is no moment at which others could read it.
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(content)
        beside.replace(file)
    except OSError as error:
        raise KeyFileUnwritable(file, error) from error


def _key(row: Row[Any]) -> ApiKey:
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return ApiKey(**values | {"scopes": tuple(values["scopes"])})
