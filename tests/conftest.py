"""Real parts for the tests that need them: PostgreSQL from its wheel, and a live service."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text

from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.db.tables import metadata
from tests.e2e.command import Service, running_postgres, serving

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class EndedDemo(NamedTuple):
    """The data directory of an `endcap demo` that was told to end, and how it did."""

    data_dir: Path
    exit_status: int
    postgres: int | None
    """The process id of the PostgreSQL that it left running, if it did."""
    output: str

    def copy_to(self, folder: Path) -> Path:
        """A data directory of its own for a test that changes it."""
        copy = folder / "var"
        # PostgreSQL insists on the owner and the mode of its files, which shutil does not keep.
        subprocess.run(["cp", "-a", self.data_dir, copy], check=True)
        return copy


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("database") / "postgres")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    engine = connect(postgres.url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(migrated: Engine) -> Engine:
    """A database without rows. The code under test commits, so there is nothing to roll back."""
    with migrated.begin() as connection:
        # Else the records among the tables refuse to be emptied.
        connection.execute(text("set local session_replication_role = replica"))
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"truncate {names} restart identity cascade"))
    return migrated


@pytest.fixture(scope="session")
def ended_demo(tmp_path_factory: pytest.TempPathFactory) -> EndedDemo:
    """`endcap demo` has run here once: sample catalogue, rules and a trained model. It is what
    takes long, so every test that needs a demo copies this one."""
    data_dir = tmp_path_factory.mktemp("demo") / "var"
    with serving("demo", data_dir) as service:
        exit_status = service.terminate()
        return EndedDemo(data_dir, exit_status, running_postgres(data_dir), service.output)


@pytest.fixture(scope="session")
def live_service(
    ended_demo: EndedDemo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """`endcap demo` in a process of its own, shared by the tests that do not change it."""
    with serving("demo", ended_demo.copy_to(tmp_path_factory.mktemp("live"))) as service:
        yield service
