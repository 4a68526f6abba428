"""Files of the embedded index are damaged on purpose while nothing is running: a start finds it out
and puts it right by itself."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.commands.indexing import index_waiting
from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from indexing.documents import Item
from indexing.encoder import HashEncoder
from indexing.queries import SearchQuery
from tests.damage import DAMAGES, copy_index, files_of, role_of
from tests.integration.shop import create_database

EVERY = int(os.environ.get("ENDCAP_TEST_EVERY", "7"))
"""Of the cases, each of so many is tried; 1 tries all."""

WORDS = [
    *("amber", "birch", "cedar", "dune", "ember", "flint", "grove"),
    *("hazel", "iris", "jade", "kelp", "lark", "moss", "nettle"),
]
ITEMS = 140


def make_items() -> list[Item]:
    return [
        Item(
            id=f"item-{n}",
            title=f"{WORDS[n % 14]} {WORDS[(n // 14) % 14]} lamp number{n}",
            brand=f"brand {n % 7}",
            categories=("Lamps", f"Lamps/{WORDS[n % 5]}"),
            price=float(n),
            currency="EUR",
            in_stock=n % 3 > 0,
            rating=None if n % 4 else 4.5,
            review_count=n,
            popularity=n / ITEMS,
            group_id=f"group {n // 2}",
            attributes={"mpn": f"AB-{n:04}", "colour": WORDS[n % 3]},
        )
        for n in range(ITEMS)
    ]


class Installation:
    """A database and the index that was made of it, closed; the index is damaged in copies."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self.engine = engine
        self.settings = Settings(data_dir=data_dir)
        self.sound = data_dir.with_name("sound")

    def open(self) -> Live:
        return Live(self.settings, engine=self.engine, encoder=HashEncoder())

    def restore(self) -> None:
        """Also the repairs before are forgotten, of which there is but one a minute."""
        with self.engine.begin() as connection:
            connection.execute(text("delete from tasks"))
        copy_index(self.sound, self.settings.index_dir)


@pytest.fixture(scope="module")
def installation(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("damaged")
    engine = connect(create_database(postgres, "damaged"))
    migrate(engine)
    made = Installation(engine, folder / "var")
    with made.open() as live:
        with engine.begin() as connection:
            write_items(connection, make_items())
        index_waiting(live)
    copy_index(made.settings.index_dir, made.sound)
    yield made
    engine.dispose()


def start_and_heal(installation: Installation) -> tuple[Live, int]:
    """As a service does, one step after the other; returns how many repairs that took."""
    live = installation.open()
    index_waiting(live)
    repairs = 0
    for _ in range(3):
        live.index_guard.look()
        live.rebuild_runner.run_waiting()
        while live.outbox.run_batch():
            pass
        found = live.index_guard.last
        assert found is not None
        if found.damage is None and not found.stale and not found.ghosts:
            return live, repairs
        repairs += found.damage is not None
        live.index_guard.forget()
    raise AssertionError(f"still not right: {live.index_guard.last}")


def check_all_are_found_once(live: Live) -> None:
    live.store.refresh()
    with live.index.lease() as serving:
        assert serving.index.count() == ITEMS
    assert len(live.search.search(SearchQuery(text="", per_page=100)).hits) > 0
    for item in make_items()[::10]:
        hits = live.search.search(SearchQuery(text=item.title, group=False)).hits
        assert [hit.id for hit in hits].count(item.id) == 1
        assert hits[0].id == item.id


def test_sound_index_is_left_as_it_is(installation: Installation) -> None:
    installation.restore()

    live, repairs = start_and_heal(installation)

    with live:
        assert repairs == 0
        assert not (installation.settings.index_dir / "damaged").exists()
        check_all_are_found_once(live)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_file_that_is_damaged_at_rest_is_put_right_by_the_next_start(
    installation: Installation, damage: str
) -> None:
    installation.restore()
    files = files_of(installation.settings.index_dir)
    assert len(files) > 60

    failed = []
    for n, file in enumerate(files):
        if n % EVERY != list(DAMAGES).index(damage) % EVERY:
            continue
        installation.restore()
        DAMAGES[damage](installation.settings.index_dir / file)
        try:
            live, _ = start_and_heal(installation)
            with live:
                check_all_are_found_once(live)
        except Exception as error:  # all are tried, and told together
            failed.append(f"{role_of(file)}: {type(error).__name__}: {error}"[:300])

    assert failed == []
