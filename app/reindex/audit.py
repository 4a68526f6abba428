"""Compares a copy of the embedded index with Postgres, item by item, in a process of its own:
`python -m app.reindex.audit`. Qdrant Edge keeps no checksums, so files that were damaged are often
read without an error; only what the index says of the items shows it."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine, select, union

from app import side_process
from app.db.tables import dead_letters, items, outbox
from app.items.repository import StoredItem, live_keys, read_items
from app.items.vectors import PostgresVectorCache
from app.reindex.findings import AuditFindings, AuditJob
from app.reindex.index_checks import IndexChecks
from indexing.bm25_encoder import Bm25Encoder
from indexing.collections import CollectionInfo
from indexing.composition import compose, text_hash
from indexing.documents import ItemKey
from indexing.edge_index import EdgeItemIndex
from indexing.errors import IndexUnavailable
from indexing.index import IndexedPoint
from indexing.points import point_of

PAGE = 500
TOLERANCE = 1e-3
"""Of a number of a vector: Qdrant gives vectors the length 1 in another order of operations."""

_MAX_EXAMPLES = 3


def audit(engine: Engine, folder: Path, info: CollectionInfo) -> AuditFindings:
    """Raises `IndexUnavailable`, and what a damaged shard panics with, where it cannot be read."""
    index = EdgeItemIndex(folder.parent, info.spec, folder.name)
    comparison, checks = _Comparison(engine, info), IndexChecks()
    points = 0
    for page in _pages(index):
        points += len(page)
        comparison.add(page)
        checks.add(page)
    counted = index.count()
    problems = list(comparison.problems)
    if counted != points:
        problems.append(f"{counted} points are counted and {points} are read")
    problems += checks.problems(index, points)
    index.close()
    with engine.connect() as connection:
        accounted = _accounted_for(connection)
    stale = [key for key in (*comparison.stale, *comparison.missing()) if key not in accounted]
    ghosts = [key for key in comparison.ghosts if key not in accounted]
    return AuditFindings(
        damage="; ".join(problems[:_MAX_EXAMPLES]) or None,
        stale=tuple(stale),
        ghosts=tuple(ghosts),
        points=points,
    )


def _accounted_for(connection: Connection) -> frozenset[int]:
    """Keys of items that wait to be indexed, or cannot be."""
    waiting = select(outbox.c.item_key)
    undeliverable = select(items.c.key).where(
        items.c.id.in_(select(dead_letters.c.item_id).where(dead_letters.c.operation == "index"))
    )
    return frozenset(connection.execute(union(waiting, undeliverable)).scalars())


class _Comparison:
    def __init__(self, engine: Engine, info: CollectionInfo) -> None:
        self._engine = engine
        self._vectors = PostgresVectorCache(engine)
        self._revision = info.spec.encoder_revision.rpartition("/")[0]
        self._lexical = Bm25Encoder()
        self._seen: set[int] = set()
        self.stale: list[int] = []
        self.ghosts: list[int] = []
        self.problems: list[str] = []

    def add(self, page: Sequence[IndexedPoint]) -> None:
        with self._engine.connect() as connection:
            stored = {entry.key: entry for entry in read_items(connection, _keys(page))}
        expected = self._expected(page, stored)
        for point in page:
            self._seen.add(point.key)
            entry = stored.get(point.key)
            if not _has_a_proper_length(point):
                self.problems.append(f"the vector of point {point.key} is damaged")
            elif entry is None:
                self.ghosts.append(point.key)
            elif entry.version != point.version:
                self.stale.append(point.key)
            elif (problem := _difference(point, expected[point.key])) is not None:
                self.problems.append(f"{problem} of item {entry.item.id} is damaged")

    def missing(self) -> Iterator[int]:
        """Keys of items for sale without a point."""
        with self._engine.connect() as connection:
            for key in live_keys(connection):
                if key not in self._seen:
                    yield key

    def _expected(
        self, page: Sequence[IndexedPoint], stored: Mapping[ItemKey, StoredItem]
    ) -> dict[int, IndexedPoint]:
        """The points as they should be; where no vector is kept, with the vector that they have."""
        documents = {int(key): compose(key, e.version, e.item) for key, e in stored.items()}
        hashes = {key: text_hash(document.dense_text) for key, document in documents.items()}
        kept = self._vectors.get(self._revision, list(set(hashes.values())))
        own = {point.key: point.dense for point in page}
        return {
            key: point_of(document, kept.get(hashes[key], own[document.key]), self._lexical)
            for key, document in documents.items()
        }


def _difference(point: IndexedPoint, expected: IndexedPoint) -> str | None:
    if not np.allclose(point.dense, _normalised(expected.dense), atol=TOLERANCE):
        return "the vector"
    for name in ("lexical", "core"):
        found, wanted = getattr(point, name), getattr(expected, name)
        if _weights(found) != _weights(wanted):
            return "the words"
    if not _alike(_plain(point.payload), _plain(expected.payload)):
        return "the payload"
    return None


def _weights(vector: Any) -> dict[int, float]:
    return {
        index: round(float(np.float32(value)), 4)
        for index, value in zip(vector.indices, vector.values, strict=True)
    }


def _plain(payload: Mapping[str, object]) -> Any:
    """As JSON has it, in which a tuple is a list and 1.0 is 1."""
    return msgspec.json.decode(msgspec.json.encode(payload))


def _alike(one: Any, other: Any) -> bool:
    """But for the last digit of a fraction, which Qdrant may read back as its neighbour."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


def _has_a_proper_length(point: IndexedPoint) -> bool:
    """1, or 0 of a text that says nothing to the encoder."""
    length = float(np.linalg.norm(point.dense))
    return length == 0.0 or abs(length - 1.0) < TOLERANCE


def _normalised(vector: Any) -> Any:
    length = np.linalg.norm(vector)
    return vector / length if length else vector


def _pages(index: EdgeItemIndex) -> Iterator[Sequence[IndexedPoint]]:
    after: int | None = None
    while page := index.scroll_points(after, PAGE):
        yield page
        after = page[-1].key


def _keys(page: Sequence[IndexedPoint]) -> list[int]:
    return [int(point.key) for point in page]


def main() -> None:
    """Read the job from standard input, and write the findings to standard output."""
    side_process.begin()
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=AuditJob)
    from app.db.engine import connect

    engine = connect(job.database_url)
    try:
        findings = audit(engine, Path(job.folder), job.info)
    except IndexUnavailable as error:
        findings = AuditFindings(damage=str(error))
    except KeyError as error:
        findings = AuditFindings(damage=f"a point lacks {error}")
    finally:
        engine.dispose()
    sys.stdout.buffer.write(msgspec.json.encode(findings))


if __name__ == "__main__":
    main()
