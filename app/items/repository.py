"""Items in Postgres: changes are applied with their outbox entries in one transaction, and items
are read back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import CURRENT_TRANSACTION, items, outbox
from app.items.changes import Change
from app.items.oddities import oddities
from app.items.states import ItemState, apply
from indexing.documents import MAX_ATTRIBUTES, AttributeValue, Item, ItemId, ItemKey

_CONTENT = tuple(field.name for field in msgspec.structs.fields(Item))
_VALUES = tuple(name for name in _CONTENT if name != "id")
_COLUMNS = [items.c[name] for name in _CONTENT]
LIVE = items.c.state == "live"
"""Other rows are what is left of deleted items, and parts of items that have not come yet."""

Result = Literal["added", "changed", "unchanged", "stale", "deleted", "incomplete", "refused"]


class StoredItem(msgspec.Struct, frozen=True):
    key: ItemKey
    version: int
    """Counts what was written to the row, whatever versions the sender has."""
    item: Item


class StoredRow(msgspec.Struct, frozen=True):
    """A row that may hold no item (any more)."""

    key: ItemKey
    version: int
    item: Item | None


class Outcome(msgspec.Struct, frozen=True):
    """What became of one change. `stale`: all of it is older than what is known. `incomplete`:
    there is no such item yet, and the change waits for it."""

    result: Result
    reason: str = ""
    warnings: tuple[str, ...] = ()
    """Soft rules of the contract that it trips."""


class Applied(NamedTuple):
    outcomes: list[Outcome]
    """In the order of the changes."""
    enqueued: int
    """Items that now wait to be indexed; several changes of one are one."""


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


class _Known(msgspec.Struct, frozen=True):
    """A row as it stands, locked; the key is None where there is none."""

    key: int | None
    version: int
    content_hash: bytes
    state: ItemState


_NOTHING = _Known(None, 0, b"", ItemState())


def apply_changes(
    connection: Connection, changes: Sequence[Change], task_id: int | None = None
) -> Applied:
    """Apply each change and note in the outbox what has to be indexed. Several changes of one
    item are applied in their order."""
    outcomes: list[Outcome] = [Outcome("unchanged")] * len(changes)
    by_id: dict[ItemId, list[int]] = {}
    for position, change in enumerate(changes):
        by_id.setdefault(change.item_id, []).append(position)
    # In one order everywhere, so that two transactions never wait for each other.
    pending = sorted(by_id)
    enqueued = 0
    while pending:
        known = _lock(connection, pending)
        after = {}
        for item_id in pending:
            state = known.get(item_id, _NOTHING).state
            for position in by_id[item_id]:
                state, outcomes[position] = _applied(state, changes[position])
            after[item_id] = state
        waiting, pending = _write(connection, known, after)
        enqueue(connection, waiting, task_id)
        enqueued += len(waiting)
    return Applied(outcomes, enqueued)


def write_items(connection: Connection, batch: Iterable[Item]) -> Written:
    """Put the items, as of now. Of two items with one id the later counts. Writing what is
    already there changes nothing."""
    latest = {item.id: item for item in batch}
    applied = apply_changes(connection, [put(item) for item in latest.values()])
    results = [outcome.result for outcome in applied.outcomes]
    return Written(results.count("added"), results.count("changed"), results.count("unchanged"))


def put(item: Item, version: int | None = None) -> Change:
    return Change(
        operation="put",
        item_id=ItemId(item.id),
        version=version,
        fields={name: getattr(item, name) for name in _VALUES},
    )


def enqueue(connection: Connection, keys: Sequence[int], task_id: int | None = None) -> None:
    """Note the items as waiting to be indexed."""
    if keys:
        connection.execute(outbox.insert(), [{"item_key": key, "task_id": task_id} for key in keys])


def enqueue_all(connection: Connection) -> None:
    """Note every item as waiting that does not wait yet, for a collection without points."""
    waits = items.c.key.in_(select(outbox.c.item_key))
    connection.execute(
        outbox.insert().from_select(
            ["item_key"], select(items.c.key).where(LIVE, ~waits).order_by(items.c.key)
        )
    )


def read_items(connection: Connection, keys: Sequence[int]) -> list[StoredItem]:
    """The items of those keys, in no particular order; keys that are gone are left out."""
    if not keys:
        return []
    statement = select(items.c.key, items.c.version, *_COLUMNS).where(
        items.c.key == func.any(bindparam("keys")), LIVE
    )
    return [_stored(row) for row in connection.execute(statement, {"keys": list(keys)})]


def read_item(connection: Connection, item_id: str) -> StoredItem | None:
    statement = select(items.c.key, items.c.version, *_COLUMNS).where(items.c.id == item_id, LIVE)
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


def iterate_rows(
    connection: Connection, since_transaction: int = 0, batch: int = 1_000
) -> Iterator[StoredRow]:
    """Rows written by transactions from that one on, through a server-side cursor; from 0 on,
    that is the whole catalogue, and only what is in it is read."""
    statement = (
        select(items.c.key, items.c.version, items.c.state, *_COLUMNS)
        .where(items.c.changed_in >= since_transaction)
        .order_by(items.c.changed_in, items.c.key)
    )
    if not since_transaction:
        statement = statement.where(LIVE)
    with connection.execution_options(yield_per=batch).execute(statement) as result:
        for row in result:
            item = _item(row) if row.state == "live" else None
            yield StoredRow(ItemKey(row.key), row.version, item)


def live_keys(connection: Connection) -> Iterator[int]:
    """The keys of all items for sale, in no particular order, through a server-side cursor."""
    statement = select(items.c.key).where(LIVE)
    with connection.execution_options(yield_per=10_000).execute(statement) as result:
        yield from result.scalars()


def iterate_items(connection: Connection, batch: int = 1_000) -> Iterator[StoredItem]:
    """The whole catalogue by key, through a server-side cursor."""
    statement = select(items.c.key, items.c.version, *_COLUMNS).where(LIVE).order_by(items.c.key)
    with connection.execution_options(yield_per=batch).execute(statement) as result:
        for row in result:
            yield _stored(row)


def read_attribute(connection: Connection, name: str) -> list[tuple[int, AttributeValue]]:
    """By the keys of all items that have the attribute, what it is."""
    statement = select(items.c.key, items.c.attributes[name]).where(
        LIVE, items.c.attributes.has_key(name)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def keys_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, int]:
    """The keys of the items of those ids; ids that are not there are left out."""
    statement = select(items.c.id, items.c.key).where(
        items.c.id == func.any(bindparam("ids")), LIVE
    )
    return {row.id: row.key for row in connection.execute(statement, {"ids": list(ids)})}


def count_items(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(items).where(LIVE)).scalar_one()


def forget_deleted(connection: Connection, days: int) -> None:
    """What is left of items that were deleted so long ago. Readers that follow the changes have
    long seen that they are gone."""
    connection.execute(
        text(
            "delete from items where state = 'deleted' "
            "and updated_at < now() - make_interval(days => :days)"
        ),
        {"days": days},
    )


def read_state(connection: Connection, item_id: str) -> ItemState | None:
    """Everything that is known of an id, also where it is no item (any more)."""
    row = connection.execute(_ROWS.where(items.c.id == item_id)).first()
    return None if row is None else _known(row).state


def _applied(state: ItemState, change: Change) -> tuple[ItemState, Outcome]:
    after = apply(state, change)
    warnings = oddities(state, after, change)
    if after is state:
        return state, Outcome("stale", "older than what is known", warnings)
    if len(after.values["attributes"]) > MAX_ATTRIBUTES:
        count = len(after.values["attributes"])
        reason = f"at most {MAX_ATTRIBUTES} attributes, with this change the item has {count}"
        return state, Outcome("refused", reason)
    return after, Outcome(_result(state, after, change), "", warnings)


def _result(before: ItemState, after: ItemState, change: Change) -> Result:
    if after.live and not before.live:
        return "added"
    if before.live and not after.live:
        return "deleted"
    if after.live:
        return "unchanged" if after.values == before.values else "changed"
    return "unchanged" if change.operation == "delete" else "incomplete"


_ROWS = select(
    items.c.key,
    items.c.version,
    items.c.content_hash,
    items.c.state,
    items.c.base_version,
    items.c.field_versions,
    *_COLUMNS,
)


def _lock(connection: Connection, ids: Sequence[ItemId]) -> dict[ItemId, _Known]:
    statement = (
        _ROWS.where(items.c.id == func.any(bindparam("ids")))
        .order_by(items.c.id)
        .with_for_update(key_share=True)
    )
    rows = connection.execute(statement, {"ids": list(ids)})
    return {ItemId(row.id): _known(row) for row in rows}


def _known(row: Row[Any]) -> _Known:
    values = {name: getattr(row, name) for name in _VALUES}
    values["categories"] = tuple(row.categories)
    # Stored under the id, so that groups can be asked for; left empty by the sender.
    values["group_id"] = "" if row.group_id == row.id else row.group_id
    state = ItemState(
        values=values,
        base_version=row.base_version,
        field_versions=row.field_versions,
        deleted=row.state == "deleted",
    )
    return _Known(row.key, row.version, row.content_hash, state)


def _write(
    connection: Connection, known: Mapping[ItemId, _Known], after: Mapping[ItemId, ItemState]
) -> tuple[list[int], list[ItemId]]:
    """The keys of items that have to be indexed, and the ids that another transaction has made
    in the meantime."""
    created, changed, touched, waiting = [], [], [], []
    for item_id, state in after.items():
        before = known.get(item_id, _NOTHING)
        if state is before.state:
            continue
        row = _row(item_id, state)
        if before.key is None:
            created.append(row | {"version": 1})
        elif row["content_hash"] == before.content_hash:
            touched.append(_update(before.key, row))
        else:
            changed.append(_update(before.key, row))
            if state.live or before.state.live:
                waiting.append(before.key)
    if changed:
        connection.execute(_CHANGE, changed)
    if touched:
        connection.execute(_TOUCH, touched)
    if not created:
        return waiting, []
    insertion = insert(items).on_conflict_do_nothing().returning(items.c.id, items.c.key)
    made = {row.id: row.key for row in connection.execute(insertion, created)}
    waiting += [made[row["id"]] for row in created if row["id"] in made and row["title"]]
    return waiting, [row["id"] for row in created if row["id"] not in made]


_VERSIONS: dict[str, Any] = {
    name: bindparam(f"new_{name}") for name in ("state", "base_version", "field_versions")
}
_OF_KEY = items.c.key == bindparam("row_key")
_TOUCH = items.update().where(_OF_KEY).values(_VERSIONS)
_CHANGE = (
    items.update()
    .where(_OF_KEY)
    .values(
        _VERSIONS
        | {name: bindparam(f"new_{name}") for name in (*_VALUES, "content_hash")}
        | {
            "version": items.c.version + 1,
            "updated_at": func.now(),
            "changed_in": text(CURRENT_TRANSACTION),
        }
    )
)


def _update(key: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"row_key": key} | {f"new_{name}": value for name, value in row.items()}


def _row(item_id: ItemId, state: ItemState) -> dict[str, Any]:
    row = {"id": item_id} | dict(state.values)
    row["categories"] = list(row["categories"])
    row["group_id"] = row["group_id"] or item_id
    row["base_version"] = state.base_version
    row["field_versions"] = dict(state.field_versions)
    row["state"] = "live" if state.live else "deleted" if state.deleted else "incomplete"
    content = state.item(item_id) if state.live else state.values
    encoded = msgspec.json.encode(content, order="deterministic")
    row["content_hash"] = hashlib.blake2b(encoded, digest_size=16).digest()
    return row


def _item(row: Row[Any]) -> Item:
    fields = {name: getattr(row, name) for name in _CONTENT}
    fields["categories"] = tuple(fields["categories"])
    return Item(**fields)


def _stored(row: Row[Any]) -> StoredItem:
    return StoredItem(ItemKey(row.key), row.version, _item(row))
