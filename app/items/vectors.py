"""The cache of dense vectors in Postgres, by encoder revision and text."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import embeddings
from indexing.candidates import Floats


class PostgresVectorCache:
    """Commits on its own: a vector stays true whatever becomes of the batch that needed it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, revision: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        statement = select(embeddings.c.text_hash, embeddings.c.vector).where(
            embeddings.c.revision == revision,
            embeddings.c.text_hash == func.any(bindparam("hashes")),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement, {"hashes": list(hashes)})
            return {row.text_hash: np.frombuffer(row.vector, dtype="<f4") for row in rows}

    def put(self, revision: str, vectors: Mapping[bytes, Floats]) -> None:
        rows = [
            {"revision": revision, "text_hash": name, "vector": vector.astype("<f4").tobytes()}
            for name, vector in vectors.items()
        ]
        with self._engine.begin() as connection:
            connection.execute(insert(embeddings).on_conflict_do_nothing(), rows)
