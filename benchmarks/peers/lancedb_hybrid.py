"""LanceDB's hybrid search with sentence-transformers as its own embedding function."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.systems import Ask
from indexing.candidates import Floats
from indexing.composition import dense_text
from indexing.documents import Item
from indexing.sentence_encoder import bundled_model

SETTINGS = {
    "text": "title, brand and description in one column, also what was embedded",
    "vectors": "all-MiniLM-L6-v2, cosine, IVF_HNSW_SQ at LanceDB's defaults: the fastest on this "
    "catalogue of none, IVF_FLAT, IVF_PQ and IVF_HNSW_SQ; its guide holds an index unnecessary "
    "below 100,000 rows, and that is slower here",
    "words": "native full-text index at its defaults: English stemmer and stop words",
    "fusion": "RRFReranker, K = 60",
    "query encoding": "LanceDB's embedding registry, SentenceTransformer.encode, in every query",
    "returned": "only the ids, no filter",
}
_DISTANCE = "cosine"


class LanceHybrid:
    """One table, built anew by each run in about 10 s."""

    def __init__(self, folder: Path, items: Sequence[Item], vectors: Floats) -> None:
        # Read when the library is loaded; it would else print two warnings with every query.
        os.environ["LANCEDB_LOG"] = "error"
        import lancedb
        from lancedb.embeddings import EmbeddingFunctionConfig, get_registry
        from lancedb.index import FTS, HnswSq
        from lancedb.rerankers import RRFReranker

        encoder = (
            get_registry()
            .get("sentence-transformers")
            .create(name=str(bundled_model()), device="cpu")
        )
        shutil.rmtree(folder, ignore_errors=True)
        self._table: Any = lancedb.connect(str(folder)).create_table(
            "items",
            data=[
                {"id": item.id, "text": dense_text(item), "vector": vector}
                for item, vector in zip(items, vectors, strict=True)
            ],
            embedding_functions=[
                EmbeddingFunctionConfig(
                    vector_column="vector", source_column="text", function=encoder
                )
            ],
        )
        self._table.create_index("text", config=FTS())
        self._table.create_index("vector", config=HnswSq(distance_type=_DISTANCE))
        self._reranker = RRFReranker(K=60)

    def asking(self, limit: int) -> Ask:
        def ask(text: str) -> bytes:
            found = (
                self._table.search(
                    text, query_type="hybrid", vector_column_name="vector", fts_columns="text"
                )
                .distance_type(_DISTANCE)
                .rerank(self._reranker)
                .select(["id"])
                .limit(limit)
                .to_arrow()["id"]
                .to_pylist()
            )
            if not found:
                raise ValueError(f"LanceDB found nothing for {text!r}")
            return b""

        return ask
