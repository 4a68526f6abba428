"""Everything from Postgres and the live index that training an encoder needs."""

from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import select

from app.db.tables import items
from app.encoders.examples import Found
from app.items.repository import LIVE, keys_of, read_items
from app.live import Live
from indexing.candidates import Keys
from indexing.composition import dense_text
from indexing.documents import ItemId
from indexing.index import POOL_SIZE, QueryVectors
from indexing.queries import ExpandedQuery
from ranking.judgments import Judgments

_PAGE = 500


class Material(msgspec.Struct, frozen=True):
    """`found` of each query with an item that is wanted; `nearest` of each the items that the live
    encoder finds by itself; `catalogue` all items."""

    found: tuple[Found, ...]
    nearest: Mapping[str, tuple[ItemId, ...]]
    catalogue: tuple[ItemId, ...]


def gather(live: Live, judgments: Judgments, progress: Callable[[int], None]) -> Material:
    """By the live index, without rules."""
    found: list[Found] = []
    nearest: dict[str, tuple[ItemId, ...]] = {}
    with live.index.lease() as serving:
        for query in judgments.answerable:
            expanded = ExpandedQuery(text=query)
            vectors = serving.queries.encode(query)
            hybrid = serving.index.retrieve(expanded, vectors, POOL_SIZE)
            alone = QueryVectors(dense=vectors.dense)
            dense = serving.index.retrieve(expanded, alone, POOL_SIZE)
            found.append(Found(query, _ids(live, hybrid.keys), judgments.by_query[query]))
            nearest[query] = _ids(live, dense.keys)
            progress(1)
    with live.engine.connect() as connection:
        catalogue = connection.execute(select(items.c.id).where(LIVE).order_by(items.c.id))
        return Material(tuple(found), nearest, tuple(ItemId(row.id) for row in catalogue))


def read_texts(live: Live, wanted: set[ItemId]) -> dict[ItemId, str]:
    """What the encoder reads of each item; those that are gone are left out."""
    texts: dict[ItemId, str] = {}
    ids = sorted(wanted)
    with live.engine.connect() as connection:
        for start in range(0, len(ids), _PAGE):
            keys = keys_of(connection, ids[start : start + _PAGE])
            for entry in read_items(connection, list(keys.values())):
                texts[ItemId(entry.item.id)] = dense_text(entry.item)
    return texts


def _ids(live: Live, keys: Keys) -> tuple[ItemId, ...]:
    return tuple(fact.item_id for fact in live.store.facts(keys.tolist()) if fact is not None)
