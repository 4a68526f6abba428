"""Brings single points of the index in step with Postgres again."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from app.db.tables import items, outbox
from app.items.outbox import Target
from app.items.repository import LIVE
from indexing.documents import ItemKey

PAGE = 1_000


def bring_into_step(
    engine: Engine, target: Target, stale: Sequence[int], ghosts: Sequence[int]
) -> int:
    """Of items with these keys, have indexed again those of which the index holds another version
    than Postgres, or none, and delete the points of those that are not for sale. What waits to be
    indexed anyhow is left to the workers. Returns how many were not in step."""
    changed = 0
    suspects = [*stale, *ghosts]
    for start in range(0, len(suspects), PAGE):
        with engine.begin() as connection:
            changed += _page(connection, target, suspects[start : start + PAGE])
    return changed


def _page(connection: Connection, target: Target, keys: Sequence[int]) -> int:
    # The outbox first: an entry that goes between both looks has its item indexed by then.
    waiting = set(
        connection.execute(select(outbox.c.item_key).where(outbox.c.item_key.in_(keys))).scalars()
    )
    versions = {
        row.key: row.version
        for row in connection.execute(
            select(items.c.key, items.c.version).where(items.c.key.in_(keys), LIVE)
        )
    }
    held = target.index.point_versions([ItemKey(key) for key in keys])
    behind = [key for key in versions if versions[key] != held.get(key) and key not in waiting]
    gone = [key for key in held if key not in versions and key not in waiting]
    # A point never replaces a newer one, which a database that was put back has left.
    newer = [key for key in behind if held.get(key, -1) > versions[key]]
    if gone or newer:
        target.index.delete([ItemKey(key) for key in (*gone, *newer)])
    if behind:
        connection.execute(outbox.insert(), [{"item_key": key} for key in behind])
    return len(behind) + len(gone)
