"""The item index on a Qdrant server or cluster, through `qdrant-client`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException

from indexing.candidates import CORE, DENSE, FINDING, LEXICAL, Candidates, no_candidates
from indexing.collection import PAYLOAD_INDEXES, CollectionSpec
from indexing.documents import ItemKey
from indexing.errors import IndexUnavailable
from indexing.filter_translation import client_dialect, translate
from indexing.index import RRF_K, IndexedPoint, QueryVectors, SparseVector
from indexing.pool import FUSED_PER_LIMIT, Scored, point_key
from indexing.qdrant_shared import QdrantBackend, Searches
from indexing.queries import ExpandedQuery

_PAYLOAD_TYPES = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "integer": models.PayloadSchemaType.INTEGER,
    "float": models.PayloadSchemaType.FLOAT,
}


class QdrantItemIndex(QdrantBackend):
    """A collection named after its spec, made on first use."""

    def __init__(self, client: QdrantClient, spec: CollectionSpec) -> None:
        super().__init__(client_dialect())
        self._client = client
        self._name = spec.name
        with _errors():
            if not client.collection_exists(self._name):
                self._create(spec)

    def upsert(self, points: Sequence[IndexedPoint]) -> None:
        if not points:
            return
        stored = [
            models.PointStruct(
                id=int(point.key),
                vector={
                    DENSE: point.dense.tolist(),
                    LEXICAL: _sparse(point.lexical),
                    CORE: _sparse(point.core),
                },
                payload=point.payload,
            )
            for point in points
        ]
        with _errors():
            self._client.upsert(self._name, stored, wait=True)

    def delete(self, keys: Sequence[ItemKey]) -> None:
        with _errors():
            self._client.delete(
                self._name, models.PointIdsList(points=[int(key) for key in keys]), wait=True
            )

    def retrieve(self, query: ExpandedQuery, vectors: QueryVectors, limit: int) -> Candidates:
        condition = translate(query.effective_filter, self._dialect)
        searches = _searches(vectors)
        if not searches:
            return no_candidates()
        with _errors():
            response = self._client.query_points(
                self._name,
                prefetch=[
                    models.Prefetch(query=vector, using=name, limit=limit, filter=condition)
                    for name, vector in searches.items()
                    if name in FINDING
                ],
                query=models.RrfQuery(rrf=models.Rrf(k=RRF_K)),
                limit=FUSED_PER_LIMIT * limit,
                with_payload=False,
            )
            return self._candidates(query, searches, response.points, limit)

    def browse(self, query: ExpandedQuery, limit: int) -> Candidates:
        with _errors():
            response = self._client.query_points(
                self._name,
                query=models.OrderByQuery(
                    order_by=models.OrderBy(key="popularity", direction=models.Direction.DESC)
                ),
                query_filter=translate(query.effective_filter, self._dialect),
                limit=limit,
                with_payload=False,
            )
            return self._candidates(query, {}, response.points, limit)

    def count(self) -> int:
        with _errors():
            return self._client.count(self._name, exact=True).count

    def optimize(self) -> None:
        """Nothing to do: a server optimises in the background."""

    def close(self) -> None:
        self._client.close()

    def _create(self, spec: CollectionSpec) -> None:
        self._client.create_collection(
            self._name,
            vectors_config={
                DENSE: models.VectorParams(size=spec.dense_size, distance=models.Distance.COSINE)
            },
            sparse_vectors_config={
                name: models.SparseVectorParams(modifier=models.Modifier.IDF)
                for name in (LEXICAL, CORE)
            },
        )
        for field, kind in PAYLOAD_INDEXES.items():
            self._client.create_payload_index(self._name, field, _PAYLOAD_TYPES[kind], wait=True)

    def _scroll(self, condition: Any, limit: int) -> list[int]:
        with _errors():
            records, _ = self._client.scroll(
                self._name, scroll_filter=condition, limit=limit, with_payload=False
            )
        return [point_key(record.id) for record in records]

    def _exact_scores(self, keys: Sequence[int], searches: Searches) -> Scored:
        among = models.Filter(must=[self._dialect.has_id(keys)])
        batch = self._client.query_batch_points(
            self._name,
            [
                models.QueryRequest(query=vector, using=name, filter=among, limit=len(keys))
                for name, vector in searches.items()
            ],
        )
        return {
            name: {point_key(point.id): point.score for point in response.points}
            for name, response in zip(searches, batch, strict=True)
        }


def _searches(vectors: QueryVectors) -> Searches:
    searches: Searches = {}
    if vectors.dense is not None:
        searches[DENSE] = vectors.dense.tolist()
    if vectors.lexical is not None and vectors.lexical.indices:
        for name in (LEXICAL, CORE):
            searches[name] = _sparse(vectors.lexical)
    return searches


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (ApiException, httpx.HTTPError, OSError) as error:
        raise IndexUnavailable(
            f"the Qdrant server does not answer as it should: {error}"
        ) from error
