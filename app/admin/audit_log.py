"""The record of who did what; the database itself refuses to change or delete an entry."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from app.db.tables import audit_log


class AuditEntry(msgspec.Struct, frozen=True):
    """`before` is null for what was made, `after` for what was taken away."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    before: Any
    after: Any


def note(
    connection: Connection,
    actor: str,
    action: str,
    about: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """In the transaction of the change itself, so that there is never one without the other."""
    connection.execute(
        audit_log.insert().values(
            actor=actor, action=action, object=about, before=before, after=after
        )
    )


def read_audit(
    connection: Connection, actor: str, action: str, about: str, page: int, per_page: int
) -> tuple[list[AuditEntry], int]:
    """Newest first, and how many there are; an empty text asks for all, `object` may be a
    beginning such as `rule/`."""
    wanted = [
        audit_log.c.actor.contains(actor, autoescape=True),
        audit_log.c.action.startswith(action, autoescape=True),
        audit_log.c.object.startswith(about, autoescape=True),
    ]
    total = connection.execute(select(func.count()).select_from(audit_log).where(*wanted))
    rows = connection.execute(
        select(audit_log)
        .where(*wanted)
        .order_by(audit_log.c.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [AuditEntry(**row._mapping) for row in rows], total.scalar_one()
