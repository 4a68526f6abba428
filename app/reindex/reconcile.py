"""Brings single points of the index in step with Postgres again."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Engine, select

from app.db.tables import items, outbox
from app.items.outbox import Target
from app.items.repository import LIVE, enqueue
from indexing.documents import ItemKey

PAGE = 1_000


class OutOfStep(msgspec.Struct, frozen=True):
    """Keys of points that no worker is about to put right."""

    behind: tuple[int, ...] = ()
    """The index holds another version than Postgres, or none."""
    newer: tuple[int, ...] = ()
    """Those of `behind` of which it holds a newer one, as where a database was put back."""
    gone: tuple[int, ...] = ()
    """Their items are not for sale."""

    def __len__(self) -> int:
        return len(self.behind) + len(self.gone)


def out_of_step(engine: Engine, target: Target, keys: Sequence[int]) -> OutOfStep:
    """Which of the keys are out of step at this moment."""
    found = OutOfStep()
    for start in range(0, len(keys), PAGE):
        with engine.connect() as connection:
            page = _compare(connection, target, keys[start : start + PAGE])
        found = OutOfStep(
            found.behind + page.behind, found.newer + page.newer, found.gone + page.gone
        )
    return found


def bring_into_step(engine: Engine, target: Target, found: OutOfStep) -> None:
    """Have what is behind indexed again, and delete the points of what is gone. What is deleted is
    put on the waiting list, too: its key may be given to another item at this moment."""
    # A point never replaces a newer one.
    surplus = [ItemKey(key) for key in (*found.gone, *found.newer)]
    for start in range(0, len(surplus), PAGE):
        target.index.delete(surplus[start : start + PAGE])
    suspects = (*found.behind, *found.gone)
    for start in range(0, len(suspects), PAGE):
        with engine.begin() as connection:
            enqueue(connection, suspects[start : start + PAGE])


def _compare(connection: Connection, target: Target, keys: Sequence[int]) -> OutOfStep:
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
    return OutOfStep(
        behind=tuple(behind),
        newer=tuple(key for key in behind if held.get(key, -1) > versions[key]),
        gone=tuple(key for key in held if key not in versions and key not in waiting),
    )
