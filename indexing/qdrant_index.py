"""The item index on a Qdrant server or cluster, through `qdrant-client`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from indexing.candidates import CORE, DENSE, FINDING, LEXICAL, Candidates, Floats, no_candidates
from indexing.collection import (
    CODES,
    PAYLOAD_INDEXES,
    CollectionSpec,
    PayloadIndex,
    Placement,
    Quantization,
)
from indexing.documents import ItemKey
from indexing.errors import IndexRefused, IndexUnavailable
from indexing.filter_translation import client_dialect, translate
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

_PAYLOAD_TYPES: dict[PayloadIndex, models.PayloadSchemaType | models.KeywordIndexParams] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "prefix": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, prefix=True),
    "integer": models.PayloadSchemaType.INTEGER,
    "float": models.PayloadSchemaType.FLOAT,
}
_NO_ANSWER = "the Qdrant server does not answer as it should"
_FROM_ORIGINALS = models.SearchParams(quantization=models.QuantizationSearchParams(ignore=True))
_RESCORED = models.SearchParams(
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
)
ONE_NODE = Placement()

# What the server says of what it was given, and not of itself.
_REFUSALS_BY_HTTP = frozenset({400, 422})
_REFUSALS_BY_GRPC = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.OUT_OF_RANGE})


class QdrantItemIndex(QdrantBackend):
    """One collection, which is there; the client belongs to whoever made it."""

    def __init__(self, client: QdrantClient, name: str, placement: Placement = ONE_NODE) -> None:
        super().__init__(client_dialect())
        self._client = client
        self._name = name
        self._ordering = models.WriteOrdering(placement.ordering)
        self._consistency = _consistency(placement)

    def upsert(self, points: Sequence[IndexedPoint]) -> None:
        with qdrant_errors():
            for together, condition in self._writes(points):
                stored = [
                    models.PointStruct(
                        id=int(point.key),
                        vector={
                            DENSE: point.dense.tolist(),
                            LEXICAL: _sparse(point.lexical),
                            CORE: _sparse(point.core),
                        },
                        payload=stored_payload(point),
                    )
                    for point in together
                ]
                # Points that are not there yet pass any condition.
                self._client.upsert(
                    self._name,
                    stored,
                    wait=True,
                    ordering=self._ordering,
                    update_filter=condition,
                )

    def delete(self, keys: Sequence[ItemKey]) -> None:
        if not keys:
            return
        with qdrant_errors():
            self._client.delete(
                self._name,
                models.PointIdsList(points=[int(key) for key in keys]),
                wait=True,
                ordering=self._ordering,
            )

    def retrieve(self, query: ExpandedQuery, vectors: QueryVectors, limit: int) -> Candidates:
        condition = translate(query.effective_filter, self._dialect)
        searches = _searches(vectors)
        if not searches:
            return no_candidates()
        with qdrant_errors():
            response = self._client.query_points(
                self._name,
                prefetch=[
                    models.Prefetch(
                        query=vector, using=name, limit=limit, filter=condition, params=_RESCORED
                    )
                    for name, vector in searches.items()
                    if name in FINDING
                ],
                query=models.RrfQuery(rrf=models.Rrf(k=RRF_K)),
                limit=FUSED_PER_LIMIT * limit,
                with_payload=False,
                consistency=self._consistency,
            )
            return self._candidates(query, searches, response.points, limit)

    def browse(self, query: ExpandedQuery, limit: int) -> Candidates:
        with qdrant_errors():
            response = self._client.query_points(
                self._name,
                query=models.OrderByQuery(
                    order_by=models.OrderBy(key="popularity", direction=models.Direction.DESC)
                ),
                query_filter=translate(query.effective_filter, self._dialect),
                limit=limit,
                with_payload=False,
                consistency=self._consistency,
            )
            return self._candidates(query, {}, response.points, limit)

    def count(self) -> int:
        with qdrant_errors():
            return self._client.count(self._name, exact=True).count

    def scroll_points(self, after: int | None, limit: int) -> Sequence[IndexedPoint]:
        with qdrant_errors():
            records, _ = self._client.scroll(
                self._name,
                offset=None if after is None else after + 1,
                limit=limit,
                with_payload=True,
                with_vectors=True,
                consistency=self._consistency,
            )
        return [read_point(record) for record in records]

    def scroll_refs(self, after: int | None, limit: int) -> Sequence[PointRef]:
        with qdrant_errors():
            records, _ = self._client.scroll(
                self._name,
                offset=None if after is None else after + 1,
                limit=limit,
                with_payload=list(REF),
                with_vectors=False,
                consistency=self._consistency,
            )
        return [read_ref(record) for record in records]

    def optimize(self) -> None:
        """Nothing to do: a server optimises in the background."""

    def close(self) -> None:
        """Nothing to do: the client is shared by all collections."""

    def _scroll(self, condition: Any, limit: int) -> list[int]:
        with qdrant_errors():
            records, _ = self._client.scroll(
                self._name,
                scroll_filter=condition,
                limit=limit,
                with_payload=False,
                consistency=self._consistency,
            )
        return [point_key(record.id) for record in records]

    def _near(self, searches: Sequence[Search]) -> Sequence[Sequence[tuple[int, float]]]:
        if not searches:
            return ()
        requests = [
            models.QueryRequest(
                query=_vector(search.vector),
                using=search.using,
                filter=search.condition,
                limit=search.limit,
                params=_RESCORED,
            )
            for search in searches
        ]
        with qdrant_errors():
            found = self._client.query_batch_points(
                self._name, requests, consistency=self._consistency
            )
        return [[(point_key(p.id), p.score) for p in response.points] for response in found]

    def codes_starting(self, prefix: str, limit: int) -> Sequence[str]:
        condition = models.FieldCondition(key=CODES, match=models.MatchPrefix(prefix=prefix))
        with qdrant_errors():
            records, _ = self._client.scroll(
                self._name,
                scroll_filter=models.Filter(must=[condition]),
                limit=limit,
                with_payload=[CODES],
                consistency=self._consistency,
            )
        return codes_in(records, prefix, limit)

    def _records(self, keys: Sequence[int]) -> Sequence[Any]:
        with qdrant_errors():
            return self._client.retrieve(
                self._name,
                list(keys),
                with_payload=[VERSION],
                with_vectors=False,
                consistency=self._consistency,
            )

    def _dense_records(self, keys: Sequence[int]) -> Sequence[Any]:
        with qdrant_errors():
            return self._client.retrieve(
                self._name,
                list(keys),
                with_payload=False,
                with_vectors=[DENSE],
                consistency=self._consistency,
            )

    def _exact_scores(self, keys: Sequence[int], searches: Searches) -> Scored:
        among = models.Filter(must=[self._dialect.has_id(keys)])
        batch = self._client.query_batch_points(
            self._name,
            [
                models.QueryRequest(
                    query=vector,
                    using=name,
                    filter=among,
                    limit=len(keys),
                    params=_FROM_ORIGINALS,
                )
                for name, vector in searches.items()
            ],
            consistency=self._consistency,
        )
        return {
            name: {point_key(point.id): point.score for point in response.points}
            for name, response in zip(searches, batch, strict=True)
        }


def create_collection(
    client: QdrantClient,
    name: str,
    spec: CollectionSpec,
    placement: Placement,
    metadata: dict[str, Any],
) -> None:
    """Empty, with its payload indexes; called with the errors translated."""
    client.create_collection(
        name,
        vectors_config={
            DENSE: models.VectorParams(
                size=spec.dense_size,
                distance=models.Distance.COSINE,
                on_disk=spec.on_disk or None,
                quantization_config=_quantization(spec.quantization),
            )
        },
        sparse_vectors_config={
            name: models.SparseVectorParams(
                modifier=models.Modifier.IDF,
                index=models.SparseIndexParams(on_disk=True) if spec.on_disk else None,
            )
            for name in (LEXICAL, CORE)
        },
        on_disk_payload=spec.on_disk or None,
        shard_number=placement.shards,
        replication_factor=placement.replicas,
        write_consistency_factor=placement.write_consistency,
        metadata=metadata,
    )
    for field, kind in PAYLOAD_INDEXES.items():
        client.create_payload_index(name, field, _PAYLOAD_TYPES[kind], wait=True)


@contextmanager
def qdrant_errors() -> Iterator[None]:
    """Over HTTP and over gRPC the client raises errors of different families."""
    try:
        yield
    except grpc.RpcError as error:
        # Its text is a page long, and `details` is the line that tells.
        told = error.details() if isinstance(error, grpc.Call) else error
        if isinstance(error, grpc.Call) and error.code() in _REFUSALS_BY_GRPC:
            raise IndexRefused(f"the Qdrant server refuses: {told}") from error
        raise IndexUnavailable(f"{_NO_ANSWER}: {told}") from error
    except UnexpectedResponse as error:
        if error.status_code in _REFUSALS_BY_HTTP:
            raise IndexRefused(f"the Qdrant server refuses: {error}") from error
        raise IndexUnavailable(f"{_NO_ANSWER}: {error}") from error
    except (ApiException, QdrantException, httpx.HTTPError, OSError) as error:
        raise IndexUnavailable(f"{_NO_ANSWER}: {error}") from error


def _searches(vectors: QueryVectors) -> Searches:
    searches: Searches = {}
    if vectors.dense is not None:
        searches[DENSE] = vectors.dense.tolist()
    if vectors.lexical is not None and vectors.lexical.indices:
        for name in (LEXICAL, CORE):
            searches[name] = _sparse(vectors.lexical)
    return searches


def _vector(vector: Floats | SparseVector) -> list[float] | models.SparseVector:
    return _sparse(vector) if isinstance(vector, SparseVector) else vector.tolist()


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def _quantization(
    kind: Quantization,
) -> models.ScalarQuantization | models.BinaryQuantization | None:
    """Held in memory, since every search reads all of them."""
    match kind:
        case "none":
            return None
        case "int8":
            # A quantile leaves the few outliers out of the range that 256 steps must cover.
            return models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(
                    type=models.ScalarType.INT8, quantile=0.99, always_ram=True
                )
            )
        case "binary":
            return models.BinaryQuantization(
                binary=models.BinaryQuantizationConfig(always_ram=True)
            )


def _consistency(placement: Placement) -> int | models.ReadConsistencyType:
    given = placement.consistency
    return given if isinstance(given, int) else models.ReadConsistencyType(given)
