"""The port to the vector database, and the values that cross it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from indexing.candidates import Candidates, Floats, Keys
from indexing.documents import ItemKey
from indexing.filters import Filter
from indexing.matching import Matches, Terms
from indexing.queries import ExpandedQuery

POOL_SIZE = 200
"""Candidates per request: an oracle that orders the best 200 hybrid candidates of the Icecat
judgments reaches an nDCG@10 of 0.98, so ranking, not a larger pool, is where the room is."""

RRF_K = 60
"""The constant of reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009."""


class SparseVector(msgspec.Struct, frozen=True):
    """Weights of the terms that occur; both tuples have the same length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


class QueryVectors(msgspec.Struct, frozen=True):
    """A query for each retriever; a retriever whose vector is None does not run."""

    dense: Floats | None = None
    lexical: SparseVector | None = None


class IndexedPoint(msgspec.Struct, frozen=True):
    """One document with its vectors, ready to be stored."""

    key: ItemKey
    version: int
    """Below 2**62; of two versions of one document the higher is the newer."""
    dense: Floats
    lexical: SparseVector
    core: SparseVector
    payload: dict[str, object]


class PointRef(msgspec.Struct, frozen=True):
    """What a stored point is of, without all that it holds."""

    key: ItemKey
    version: int
    item_id: str


class ItemIndex(Protocol):
    """Holds the vectors and payloads of all items and finds candidates among them.

    Every method may raise `IndexUnavailable`. Methods may be called from several threads.
    """

    def upsert(self, points: Sequence[IndexedPoint]) -> None:
        """Store the points; durable once it returns, but for a collection that was just made, which
        is durable once it is closed: what is cut off while it is filled begins anew.

        A point replaces that of the same key unless the stored one is newer, whoever writes at the
        same time; an equal version replaces it, for the sake of a new embedding. Of several points
        of one key, the newest counts."""

    def delete(self, keys: Sequence[ItemKey]) -> None:
        """Forget the points; keys that are not there are no error."""

    def retrieve(self, query: ExpandedQuery, vectors: QueryVectors, limit: int) -> Candidates:
        """At most `limit` candidates by all retrievers given, filtered inside the database and
        fused by reciprocal rank, and the query's must-include items behind them."""

    def browse(self, query: ExpandedQuery, limit: int) -> Candidates:
        """At most `limit` candidates by descending popularity, and the must-include items."""

    def match(self, query: ExpandedQuery, vectors: QueryVectors, texts: Sequence[Terms]) -> Matches:
        """All that the query matches before the shopper's filter: by their core text those that
        have every term of one of `texts`, ordered by BM25, and by meaning those that are near."""

    def codes_starting(self, prefix: str, limit: int) -> Sequence[str]:
        """Codes of items that begin so, at most `limit`, the shortest of those found first."""

    def similar(self, query: ExpandedQuery, weights: Mapping[int, float], limit: int) -> Candidates:
        """At most `limit` candidates by the nearness of their dense vectors to the weighted sum of
        those of the keys, and the must-include items. A weight below 0 is for what is not wanted;
        keys that are not there weigh nothing. The keys themselves may be found, too."""

    def matching(self, keys: Keys, condition: Filter) -> frozenset[int]:
        """Those of the keys whose items pass the filter."""

    def count(self) -> int:
        """How many items the index holds."""

    def point_versions(self, keys: Sequence[ItemKey]) -> Mapping[int, int]:
        """By key the version that is stored; keys that are not there are left out."""

    def scroll_points(self, after: int | None, limit: int) -> Sequence[IndexedPoint]:
        """At most `limit` points by ascending key, those with a key above `after`: all that it
        takes to store them elsewhere. Dense vectors have the length 1, whatever they had."""

    def scroll_refs(self, after: int | None, limit: int) -> Sequence[PointRef]:
        """Like `scroll_points`, but only what the points are of: to see which there are."""

    def optimize(self) -> None:
        """Bring the structures that make search fast up to date, after much was written."""

    def close(self) -> None:
        """Give the index back; nothing may be called afterwards."""


@runtime_checkable
class LocalIndex(ItemIndex, Protocol):
    """An index of files on this machine, which can be damaged behind its back."""

    damage: str | None
    """What a call has met that sound files would not show it; set back by who looks into it."""

    def copy_to(self, folder: Path) -> None:
        """A copy of its files as they are now, to be opened as a shard; writes wait meanwhile.
        Raises `NoRoom`, and `IndexDamaged` where files are missing."""

    def changed_by_others(self) -> bool:
        """Whether files have changed since the last call though nothing was written in between; to
        be called now and then. Takes the lock's file back where somebody has deleted it."""


def newest(points: Sequence[IndexedPoint]) -> list[IndexedPoint]:
    """One point of each key: that of the highest version, of equal ones the last."""
    kept: dict[int, IndexedPoint] = {}
    for point in points:
        other = kept.get(point.key)
        if other is None or other.version <= point.version:
            kept[point.key] = point
    return list(kept.values())
