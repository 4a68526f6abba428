"""A whole Endcap in this process on real PostgreSQL and real Qdrant Edge, with the hash encoder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from indexing.documents import Item
from indexing.encoder import HashEncoder
from rules import tolerance

Fill = Callable[..., None]


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """What a service loads before it answers; a first search that loads it has no time left for
    what it can do without."""
    tolerance.warm_up()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Live]:
    with Live(settings, engine=engine, encoder=HashEncoder()) as opened:
        yield opened


@pytest.fixture
def fill(live: Live) -> Fill:
    """Writes items and indexes them."""

    def write(*items: Item) -> None:
        with live.engine.begin() as connection:
            write_items(connection, items)
        while live.outbox.run_batch():
            pass
        live.store.refresh()

    return write
