"""A PostgreSQL of a benchmark's own, that begins empty and leaves nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres


@contextmanager
def own_database(name: str) -> Iterator[Engine]:
    """With all tables; `name` is in that of its temporary folder."""
    with TemporaryDirectory(prefix=f"endcap-{name}-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            engine = connect(postgres.url)
            migrate(engine)
            yield engine
            engine.dispose()
        finally:
            postgres.stop()
