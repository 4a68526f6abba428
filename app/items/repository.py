"""Items in Postgres: what is written with its outbox entry in one transaction, and read back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import CURRENT_TRANSACTION, items, outbox
from indexing.documents import Item, ItemKey

_CONTENT = tuple(field.name for field in msgspec.structs.fields(Item))
_COLUMNS = [items.c[name] for name in _CONTENT]


class StoredItem(msgspec.Struct, frozen=True):
    key: ItemKey
    version: int
    item: Item


class Written(msgspec.Struct, frozen=True):
    """How many rows of a batch were new, changed something, or repeated what was there."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


def write_items(connection: Connection, batch: Iterable[Item]) -> Written:
    """Insert or replace the items and note each that changed in the outbox. Of two items with one
    id the later counts. Writing what is already there changes nothing."""
    latest = {item.id: item for item in batch}
    if not latest:
        return Written()
    insertion = insert(items)
    incoming = insertion.excluded
    statement = insertion.on_conflict_do_update(
        index_elements=[items.c.id],
        set_={name: incoming[name] for name in (*_CONTENT, "content_hash")}
        | {
            "version": items.c.version + 1,
            "updated_at": func.now(),
            "changed_in": text(CURRENT_TRANSACTION),
        },
        where=items.c.content_hash != incoming.content_hash,
    ).returning(items.c.key, items.c.version)
    rows = connection.execute(statement, [_row(item) for item in latest.values()]).all()
    enqueue(connection, [row.key for row in rows])
    added = sum(row.version == 1 for row in rows)
    return Written(added, len(rows) - added, len(latest) - len(rows))


def enqueue(connection: Connection, keys: Sequence[int]) -> None:
    """Note the items as waiting to be indexed."""
    if keys:
        connection.execute(
            outbox.insert(), [{"item_key": key, "operation": "upsert"} for key in keys]
        )


def enqueue_all(connection: Connection) -> None:
    """Note every item as waiting, for a collection that was just made."""
    connection.execute(
        outbox.insert().from_select(
            ["item_key", "operation"], select(items.c.key, text("'upsert'")).order_by(items.c.key)
        )
    )


def read_items(connection: Connection, keys: Sequence[int]) -> list[StoredItem]:
    """The items of those keys, in no particular order; keys that are gone are left out."""
    if not keys:
        return []
    statement = select(items.c.key, items.c.version, *_COLUMNS).where(
        items.c.key == func.any(bindparam("keys"))
    )
    return [_stored(row) for row in connection.execute(statement, {"keys": list(keys)})]


def read_item(connection: Connection, item_id: str) -> StoredItem | None:
    statement = select(items.c.key, items.c.version, *_COLUMNS).where(items.c.id == item_id)
    row = connection.execute(statement).first()
    return None if row is None else _stored(row)


def next_horizon(connection: Connection) -> int:
    """The oldest transaction that is still under way: a reader that has read everything before
    it goes on from there, and so meets a row that commits later than its neighbours late, but
    never misses it."""
    oldest: int = connection.execute(
        text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    ).scalar_one()
    return oldest


def iterate_items(
    connection: Connection, since_transaction: int = 0, batch: int = 1_000
) -> Iterator[StoredItem]:
    """Items written by transactions from that one on, through a server-side cursor."""
    statement = (
        select(items.c.key, items.c.version, *_COLUMNS)
        .where(items.c.changed_in >= since_transaction)
        .order_by(items.c.changed_in, items.c.key)
    )
    with connection.execution_options(yield_per=batch).execute(statement) as result:
        for row in result:
            yield _stored(row)


def keys_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, int]:
    """The keys of the items of those ids; ids that are not there are left out."""
    statement = select(items.c.id, items.c.key).where(items.c.id == func.any(bindparam("ids")))
    return {row.id: row.key for row in connection.execute(statement, {"ids": list(ids)})}


def count_items(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(items)).scalar_one()


def _row(item: Item) -> dict[str, Any]:
    row = {name: getattr(item, name) for name in _CONTENT}
    row["categories"] = list(item.categories)
    row["group_id"] = item.group_id or item.id
    content = msgspec.json.encode(item, order="deterministic")
    row["content_hash"] = hashlib.blake2b(content, digest_size=16).digest()
    row["version"] = 1
    return row


def _stored(row: Row[Any]) -> StoredItem:
    fields = {name: getattr(row, name) for name in _CONTENT}
    fields["categories"] = tuple(fields["categories"])
    return StoredItem(ItemKey(row.key), row.version, Item(**fields))
