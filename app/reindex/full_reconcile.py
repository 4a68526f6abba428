"""Brings all of an index in step with Postgres, in both directions: after a restore, a move or an
adoption, where points may be newer than their items. For single points, see `reconcile.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from app.db.tables import items, outbox
from app.items.repository import LIVE, enqueue
from indexing.documents import ItemKey
from indexing.index import ItemIndex, PointRef

PAGE = 500

Step = Callable[[int], None]
"""Called with the number of points or items that were looked at; may raise to end it."""


class Reconciled(msgspec.Struct, frozen=True):
    """What was found; nothing of it where both were in step."""

    removed: int = 0
    """Points of items that there are not, or no longer."""
    replaced: int = 0
    """Points that are newer than their items, or those of other items of the same key."""
    missing: int = 0
    """Items that the index had not, or in an older version."""


class _Row(msgspec.Struct, frozen=True):
    item_id: str
    version: int
    live: bool


def reconcile(connection: Connection, index: ItemIndex, step: Step = lambda _: None) -> Reconciled:
    """Take out what does not belong in the index, and put on the waiting list whatever it lacks;
    committed by the caller. Items that change meanwhile are indexed as ever.

    What is taken out is put on the waiting list, too: the key of a point without an item may be
    given to a new item at this moment.
    """
    removed = replaced = 0
    waiting = _waiting(connection)
    for refs, rows in _points(connection, index):
        ghosts = [r.key for r in refs if not _is_there(rows, r) and r.key not in waiting]
        others = [ref.key for ref in refs if _is_there(rows, ref) and _blocks(rows[ref.key], ref)]
        if ghosts or others:
            # A point guards itself against older ones, so a newer one has to go first.
            index.delete([*ghosts, *others])
            enqueue(connection, [*ghosts, *others])
        removed += len(ghosts)
        replaced += len(others)
        step(len(refs))
    return Reconciled(removed, replaced, enqueue_missing(connection, index, step))


def remove_strays(connection: Connection, index: ItemIndex) -> int:
    """Take out of a collection that is not live what `reconcile` would; whatever it lacks is
    written when it goes live again. Returns how many points went."""
    removed = 0
    for refs, rows in _points(connection, index):
        strays = [
            ref.key for ref in refs if not _is_there(rows, ref) or _blocks(rows[ref.key], ref)
        ]
        index.delete(strays)
        removed += len(strays)
    return removed


def enqueue_missing(connection: Connection, index: ItemIndex, step: Step = lambda _: None) -> int:
    """Put on the waiting list what the index has not, or older than in Postgres, or still though it
    was deleted, unless it waits already; returns how many items that were."""
    count = 0
    for page in _items(connection, _waiting(connection)):
        known = index.point_versions(list(page))
        behind = [
            key
            for key, row in page.items()
            if (known.get(key, -1) < row.version if row.live else key in known)
        ]
        enqueue(connection, behind)
        count += len(behind)
        step(len(page))
    return count


def _is_there(rows: Mapping[int, _Row], ref: PointRef) -> bool:
    return ref.key in rows and rows[ref.key].live


def _blocks(row: _Row, ref: PointRef) -> bool:
    """Whether writing the item again would not put the point right."""
    return ref.version > row.version or (ref.version == row.version and ref.item_id != row.item_id)


def _points(
    connection: Connection, index: ItemIndex
) -> Iterator[tuple[Sequence[PointRef], Mapping[int, _Row]]]:
    """A page of points with the rows of their keys, read afterwards: a row is never behind its
    point unless something is wrong."""
    after: int | None = None
    statement = select(items.c.key, items.c.id, items.c.version, LIVE).where(
        items.c.key == func.any(bindparam("keys"))
    )
    while refs := index.scroll_refs(after, PAGE):
        rows = connection.execute(statement, {"keys": [int(ref.key) for ref in refs]})
        yield refs, {key: _Row(item_id, version, live) for key, item_id, version, live in rows}
        after = refs[-1].key


def _waiting(connection: Connection) -> frozenset[int]:
    """The keys of items that wait to be indexed, or to be taken out. Read once: the list grows
    meanwhile, and has no index by item."""
    return frozenset(connection.execute(select(outbox.c.item_key)).scalars())


def _items(connection: Connection, waiting: frozenset[int]) -> Iterator[dict[ItemKey, _Row]]:
    """By key, items that are not among the waiting ones."""
    after = -1
    while True:
        statement = (
            select(items.c.key, items.c.id, items.c.version, LIVE)
            .where(items.c.key > after)
            .order_by(items.c.key)
            .limit(PAGE)
        )
        rows = connection.execute(statement).all()
        if not rows:
            return
        yield {
            ItemKey(key): _Row(item_id, version, live)
            for key, item_id, version, live in rows
            if key not in waiting
        }
        after = rows[-1].key
