"""`endcap train --from-events` on a database alone, as beside a running service."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from ranking.model_store import ModelStore
from tests.integration.shop import create_database
from tests.shoppers import World, looks_down, store


@pytest.fixture(scope="module")
def url(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with a log, and no index anywhere."""
    address = create_database(postgres, tmp_path_factory.mktemp("training-command").name)
    engine = connect(address)
    try:
        migrate(engine)
        store(engine, World().clickthroughs(4_000, looks_down(1.0), until=datetime.now(UTC)))
        yield address
    finally:
        engine.dispose()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


def train(url: str, data_dir: Path, *options: str) -> Result:
    settings: dict[str, Any] = {"ENDCAP_DATABASE_URL": url, "ENDCAP_DATA_DIR": str(data_dir)}
    return CliRunner().invoke(main, ["train", *options], env=settings)


def test_model_from_events_is_live_and_the_next_is_refused(url: str, data_dir: Path) -> None:
    models = ModelStore(data_dir / "models")

    first = train(url, data_dir, "--from-events")
    live = models.live_version()
    second = train(url, data_dir, "--from-events", "--seed", "2")

    assert (first.exit_code, second.exit_code) == (0, 1), first.output + second.output
    assert f"model {live} is live" in first.output
    assert "better: held-out lists" in first.output
    assert f"what was live stays live: {live}" in second.output
    assert models.live_version() == live
    assert len(models.versions()) == 2


def test_nothing_goes_live_that_is_not_to(url: str, data_dir: Path) -> None:
    done = train(url, data_dir, "--from-events", "--no-promote", "--architecture", "gam")

    models = ModelStore(data_dir / "models")
    assert done.exit_code == 0, done.output
    assert models.live_version() is None
    version = models.versions()[0]
    assert models.manifest(version).architecture == "gam"
    curves = models.curves(version)
    assert curves is not None
    assert curves.added["rating"][-1] > curves.added["rating"][0] == 0.0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "say what to learn from"),
        (["--from-events", "--every", "daily"], "--every: expected a number with s, m, h or d"),
        (["--from-events", "--compare", "--every", "6h"], "leave out --every"),
        (["--from-events", "--days", "0.0001"], "no list that anything was done with"),
        (["--from-events", "--architecture", "forest"], "'forest' is not one of"),
    ],
)
def test_what_cannot_be_trained_is_one_line_and_exit_2(
    url: str, data_dir: Path, options: list[str], says: str
) -> None:
    done = train(url, data_dir, *options)

    assert done.exit_code == 2, done.output
    assert says in done.output
