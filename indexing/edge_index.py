"""The item index on Qdrant Edge: a shard of files under the data directory, in this process."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import qdrant_edge as edge

from indexing.candidates import CORE, DENSE, FINDING, LEXICAL, Candidates, Floats, no_candidates
from indexing.collection import CODES, PAYLOAD_INDEXES, CollectionSpec, PayloadIndex, Quantization
from indexing.collections import CollectionInfo
from indexing.disk_room import has_room, require_room
from indexing.documents import ItemKey
from indexing.edge_errors import edge_errors
from indexing.edge_files import Stamps, copy_files, disk_bytes, stamps_of
from indexing.edge_probe import probe_apart
from indexing.errors import IndexDamaged
from indexing.filter_translation import edge_dialect, translate
from indexing.index import RRF_K, IndexedPoint, PointRef, QueryVectors, SparseVector
from indexing.pool import FUSED_PER_LIMIT, Scored, point_key
from indexing.qdrant_shared import (
    OVERSAMPLING,
    REF,
    VERSION,
    QdrantBackend,
    Search,
    Searches,
    codes_in,
    read_point,
    read_ref,
    stored_payload,
)
from indexing.queries import ExpandedQuery
from indexing.shard_lock import ShardLock

INFO_FILE = "collection.json"
"""In a collection's folder, written last: a folder without one is a creation that was cut off."""

_PAYLOAD_TYPES: dict[PayloadIndex, edge.PayloadSchemaType | edge.KeywordIndexParams] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "prefix": edge.KeywordIndexParams(prefix=True),
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
}
_FROM_ORIGINALS = edge.SearchParams(quantization=edge.QuantizationSearchParams(ignore=True))
_RESCORED = edge.SearchParams(
    quantization=edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
)


class EdgeItemIndex(QdrantBackend):
    """One shard, opened by one process; opening it in a second raises `IndexInUse` before anything
    of it is touched. It is made where it is missing, under the name given or else its spec's."""

    def __init__(self, folder: Path, spec: CollectionSpec, name: str | None = None) -> None:
        super().__init__(edge_dialect())
        self._folder = folder / (name or spec.name)
        self._writing = threading.Lock()
        self._lock = ShardLock(self._folder)
        try:
            self._shard = _open(self._folder, spec, self._lock)
        except BaseException:
            self._lock.release()
            raise
        self.lasting: Callable[[], bool] = lambda: True
        """Whether a write has to be on the disk when it returns, or only after `close`."""
        self.damage: str | None = None
        self._stamps: Stamps | None = None
        """Of the files, after the last write or look; None while it does not matter."""
        self._disturbed = False

    def upsert(self, points: Sequence[IndexedPoint]) -> None:
        with self._writes_to_disk():
            for together, condition in self._writes(points):
                stored = [
                    edge.Point(
                        int(point.key),
                        {
                            DENSE: point.dense.tolist(),
                            LEXICAL: _sparse(point.lexical),
                            CORE: _sparse(point.core),
                        },
                        stored_payload(point),
                    )
                    for point in together
                ]
                # Points that are not there yet pass any condition.
                self._shard.update(edge.UpdateOperation.upsert_points(stored, condition=condition))
            if self.lasting():
                self._shard.flush()

    def delete(self, keys: Sequence[ItemKey]) -> None:
        if not keys:
            return
        with self._writes_to_disk():
            self._shard.update(edge.UpdateOperation.delete_points([int(key) for key in keys]))
            if self.lasting():
                self._shard.flush()

    def retrieve(self, query: ExpandedQuery, vectors: QueryVectors, limit: int) -> Candidates:
        condition = translate(query.effective_filter, self._dialect)
        searches = _searches(vectors)
        if not searches:
            return no_candidates()
        request = edge.QueryRequest(
            limit=FUSED_PER_LIMIT * limit,
            prefetches=[
                edge.Prefetch(limit=limit, query=search, filter=condition, params=_RESCORED)
                for name, search in searches.items()
                if name in FINDING
            ],
            query=edge.Fusion.Rrf(k=RRF_K),  # type: ignore[arg-type]  # The stub's own slip.
        )
        with self._calls():
            found = self._shard.query(request)
            return self._candidates(query, searches, found, limit)

    def browse(self, query: ExpandedQuery, limit: int) -> Candidates:
        request = edge.QueryRequest(
            limit=limit,
            query=edge.OrderBy("popularity", edge.Direction.Desc),
            filter=translate(query.effective_filter, self._dialect),
        )
        with self._calls():
            return self._candidates(query, {}, self._shard.query(request), limit)

    def count(self) -> int:
        with self._calls():
            return self._shard.count(edge.CountRequest(exact=True))

    def scroll_points(self, after: int | None, limit: int) -> Sequence[IndexedPoint]:
        request = edge.ScrollRequest(
            offset=None if after is None else after + 1,
            limit=limit,
            with_payload=True,
            with_vector=True,
        )
        with self._calls():
            records, _ = self._shard.scroll(request)
        return [read_point(record) for record in records]

    def scroll_refs(self, after: int | None, limit: int) -> Sequence[PointRef]:
        request = edge.ScrollRequest(
            offset=None if after is None else after + 1,
            limit=limit,
            with_payload=edge.PayloadSelector.Include(list(REF)),
            with_vector=False,
        )
        with self._calls():
            records, _ = self._shard.scroll(request)
        return [read_ref(record) for record in records]

    def optimize(self) -> None:
        # The call holds the interpreter lock throughout (8 s for 19,406 items), so it belongs
        # before the service answers and at the end of an import, never beside live requests.
        with self._writes_to_disk():
            # It writes all segments anew beside the old ones.
            require_room(self._folder, needed=disk_bytes(self._folder))
            self._shard.optimize()
            self._shard.flush()

    def close(self) -> None:
        try:
            with edge_errors(), self._writing:
                try:
                    self._shard.flush()
                finally:
                    self._shard.close()
        finally:
            self._lock.release()

    def keys_with(self, field: str, value: str | int, limit: int) -> list[int]:
        """Of the points whose payload has the value in an indexed field."""
        matched = edge.FieldCondition(field, match=edge.MatchValue(value))
        return self._scroll(edge.Filter(must=[matched]), limit)

    def keys_up_to(self, field: str, bound: float, limit: int) -> list[int]:
        """Of the points whose payload has a number of at most the bound in an indexed field."""
        within = edge.FieldCondition(field, range=edge.RangeFloat(lte=bound))
        return self._scroll(edge.Filter(must=[within]), limit)

    def copy_to(self, folder: Path) -> None:
        """As `LocalIndex` has it."""
        with self._calls(), self._writing:
            require_room(self._folder, needed=disk_bytes(self._folder))
            self._shard.flush()
            copy_files(self._folder, folder)

    def changed_by_others(self) -> bool:
        """As `LocalIndex` has it."""
        self._lock.renew()
        if self._writing.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._writing.release()
        disturbed, self._disturbed = self._disturbed, False
        return disturbed

    @contextmanager
    def _calls(self) -> Iterator[None]:
        try:
            with edge_errors():
                yield
        except IndexDamaged as error:
            self.damage = str(error)
            raise

    @contextmanager
    def _writes_to_disk(self) -> Iterator[None]:
        with self._calls(), self._writing:
            require_room(self._folder)
            # Some 200 files: a flush costs a hundred times as much. While a collection is filled
            # there is none, and nothing depends on it yet.
            watched = self.lasting()
            if watched:
                self._look()
            self._stamps = None
            yield
            if watched:
                self._stamps = stamps_of(self._folder)

    def _look(self) -> None:
        before, self._stamps = self._stamps, stamps_of(self._folder)
        if before is not None and before != self._stamps:
            self._disturbed = True

    def _scroll(self, condition: Any, limit: int) -> list[int]:
        request = edge.ScrollRequest(
            limit=limit, filter=condition, with_payload=False, with_vector=False
        )
        with self._calls():
            records, _ = self._shard.scroll(request)
        return [point_key(record.id) for record in records]

    def _near(self, searches: Sequence[Search]) -> Sequence[Sequence[tuple[int, float]]]:
        if not searches:
            return ()
        requests = [
            edge.QueryRequest(
                limit=search.limit,
                query=edge.Query.Nearest(_vector(search.vector), using=search.using),
                filter=search.condition,
                params=_RESCORED,
            )
            for search in searches
        ]
        with self._calls():
            found = self._shard.query_batch(edge.QueryBatchRequest(requests))
        return [[(point_key(point.id), point.score) for point in points] for points in found]

    def codes_starting(self, prefix: str, limit: int) -> Sequence[str]:
        request = edge.ScrollRequest(
            limit=limit,
            filter=edge.Filter(must=[edge.FieldCondition(CODES, match=edge.MatchPrefix(prefix))]),
            with_payload=edge.PayloadSelector.Include([CODES]),
            with_vector=False,
        )
        with self._calls():
            records, _ = self._shard.scroll(request)
        return codes_in(records, prefix, limit)

    def _records(self, keys: Sequence[int]) -> Sequence[Any]:
        only_versions = edge.PayloadSelector.Include([VERSION])
        with self._calls():
            return self._shard.retrieve(list(keys), with_payload=only_versions, with_vector=False)

    def _dense_records(self, keys: Sequence[int]) -> Sequence[Any]:
        with self._calls():
            return self._shard.retrieve(list(keys), with_payload=False, with_vector=[DENSE])

    def _exact_scores(self, keys: Sequence[int], searches: Searches) -> Scored:
        # One batch, filtered by id: about 0.3 ms for 200 candidates.
        among = edge.Filter(must=[self._dialect.has_id(keys)])
        batch = self._shard.query_batch(
            edge.QueryBatchRequest(
                [
                    edge.QueryRequest(
                        limit=len(keys), query=search, filter=among, params=_FROM_ORIGINALS
                    )
                    for search in searches.values()
                ]
            )
        )
        return {
            name: {point_key(point.id): point.score for point in points}
            for name, points in zip(searches, batch, strict=True)
        }


def _searches(vectors: QueryVectors) -> Searches:
    searches: Searches = {}
    if vectors.dense is not None:
        searches[DENSE] = edge.Query.Nearest(vectors.dense.tolist(), using=DENSE)
    if vectors.lexical is not None and vectors.lexical.indices:
        for name in (LEXICAL, CORE):
            searches[name] = edge.Query.Nearest(_sparse(vectors.lexical), using=name)
    return searches


def _vector(vector: Floats | SparseVector) -> list[float] | edge.SparseVector:
    return _sparse(vector) if isinstance(vector, SparseVector) else vector.tolist()


def _sparse(vector: SparseVector) -> edge.SparseVector:
    return edge.SparseVector(list(vector.indices), list(vector.values))


def create_shard(folder: Path, info: CollectionInfo) -> edge.EdgeShard:
    """An empty shard with the payload indexes, in place of what lies there."""
    spec = info.spec
    memory = edge.Memory.Cold if spec.on_disk else None
    config = edge.EdgeConfig(
        vectors={
            DENSE: edge.EdgeVectorParams(
                size=spec.dense_size,
                distance=edge.Distance.Cosine,
                quantization_config=_quantization(spec.quantization),
                memory=memory,
            )
        },
        sparse_vectors={
            name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=memory)
            for name in (LEXICAL, CORE)
        },
        payload_memory=memory,
    )
    with edge_errors():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shard = edge.EdgeShard.create(str(folder), config)
        _create_payload_indexes(shard)
        shard.flush()
        write_durably(folder / INFO_FILE, msgspec.json.encode(info))
    return shard


def write_durably(file: Path, content: bytes) -> None:
    """All of the content or none of it, whenever the machine stops."""
    beside = file.with_name(f"{file.name}.new")
    with beside.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _open(folder: Path, spec: CollectionSpec, lock: ShardLock) -> edge.EdgeShard:
    """Called with its lock."""
    with edge_errors():
        if (folder / INFO_FILE).exists():
            # Opening writes a little. Where there is no room for that, or a crash may have cut a
            # file, another process tries first what could end this one.
            full = not has_room(folder)
            if full or lock.was_left:
                try:
                    probe_apart(folder, lock)
                except IndexDamaged:
                    if full:
                        require_room(folder)
                    raise
            return _load(folder)
        require_room(folder.parent)
    return create_shard(folder, CollectionInfo(folder.name, spec, datetime.now(UTC)))


def _load(folder: Path) -> edge.EdgeShard:
    shard = edge.EdgeShard.load(str(folder))
    if not _has_payload_indexes(shard):
        _create_payload_indexes(shard)
        shard.flush()
    if not _counts_words_rightly(shard):
        # Points that were lost and were written again from the log count twice, until it is opened
        # the next time.
        shard.flush()
        shard.close()
        shard = edge.EdgeShard.load(str(folder))
    return shard


def _has_payload_indexes(shard: edge.EdgeShard) -> bool:
    """Each segment has a file that lists its own; where that is gone, Edge opens it without any."""
    if not shard.info().payload_schema.keys() >= PAYLOAD_INDEXES.keys():
        return False
    by_popularity = edge.OrderBy("popularity", edge.Direction.Desc)
    try:
        shard.query(edge.QueryRequest(limit=1, query=by_popularity))
    except Exception:  # of a segment without
        return False
    return True


def _create_payload_indexes(shard: edge.EdgeShard) -> None:
    """Those that are there already stay as they are."""
    for field, kind in PAYLOAD_INDEXES.items():
        shard.update(edge.UpdateOperation.create_field_index(field, _PAYLOAD_TYPES[kind]))


def _counts_words_rightly(shard: edge.EdgeShard) -> bool:
    """No term occurs in more points than there are, which would make its weight negative."""
    records, _ = shard.scroll(edge.ScrollRequest(limit=3, with_vector=[LEXICAL]))
    for record in records:
        vectors: Any = record.vector
        if LEXICAL not in vectors:
            continue
        itself = edge.Filter(must=[edge.HasIdCondition({record.id})])
        nearest = edge.Query.Nearest(vectors[LEXICAL], using=LEXICAL)
        found = shard.query(edge.QueryRequest(limit=1, query=nearest, filter=itself))
        if found and found[0].score < 0:
            return False
    return True


def _quantization(
    kind: Quantization,
) -> edge.ScalarQuantizationConfig | edge.BinaryQuantizationConfig | None:
    """Held in memory, since every search reads all of them."""
    match kind:
        case "none":
            return None
        case "int8":
            # A quantile leaves the few outliers out of the range that 256 steps must cover.
            return edge.ScalarQuantizationConfig(
                edge.ScalarType.Int8, quantile=0.99, memory=edge.Memory.Pinned
            )
        case "binary":
            return edge.BinaryQuantizationConfig(memory=edge.Memory.Pinned)
