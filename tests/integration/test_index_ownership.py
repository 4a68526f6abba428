"""Whose an embedded index is: it is refused to another database, and goes along where its own is
moved, copied or put back."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from qdrant_client import QdrantClient
from sqlalchemy import text

from app.cli import main
from app.db.postgres import EmbeddedPostgres
from app.items.repository import write_items
from app.live import Live
from app.reindex.requests import request_rebuild
from app.settings import Settings
from app.tasks.repository import create_task
from indexing import edge_collections
from indexing.collections import ForeignIndex
from indexing.edge_collections import EdgeCollections
from indexing.edge_index import write_durably
from indexing.encoder import HashEncoder
from indexing.errors import IndexInUse, IndexUnavailable
from tests.factories import make_item
from tests.integration.installation import (
    SERVER,
    CountingEncoder,
    Installation,
    as_an_earlier_release_left_it,
    files,
    ids,
    items,
)
from tests.integration.shop import copy_database, create_database, dump, restore

Install = Callable[[str], Installation]


@pytest.fixture
def install(postgres: EmbeddedPostgres, tmp_path: Path) -> Install:
    def make(name: str) -> Installation:
        return Installation(create_database(postgres, f"{tmp_path.name}-{name}"), tmp_path / "var")

    return make


def copied(place: Installation, postgres: EmbeddedPostgres) -> Installation:
    """The same data directory beside a database that was restored from the one."""
    return Installation(copy_database(postgres, place.url, "copy"), place.settings.data_dir)


@pytest.mark.parametrize("command", ["serve", "demo", "import-items", "evaluate", "train"])
def test_index_of_another_database_is_refused_in_one_line(
    command: str, install: Install, tmp_path: Path
) -> None:
    shop, other = install("shop"), install("other")
    shop.index(*items("kettle", 3))
    before = files(shop.settings.index_dir)
    feed, judgments = tmp_path / "feed.jsonl", tmp_path / "judgments.csv"
    feed.write_text('{"id": "sofa", "title": "Sofa"}\n')
    judgments.write_text("query,item_id,grade\nkettle,kettle-00,1\n")
    arguments = {"import-items": [feed], "serve": [], "demo": []}

    done = CliRunner().invoke(
        main,
        [command, *map(str, arguments.get(command, ["--judgments", judgments]))],
        env=other.environment(),
    )

    assert done.exit_code == 2, done.output
    line = done.output.splitlines()[-1]
    assert line.startswith("endcap: ENDCAP_DATA_DIR: ")
    assert str(shop.settings.index_dir) in line
    assert "ENDCAP_DATABASE_URL" in line
    assert files(shop.settings.index_dir) == before
    assert other.waiting() == 0
    assert shop.index() == ids("kettle", 3)


def test_foreign_index_is_neither_moved_nor_swept(install: Install) -> None:
    shop, other = install("shop"), install("other")
    shop.index(*items("kettle", 3))
    half_made = shop.settings.index_dir / "items-0123456789ab-99"
    half_made.mkdir()
    client = QdrantClient(":memory:")
    environment = other.environment() | {"ENDCAP_QDRANT_URL": SERVER}
    before = files(shop.settings.index_dir)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qdrant_client.QdrantClient", lambda **_: client)
        done = CliRunner().invoke(main, ["move-index"], env=environment)

    assert done.exit_code == 2
    assert "ENDCAP_DATA_DIR" in done.output.splitlines()[-1]
    assert files(shop.settings.index_dir) == before
    assert half_made.exists()


def test_database_restored_from_a_backup_follows_its_index_and_brings_it_in_step(
    install: Install, postgres: EmbeddedPostgres
) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 10))
    restored = copied(shop, postgres)
    shop.index(make_item("kettle-03", title="After the backup"), make_item("ghost"))
    restored.write(make_item("kettle-04", title="Since the restore"), make_item("other"))
    encoder = CountingEncoder()

    shown = restored.index(encoder=encoder)

    assert shown == sorted([*ids("kettle", 10), "other"])
    assert sorted(encoder.embedded) == ["Item other", "Since the restore"]
    points = {item_id: version for _, version, item_id in restored.points()}
    assert points == dict.fromkeys(shown, 1) | {"kettle-04": 2}
    with pytest.raises(ForeignIndex, match="ENDCAP_DATA_DIR"):
        shop.index()
    assert restored.index() == shown


def test_restored_database_does_not_take_an_index_that_is_in_use(
    install: Install, postgres: EmbeddedPostgres
) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 3))
    restored = copied(shop, postgres)

    with shop.live() as live:
        before = files(shop.settings.index_dir)
        with pytest.raises(IndexInUse):
            restored.index()
        assert files(shop.settings.index_dir) == before
        assert live.index.collections.live() is not None

    assert shop.index() == ids("kettle", 3)


def test_dump_restored_in_place_is_brought_in_step(install: Install) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 5))
    backup = dump(shop.url)
    shop.index(make_item("kettle-01", title="After the backup"), make_item("ghost"))

    restore(shop.url, backup, clean=True)

    assert shop.index() == ids("kettle", 5)
    assert [(version, item_id) for _, version, item_id in shop.points()] == [
        (1, item_id) for item_id in ids("kettle", 5)
    ]


def test_key_that_a_restored_database_gives_to_another_item_shows_that_item(
    install: Install, postgres: EmbeddedPostgres
) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 3))
    restored = copied(shop, postgres)
    shop.index(make_item("ghost"))
    restored.write(make_item("newcomer"))  # It gets the key that the ghost has in the index.
    with restored.database() as engine, engine.begin() as connection:
        connection.execute(text("delete from outbox"))

    assert restored.index() == sorted([*ids("kettle", 3), "newcomer"])
    assert [item_id for _, _, item_id in restored.points()] == [*ids("kettle", 3), "newcomer"]


def test_way_back_does_not_bring_ghosts(install: Install, postgres: EmbeddedPostgres) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 3))
    restored = copied(shop, postgres)
    shop.index(make_item("ghost"), make_item("kettle-00", title="After the backup"))
    with shop.live() as live:
        rebuild(live)
    with restored.live() as live:
        while live.outbox.run_batch():
            pass
        with live.engine.begin() as connection:
            create_task(connection, "reindex.rollback", "a test")
        live.rebuild_runner.run_waiting()

    assert [(version, item_id) for _, version, item_id in restored.points()] == [
        (1, item_id) for item_id in ids("kettle", 3)
    ]


def rebuild(live: Live) -> None:
    with live.engine.begin() as connection:
        request_rebuild(connection, "a test", None, "a test")
    assert live.rebuild_runner.run_waiting() == 1


def in_a_data_directory(folder: Path, *ids_: str) -> list[str]:
    """What is in the index of a service that has everything in that data directory, once these are
    in it."""
    with Live(Settings(data_dir=folder), encoder=HashEncoder()) as live:
        with live.engine.begin() as connection:
            write_items(connection, [make_item(item_id) for item_id in ids_])
        while live.outbox.run_batch():
            pass
        index = live.index.current().index
        return [ref.item_id for ref in index.scroll_refs(None, 100)]


def owner_in(folder: Path) -> str:
    live = EdgeCollections(folder / "index").live()
    assert live is not None
    return live.owner


def test_copied_data_directory_has_an_index_of_its_own_and_a_moved_one_the_same(
    tmp_path: Path,
) -> None:
    original, copy, moved = (tmp_path / name for name in ("original", "copy", "moved"))
    in_a_data_directory(original, "a", "b")
    owner = owner_in(original)
    subprocess.run(["cp", "-a", original, copy], check=True)

    assert in_a_data_directory(copy, "c") == ["a", "b", "c"]
    assert owner_in(copy) != owner
    original.rename(moved)
    assert in_a_data_directory(moved, "d") == ["a", "b", "d"]
    assert owner_in(moved) == owner
    assert in_a_data_directory(copy) == ["a", "b", "c"]


def test_index_in_a_copied_data_directory_is_refused_to_the_original_database(
    tmp_path: Path,
) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    in_a_data_directory(original, "a")
    subprocess.run(["cp", "-a", original, copy], check=True)
    in_a_data_directory(copy)
    subprocess.run(["cp", "-a", copy / "index", tmp_path / "index"], check=True)
    subprocess.run(["rm", "-r", original / "index"], check=True)
    (tmp_path / "index").rename(original / "index")

    with pytest.raises(ForeignIndex, match="ENDCAP_DATA_DIR"):
        in_a_data_directory(original)


def test_index_of_the_release_before_is_adopted_after_a_look(install: Install) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 30))
    with shop.live() as live:
        rebuild(live)
    as_an_earlier_release_left_it(shop)
    encoder = CountingEncoder()

    assert shop.index(encoder=encoder) == ids("kettle", 30)

    assert encoder.embedded == []
    assert {info.owner for info in shop.collections().all()} == {shop.identity().id}
    assert len(shop.collections().all()) == 2


def test_index_of_the_release_before_whose_keys_are_other_items_is_refused(
    install: Install,
) -> None:
    shop, other = install("shop"), install("other")
    shop.index(*items("kettle", 5))
    as_an_earlier_release_left_it(shop)
    for item in reversed(items("kettle", 5)):  # Imported in another order, they have other keys.
        other.write(item)
    before = shop.points()

    with pytest.raises(ForeignIndex, match="ENDCAP_DATA_DIR"):
        other.index()

    assert shop.points() == before
    assert {info.owner for info in shop.collections().all()} == {""}
    assert shop.index() == ids("kettle", 5)


def test_index_of_the_release_before_is_refused_to_an_empty_database(install: Install) -> None:
    shop, other = install("shop"), install("other")
    shop.index(*items("kettle", 5))
    as_an_earlier_release_left_it(shop)

    with pytest.raises(ForeignIndex, match="ENDCAP_DATA_DIR"):
        other.index()

    assert shop.index() == ids("kettle", 5)


def test_empty_index_of_the_release_before_is_adopted(install: Install) -> None:
    shop = install("shop")
    shop.index()
    as_an_earlier_release_left_it(shop)

    assert shop.index(*items("kettle", 2)) == ids("kettle", 2)

    assert {info.owner for info in shop.collections().all()} == {shop.identity().id}


def test_index_of_the_release_before_is_adopted_while_nearly_all_items_still_wait(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reindex.ownership.SAMPLE", 1)
    shop = install("shop")
    shop.index(*items("kettle", 1))
    shop.write(*items("sofa", 200))
    as_an_earlier_release_left_it(shop)

    assert len(shop.index()) == 100  # of 201, on one page

    assert {info.owner for info in shop.collections().all()} == {shop.identity().id}


def test_adoption_that_was_cut_off_is_finished_and_the_points_are_looked_at(
    install: Install, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = install("shop")
    shop.index(*items("kettle", 3))
    with shop.live() as live:
        rebuild(live)
    restored = copied(shop, postgres)
    shop.index(make_item("ghost"))
    written: list[Path] = []

    def breaks(file: Path, content: bytes) -> None:
        if written:
            raise OSError("the machine is gone")
        written.append(file)
        write_durably(file, content)

    with monkeypatch.context() as broken:
        broken.setattr(edge_collections, "write_durably", breaks)
        with pytest.raises(IndexUnavailable):
            restored.index()
    owners = {info.owner for info in restored.collections().all()}
    assert owners == {shop.identity().id, restored.identity().id}

    assert restored.index() == ids("kettle", 3)
    assert [item_id for _, _, item_id in restored.points()] == ids("kettle", 3)


def test_index_that_lost_its_database_is_told_from_one_that_was_restored(
    install: Install,
) -> None:
    """A backup from before databases had an identity knows nothing of the index's owner."""
    shop = install("shop")
    shop.index(*items("kettle", 3))
    with shop.database() as engine, engine.begin() as connection:
        connection.execute(text("update database_identity set id = gen_random_uuid()"))

    with pytest.raises(ForeignIndex, match="ENDCAP_DATA_DIR"):
        shop.index()


def test_api_says_whose_the_collections_are(install: Install) -> None:
    shop = install("shop")
    with shop.live() as live:
        info = live.index.collections.live()

    assert info is not None
    assert msgspec.to_builtins(info)["owner"] == shop.identity().id
