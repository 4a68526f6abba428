"""Makes values for tests: defaults for everything, so that a test names only what matters."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from indexing.bm25_encoder import Bm25Encoder
from indexing.candidates import DENSE, LEXICAL, Candidates
from indexing.composition import compose
from indexing.documents import Item, ItemKey
from indexing.encoder import HashEncoder
from indexing.index import IndexedPoint, QueryVectors
from indexing.points import point_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_dense = HashEncoder()
_lexical = Bm25Encoder()


def make_item(item_id: str = "1", **fields: Any) -> Item:
    return Item(id=item_id, **{"title": f"Item {item_id}", **fields})


def make_point(key: int, item: Item, version: int = 1) -> IndexedPoint:
    document = compose(ItemKey(key), version, item)
    return point_of(document, _dense.encode_documents([document.dense_text])[0], _lexical)


def make_points(items: Sequence[Item]) -> list[IndexedPoint]:
    """Points with the keys 1, 2, 3, … in the order of the items."""
    return [make_point(key, item) for key, item in enumerate(items, start=1)]


def query_vectors(text: str) -> QueryVectors:
    return QueryVectors(_dense.encode_query(text), _lexical.encode_query(text))


def make_candidates(
    count: int, scores: Mapping[str, Sequence[float]] | None = None, capped: bool = False
) -> Candidates:
    """Candidates with the keys 1, 2, 3, … and falling scores."""
    falling = np.linspace(1.0, 0.1, count, dtype=np.float32)
    columns = scores or {DENSE: falling.tolist(), LEXICAL: falling.tolist()}
    return Candidates(
        keys=np.arange(1, count + 1, dtype=np.int64),
        fused=(falling / 60).astype(np.float32),
        scores={name: np.array(column, np.float32) for name, column in columns.items()},
        capped=capped,
    )
