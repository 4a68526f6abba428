"""Whether the index that the settings name is that of the database that they name, looked at before
anything is read from it or written to it; and what is taken over on purpose."""

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select

from app.db.identity import (
    DatabaseIdentity,
    is_copy,
    is_to_be_compared,
    note_compared,
    note_to_be_compared,
)
from app.db.locks import Lock, take_turn
from app.db.tables import items
from app.items.repository import LIVE
from app.reindex.full_reconcile import reconcile, remove_strays
from indexing.collections import CollectionInfo, Collections
from indexing.errors import IndexDamaged, IndexingError
from indexing.index import ItemIndex

logger = logging.getLogger(__name__)
SAMPLE = 500
"""Items, and points, that are looked at to tell whether an index without an owner is of them."""


def settle_ownership(
    engine: Engine, collections: Collections, identity: DatabaseIdentity, embedded: bool
) -> None:
    """Raises `ForeignIndex`, and leaves all as it is, where the index is another database's.

    Taken over are an embedded index of the database that this one is a copy of, since it lies in
    this one's data directory, and one that a release without owners made of these very items.
    """
    if not collections.owner:
        return
    with engine.begin() as connection:
        take_turn(connection, Lock.INDEX_SWITCH)
        foreign = collections.foreign()
        unowned = collections.unowned()
        if not foreign and not unowned:
            return
        kin = bool(foreign) and {info.owner for info in foreign} == {identity.copied_from}
        if foreign and not (kin and embedded):
            raise collections.refusal(kin)
        if unowned and not _holds_our_items(connection, collections, unowned):
            if embedded or _is_in_the_way(collections):
                raise collections.refusal()
            logger.warning(
                "an earlier release made the index %s for another database; it stays as it is, and "
                "this database gets an index of its own",
                unowned[0].name,
            )
            unowned = ()
        adopted = [*foreign, *unowned]
        if adopted:
            # For good before the index is, so that whatever ends the process, it is compared.
            with engine.begin() as noting:
                note_to_be_compared(noting)
            collections.adopt(adopted)
            logger.warning("the index %s is this database's own from now on", adopted[0].name)


def tell_of_new_index(engine: Engine, collections: Collections) -> None:
    """Say so where a copy of a database has no index yet: that of the other may be in use."""
    with engine.connect() as connection:
        copy = is_copy(connection)
    if copy and collections.live() is None:
        logger.warning(
            "this database is a copy of another, whose index on the Qdrant server stays as it is; "
            "it gets one of its own, from PostgreSQL. If the other database is gone, stop this and "
            "run `endcap adopt-index`"
        )


def compare_where_needed(
    connection: Connection, collections: Collections, index: ItemIndex
) -> None:
    """Bring the live collection, which is open, in step with the items, where either was put back
    from a backup or taken over; and take out of the one before what must not come back."""
    if not is_to_be_compared(connection):
        return
    found = reconcile(connection, index)
    if found.removed or found.replaced:
        logger.warning(
            "the index held %d points of no item and %d that are not of this state of the items; "
            "they are removed, and what is missing is indexed",
            found.removed,
            found.replaced,
        )
    previous = collections.previous()
    if previous is not None:
        _clear(connection, collections, previous)
    note_compared(connection)


def _clear(connection: Connection, collections: Collections, previous: CollectionInfo) -> None:
    try:
        index = collections.open(previous)
        try:
            remove_strays(connection, index)
        finally:
            index.close()
    except IndexingError:  # it is only the way back, and no reason not to start
        logger.exception("the collection before, %s, cannot be read and is dropped", previous.name)
        collections.drop(previous)


def _is_in_the_way(collections: Collections) -> bool:
    """Whether the unowned index has the very names that this database's would get."""
    try:
        collections.live()
    except IndexingError:
        return True
    return False


def _holds_our_items(
    connection: Connection, collections: Collections, infos: Sequence[CollectionInfo]
) -> bool:
    """Whether each of the collections is empty, or agrees with the items as far as both go."""
    for info in infos:
        try:
            index = collections.open(info)
        except IndexDamaged:
            continue  # it says nothing, and is set aside by whoever opens it next
        try:
            if index.count() and not _agrees(connection, index):
                return False
        finally:
            index.close()
    return True


def _agrees(connection: Connection, index: ItemIndex) -> bool:
    sample = select(items.c.key, items.c.id).where(LIVE).order_by(func.random()).limit(SAMPLE)
    known = False
    for key, item_id in connection.execute(sample):
        refs = index.scroll_refs(key - 1, 1)
        if not refs or refs[0].key != key:
            continue  # it waits to be indexed
        if refs[0].item_id != item_id:
            return False
        known = True
    return known or _knows_some(connection, index)


def _knows_some(connection: Connection, index: ItemIndex) -> bool:
    """Whether any of the index's first points is of an item of the same key and id: all of a large
    import may still wait."""
    refs = {int(ref.key): ref.item_id for ref in index.scroll_refs(None, SAMPLE)}
    rows = connection.execute(select(items.c.key, items.c.id).where(items.c.key.in_(list(refs))))
    return any(refs[key] == item_id for key, item_id in rows)
