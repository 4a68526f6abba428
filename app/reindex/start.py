"""Which collection a process begins with."""

import logging
from collections.abc import Callable

from sqlalchemy import Connection, Engine

from app.db.locks import Lock, take_turn
from app.items.outbox import count_waiting_items
from app.items.repository import count_items, enqueue_all
from app.live_index import LiveIndex
from app.reindex.ownership import compare_where_needed
from indexing.collections import CollectionInfo
from indexing.errors import EncoderUnavailable, IndexDamaged
from indexing.index import ItemIndex, LocalIndex

logger = logging.getLogger(__name__)
Say = Callable[[str], None]


def start_index(engine: Engine, live: LiveIndex, encoder: str, say: Say) -> str | None:
    """Open the live collection, made where there is none. Returns why it should be rebuilt, None
    where it is what the settings and this release want: it is searched until it is, with the
    encoder that made it. One whose encoder is gone cannot be, and everything is indexed anew."""
    with engine.begin() as connection:
        # Two first starts on one server would both make a collection.
        take_turn(connection, Lock.INDEX_SWITCH)
        info = live.collections.live()
        index = None if info is None else _open(connection, live, info)
        say("Loading the encoder")
        if info is not None and index is not None and _searchable(live, info):
            live.take_over(live.around(info, index))
        else:
            if index is not None:
                index.close()
            info = live.collections.create(live.spec(encoder))
            live.collections.switch(info)
            live.refresh()
        with live.lease() as serving:
            compare_where_needed(connection, live.collections, serving.index)
            if not serving.index.count():
                # It was just made, or a crash came behind that; everything that does not wait yet
                # is indexed again, from kept vectors where they fit.
                enqueue_all(connection)
    wanted = live.spec(encoder)
    # By its name: the spec alone does not tell by which payload indexes it was made.
    if wanted.fingerprint == info.fingerprint:
        return None
    if wanted.encoder_revision != info.spec.encoder_revision:
        return f"the live collection is of the encoder {info.spec.encoder or 'that is built in'}"
    return "the settings or this release lay collections out otherwise"


def _open(connection: Connection, live: LiveIndex, info: CollectionInfo) -> ItemIndex | None:
    """None where it is damaged, and has been set aside."""
    try:
        index = live.collections.open(info)
        # What is left of such files still has a say in the scores of what is written to them.
        if not (isinstance(index, LocalIndex) and _lacks_all(connection, index)):
            return index
        index.close()
        reason = f"{info.name} holds no point any more"
    except IndexDamaged as error:
        reason = str(error)
    logger.warning("%s; it is set aside, and the index is built anew from PostgreSQL", reason)
    live.collections.set_aside(info)
    return None


def _lacks_all(connection: Connection, index: ItemIndex) -> bool:
    """Whether it holds no point, though there are items that do not wait to be indexed."""
    return not index.count() and count_items(connection) > count_waiting_items(connection)


def _searchable(live: LiveIndex, info: CollectionInfo) -> bool:
    try:
        return live.readable(info.spec)
    except EncoderUnavailable:
        return False
