"""What PostgreSQL and the index of a data directory hold."""

from pathlib import Path

from app.db.engine import connect
from app.db.postgres import EmbeddedPostgres
from benchmarks.changes import Stores, read_stores


def look_up(data_dir: Path) -> Stores:
    """Of a service that has ended, since only one process can open its index."""
    postgres = EmbeddedPostgres(data_dir / "postgres")
    engine = connect(postgres.url)
    try:
        return read_stores(engine, data_dir / "index")
    finally:
        engine.dispose()
        postgres.stop()
