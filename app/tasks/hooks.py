"""Webhooks in Postgres that are told when tasks end; managed by `hooks_controller`."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import httpx
import msgspec
from sqlalchemy import Connection, Row, select, text
from sqlalchemy.exc import DBAPIError

from app.admin.audit_log import note
from app.db.tables import task_hooks
from app.tasks.errors import HookNotFound, InvalidHook, TooManyHooks
from app.tasks.repository import Kind

MAX_HOOKS = 20
MAX_URL = 2_000
SECRET_BYTES = 32
DEFAULT_KINDS: tuple[Kind, ...] = (
    "items.batch",
    "items.delete",
    "dead_letters.replay",
    "reindex",
    "reindex.rollback",
)
"""All but those of single items and single webhooks, which would be a message each."""


class LastDelivery(msgspec.Struct, frozen=True):
    """Of the newest task that somebody has tried to tell the receiver of."""

    task_id: int
    attempts: int
    delivered_at: datetime | None
    last_error: str | None
    """Why the last attempt failed."""
    next_attempt_at: datetime | None
    """None once it was delivered or given up."""


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """Without its secret."""

    id: int
    url: str
    kinds: tuple[str, ...]
    created_at: datetime
    created_by: str


class HookState(Hook, frozen=True, kw_only=True):
    waiting: int
    """Messages that are yet to be delivered."""
    last_delivery: LastDelivery | None


class Receiver(NamedTuple):
    """Whom to tell, and what to sign with."""

    hook_id: int
    url: str
    secret: str


_COLUMNS = [column for column in task_hooks.c if column.name != "secret"]
_STATES = text(
    """
    select h.id, h.url, h.kinds, h.created_at, h.created_by,
        (select count(*) from hook_deliveries d where d.hook_id = h.id and d.next_at is not null)
            as waiting,
        last.task_id, last.attempts, last.delivered_at, last.last_error, last.next_at
    from task_hooks h left join lateral (
        select * from hook_deliveries d where d.hook_id = h.id and d.attempts > 0
        order by d.task_id desc limit 1
    ) last on true
    order by h.id
    """
)


def create_hook(
    connection: Connection, url: str, kinds: Collection[str], actor: str
) -> tuple[Hook, str]:
    """The webhook and its secret, which is told this once. Raises `InvalidHook` and
    `TooManyHooks`."""
    check_url(url)
    # Two that are made at once would both find room for one; those who read do not wait.
    connection.execute(text("lock table task_hooks in share row exclusive mode"))
    if len(connection.execute(select(task_hooks.c.id)).all()) >= MAX_HOOKS:
        raise TooManyHooks(MAX_HOOKS)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    values = {"url": url, "secret": secret, "kinds": sorted(set(kinds)), "created_by": actor}
    try:
        row = connection.execute(task_hooks.insert().values(values).returning(*_COLUMNS)).one()
    except DBAPIError as error:
        # Its text goes to the log, and would hold the secret among the values.
        error.hide_parameters = True
        raise
    hook = _hook(row)
    note(connection, actor, "hook.create", f"hook/{hook.id}", after=_told(hook))
    return hook, secret


def list_hooks(connection: Connection) -> list[HookState]:
    """The oldest first."""
    return [_state(row) for row in connection.execute(_STATES)]


def read_receiver(connection: Connection, hook_id: int) -> Receiver:
    """Raises `HookNotFound`."""
    wanted = select(task_hooks.c.id, task_hooks.c.url, task_hooks.c.secret)
    row = connection.execute(wanted.where(task_hooks.c.id == hook_id)).first()
    if row is None:
        raise HookNotFound(hook_id)
    return Receiver(*row)


def delete_hook(connection: Connection, hook_id: int, actor: str) -> None:
    """With all that it was still to be told; raises `HookNotFound`."""
    deletion = task_hooks.delete().where(task_hooks.c.id == hook_id)
    row = connection.execute(deletion.returning(*_COLUMNS)).first()
    if row is None:
        raise HookNotFound(hook_id)
    note(connection, actor, "hook.delete", f"hook/{hook_id}", before=_told(_hook(row)))


def check_url(url: str) -> None:
    """As the client that posts to it reads it; raises `InvalidHook`. Where it leads is up to
    whoever holds a key: a receiver inside the shop's own network is what most will want."""
    if len(url) > MAX_URL:
        raise InvalidHook(f"the url has {len(url):,} characters; at most {MAX_URL:,} are allowed")
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidHook(f"the url cannot be read: {error}") from None
    if parsed.scheme not in ("http", "https"):
        raise InvalidHook("the url must begin with http:// or https://")
    if not host or "%" in host:
        raise InvalidHook("the url names no host that can be looked up")
    if parsed.port == 0 or (parsed.port or 0) > 65_535:
        raise InvalidHook("the url's port must be from 1 to 65535")
    if parsed.userinfo:
        raise InvalidHook(
            "the url holds a user name or a password, which everyone who lists webhooks would see; "
            "the receiver knows Endcap by the signature"
        )


def _told(hook: Hook) -> dict[str, Any]:
    return {"url": hook.url, "kinds": list(hook.kinds)}


def _hook(row: Row[Any]) -> Hook:
    return Hook(
        id=row.id,
        url=row.url,
        kinds=tuple(row.kinds),
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _state(row: Row[Any]) -> HookState:
    last = None
    if row.task_id is not None:
        last = LastDelivery(
            row.task_id, row.attempts, row.delivered_at, row.last_error, row.next_at
        )
    return HookState(**msgspec.structs.asdict(_hook(row)), waiting=row.waiting, last_delivery=last)
