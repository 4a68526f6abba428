"""Several databases on one Qdrant server: each has an index of its own there, and none touches
another's."""

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from qdrant_client import models

from app.cli import main
from app.commands.adopt_index import adopt_index
from app.commands.failures import CommandFailed
from app.db.postgres import EmbeddedPostgres
from app.items.indexers import IndexerPresence
from app.items.repository import write_items
from app.live import Live
from app.reindex.requests import request_rebuild
from app.tasks.repository import create_task, read_task
from indexing.collections import ForeignIndex
from indexing.errors import IndexUnavailable
from indexing.qdrant_collections import prefix_of
from indexing.qdrant_index import QdrantItemIndex
from indexing.queries import SearchQuery
from tests.factories import make_item
from tests.integration.installation import (
    CountingEncoder,
    Installation,
    SharedServer,
    as_an_earlier_release_left_it,
    ids,
    items,
    own_collections,
    set_alias,
)
from tests.integration.shop import copy_database, create_database, drop_database

Install = Callable[..., Installation]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SharedServer]:
    """What every client of this process talks to."""
    shared = SharedServer()
    monkeypatch.setattr("qdrant_client.QdrantClient", lambda **_: shared)
    with warnings.catch_warnings():
        # The local mode warns that it keeps no payload indexes, which is no matter here.
        warnings.simplefilter("ignore", UserWarning)
        yield shared


@pytest.fixture
def install(postgres: EmbeddedPostgres, tmp_path: Path, server: SharedServer) -> Install:
    def make(name: str, prefix: str = "") -> Installation:
        url = create_database(postgres, f"{tmp_path.name}-{name}")
        return Installation(url, tmp_path / name, prefix)

    return make


def feed(folder: Path, kind: str, count: int) -> Path:
    file = folder / f"{kind}.jsonl"
    lines = [json.dumps({"id": item.id, "title": item.title}) for item in items(kind, count)]
    file.write_text("\n".join(lines))
    return file


def run(place: Installation, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env=place.environment())


def refused(result: Result) -> str:
    """The one line, without what had been said before."""
    assert result.exit_code == 2, result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("endcap: ")]
    assert result.output.splitlines()[-1] == line
    return line


def found(place: Installation) -> list[str]:
    """All that is on sale there."""
    return place.index()


def test_two_installations_on_one_server_find_each_their_own(
    install: Install, server: SharedServer, tmp_path: Path
) -> None:
    production, staging = install("production"), install("staging")

    kettles = run(production, "import-items", feed(tmp_path, "kettle", 30))
    sofas = run(staging, "import-items", feed(tmp_path, "sofa", 10))

    assert "30 items indexed, 30 in the index" in kettles.output
    assert "10 items indexed, 10 in the index" in sofas.output
    for place, kind, count in ((production, "kettle", 30), (staging, "sofa", 10)):
        with Live(place.settings) as live:
            everything = live.search.search(SearchQuery(per_page=100)).hits
            asked = live.search.search(SearchQuery(text="sofa", per_page=100)).hits
        assert sorted(hit.id for hit in everything) == ids(kind, count)
        assert {hit.id.split("-")[0] for hit in asked} <= {kind}
    held = [[ref.item_id for ref in points] for _, points in server.state()["collections"].values()]
    assert sorted(map(sorted, held)) == [ids("kettle", 30), ids("sofa", 10)]


def test_names_begin_with_the_identity_or_with_the_setting(
    install: Install, server: SharedServer
) -> None:
    by_identity, by_setting = install("one"), install("two", "spring-sale")

    by_identity.index(*items("kettle", 1))
    by_setting.index(*items("sofa", 1))

    prefix = prefix_of(by_identity.identity().id)
    assert prefix == f"endcap-{by_identity.identity().id.replace('-', '')[:12]}"
    state = server.state()
    assert set(state["aliases"]) == {f"{prefix}-live", "spring-sale-live"}
    owners = {
        name.partition("-items-")[0]: metadata["endcap"]["owner"]
        for name, (metadata, _) in state["collections"].items()
    }
    assert owners == {
        prefix: by_identity.identity().id,
        "spring-sale": by_setting.identity().id,
    }


@pytest.mark.parametrize(
    "command",
    ["serve", "demo", "worker", "import-items", "evaluate", "train", "train-encoder", "move-index"],
)
def test_prefix_of_another_installation_is_refused_before_anything_is_touched(
    command: str, install: Install, server: SharedServer, tmp_path: Path
) -> None:
    production, staging = install("production", "shop"), install("staging", "shop")
    production.index(*items("kettle", 3))
    judgments = tmp_path / "judgments.csv"
    judgments.write_text("query,item_id,grade\nkettle,kettle-00,1\n")
    arguments: dict[str, list[str | Path]] = {
        "import-items": [feed(tmp_path, "sofa", 2)],
        "evaluate": ["--judgments", judgments],
        "train": ["--judgments", judgments],
        "train-encoder": ["--judgments", judgments],
    }
    staging.settings.index_dir.mkdir(parents=True)
    before = server.state()

    line = refused(run(staging, command, *arguments.get(command, [])))

    assert "ENDCAP_QDRANT_PREFIX" in line
    assert "'shop'" in line
    assert "belongs to another database" in line
    assert server.state() == before
    assert staging.waiting() == 0
    assert found(production) == ids("kettle", 3)


def test_collection_without_an_alias_makes_a_prefix_another_installations_too(
    install: Install, server: SharedServer
) -> None:
    production, staging = install("production", "shop"), install("staging", "shop")
    production.index(*items("kettle", 3))
    (live,) = own_collections(server, production.identity().id, "shop").all()
    production_alone = own_collections(server, production.identity().id, "shop")
    production_alone.create(live.spec)
    server.delete_collection(live.name)
    before = server.state()

    with pytest.raises(ForeignIndex, match="ENDCAP_QDRANT_PREFIX"):
        staging.index(*items("sofa", 1))

    assert server.state() == before


def test_alias_of_somebody_elses_collection_is_not_moved(
    install: Install, server: SharedServer
) -> None:
    vectors = models.VectorParams(size=2, distance=models.Distance.COSINE)
    server.create_collection("holidays", vectors_config=vectors)
    set_alias(server, "shop-live", "holidays")

    with pytest.raises(ForeignIndex, match="ENDCAP_QDRANT_PREFIX"):
        install("one", "shop").index(*items("kettle", 1))

    assert server.state()["aliases"] == {"shop-live": "holidays"}


@pytest.mark.parametrize("kind", ["reindex", "reindex.rollback"])
def test_running_service_whose_alias_was_taken_touches_nothing(
    kind: str, install: Install, server: SharedServer
) -> None:
    production, other = install("production", "shop"), install("other", "elsewhere")
    production.index(*items("kettle", 3))
    other.index(*items("sofa", 2))
    with production.live() as live:
        with live.engine.begin() as connection:
            request_rebuild(connection, "so that there is a way back", None, "a test")
        live.rebuild_runner.run_waiting()
        set_alias(server, "shop-live", server.state()["aliases"]["elsewhere-live"])
        before = server.state()

        with live.engine.begin() as connection:
            write_items(connection, [make_item("new")])
            task = create_task(connection, kind, "a test")  # type: ignore[arg-type]
        with pytest.raises(ForeignIndex):
            live.outbox.run_batch()
        live.rebuild_runner.run_waiting()

        with live.engine.connect() as connection:
            ended = read_task(connection, task)
        assert ended.status == "failed"
        assert "ENDCAP_QDRANT_PREFIX" in ended.errors[0]["reason"]
        assert live.outbox.waiting() == 1
        shown = {hit.id for hit in live.search.search(SearchQuery()).hits}
        assert shown >= set(ids("kettle", 3))
    assert server.state() == before


def test_rebuild_and_rollback_leave_the_other_installation_alone(
    install: Install, server: SharedServer
) -> None:
    production, staging = install("production"), install("staging")
    production.index(*items("kettle", 3))
    staging.index(*items("sofa", 2))
    with staging.live() as live:
        for kind in ("reindex", "reindex", "reindex.rollback"):
            with live.engine.begin() as connection:
                if kind == "reindex":
                    request_rebuild(connection, "a test", None, "a test")
                else:
                    create_task(connection, kind, "a test")
            assert live.rebuild_runner.run_waiting() == 1

    assert found(production) == ids("kettle", 3)
    assert found(staging) == ids("sofa", 2)


def test_copy_of_a_database_builds_an_index_of_its_own_and_says_so(
    install: Install,
    server: SharedServer,
    postgres: EmbeddedPostgres,
    caplog: pytest.LogCaptureFixture,
) -> None:
    production = install("production")
    production.index(*items("kettle", 30))
    production.write(make_item("late"))  # The copy has it on its waiting list, too.
    copy = copied(production, postgres)
    before = server.state()
    encoder = CountingEncoder()

    shown = copy.index(encoder=encoder)

    assert shown == [*ids("kettle", 30), "late"]
    assert encoder.embedded == ["Item late"]
    told = [record.getMessage() for record in caplog.records if "copy of another" in record.message]
    assert len(told) == 1
    assert "endcap adopt-index" in told[0]
    after = server.state()
    for name, held in before["collections"].items():
        assert after["collections"][name] == held
    caplog.clear()
    copy.index()
    assert "copy of another" not in caplog.text
    assert found(production) == [*ids("kettle", 30), "late"]


def test_copy_with_the_prefix_of_its_original_is_refused_and_told_of_the_way_out(
    install: Install, server: SharedServer, postgres: EmbeddedPostgres
) -> None:
    production = install("production", "shop")
    production.index(*items("kettle", 3))
    copy = copied(production, postgres)
    before = server.state()

    line = refused(run(copy, "serve"))

    assert "ENDCAP_QDRANT_PREFIX" in line
    assert "the database that this one is a copy of" in line
    assert "endcap adopt-index" in line
    assert server.state() == before


@pytest.mark.parametrize("prefix", ["", "shop"])
def test_moved_database_adopts_its_index_and_it_is_brought_in_step(
    prefix: str, install: Install, server: SharedServer, postgres: EmbeddedPostgres
) -> None:
    production = install("production", prefix)
    production.index(*items("kettle", 10))
    moved = copied(production, postgres)
    production.index(make_item("kettle-03", title="After the backup"), make_item("ghost"))
    identity = production.identity()
    drop_database(postgres, production.url)
    collections = set(server.state()["collections"])

    done = run(moved, "adopt-index")

    assert done.exit_code == 0, done.output
    assert "own again" in done.output
    assert moved.identity() == identity
    encoder = CountingEncoder()
    assert moved.index(encoder=encoder) == ids("kettle", 10)
    assert encoder.embedded == []
    assert set(server.state()["collections"]) == collections
    ((_, points),) = server.state()["collections"].values()
    assert [(ref.version, ref.item_id) for ref in points] == [
        (1, item) for item in ids("kettle", 10)
    ]


def test_index_that_was_made_before_the_adoption_is_named(
    install: Install, server: SharedServer, postgres: EmbeddedPostgres
) -> None:
    production = install("production")
    production.index(*items("kettle", 2))
    moved = copied(production, postgres)
    moved.index(*items("sofa", 1))
    (own,) = own_collections(server, moved.identity().id, prefix_of(moved.identity().id)).all()

    done = run(moved, "adopt-index")

    assert own.name in done.output
    assert moved.index() == sorted([*ids("kettle", 2), *ids("sofa", 1)])


def test_database_that_is_no_copy_has_nothing_to_adopt(install: Install) -> None:
    place = install("one")
    place.index(*items("kettle", 1))

    assert "nothing to adopt" in refused(run(place, "adopt-index"))
    assert found(place) == ids("kettle", 1)


def test_copy_of_a_database_without_an_index_here_has_nothing_to_adopt(
    install: Install, server: SharedServer, postgres: EmbeddedPostgres
) -> None:
    production = install("production")
    production.write(*items("kettle", 1))
    identity = production.identity()
    copy = copied(production, postgres)

    with copy.database() as engine, pytest.raises(CommandFailed, match="nothing to adopt"):
        adopt_index(copy.settings, engine)

    assert copy.identity().id != identity.id


def test_nothing_is_adopted_beside_a_running_service(
    install: Install, server: SharedServer, postgres: EmbeddedPostgres
) -> None:
    production = install("production")
    production.index(*items("kettle", 1))
    copy = copied(production, postgres)
    identity = copy.identity()

    with copy.database() as engine, IndexerPresence(engine):
        line = refused(run(copy, "adopt-index"))

    assert "stop it first" in line
    assert copy.identity() == identity


def test_index_of_the_release_before_is_adopted_by_the_database_that_it_was_made_of(
    install: Install, server: SharedServer
) -> None:
    place = install("one")
    place.index(*items("kettle", 30))
    with place.live() as live:
        with live.engine.begin() as connection:
            request_rebuild(connection, "a test", None, "a test")
        live.rebuild_runner.run_waiting()
    as_an_earlier_release_left_it(server)
    before = server.state()
    assert set(before["aliases"]) == {"endcap-live", "endcap-previous"}
    encoder = CountingEncoder()

    shown = place.index(encoder=encoder)

    assert shown == ids("kettle", 30)
    assert encoder.embedded == []
    after = server.state()
    prefix = prefix_of(place.identity().id)
    assert after["aliases"] == {
        f"{prefix}-live": before["aliases"]["endcap-live"],
        f"{prefix}-previous": before["aliases"]["endcap-previous"],
    }
    assert set(after["collections"]) == set(before["collections"])
    for metadata, points in after["collections"].values():
        assert metadata["endcap"]["owner"] == place.identity().id
        assert len(points) == 30


def test_adopted_collection_of_the_release_before_is_dropped_in_its_turn(
    install: Install, server: SharedServer
) -> None:
    place = install("one")
    place.index(*items("kettle", 3))
    as_an_earlier_release_left_it(server)
    with place.live() as live:
        while live.outbox.run_batch():
            pass
        for _ in range(2):
            with live.engine.begin() as connection:
                request_rebuild(connection, "a test", None, "a test")
            live.rebuild_runner.run_waiting()

    names = set(server.state()["collections"])

    assert len(names) == 2
    assert all(name.startswith(prefix_of(place.identity().id)) for name in names)


def test_index_of_the_release_before_that_was_made_of_another_database_is_left_alone(
    install: Install, server: SharedServer, caplog: pytest.LogCaptureFixture
) -> None:
    production, staging = install("production"), install("staging")
    production.index(*items("kettle", 30))
    as_an_earlier_release_left_it(server)
    before = server.state()

    shown = staging.index(*items("sofa", 10))

    assert shown == ids("sofa", 10)
    after = server.state()
    assert after["aliases"].items() >= before["aliases"].items()
    for name, held in before["collections"].items():
        assert after["collections"][name] == held
    assert "an earlier release made" in caplog.text
    assert found(production) == ids("kettle", 30)


def test_index_that_an_earlier_release_let_two_databases_write_comes_apart(
    install: Install, server: SharedServer
) -> None:
    production, staging = install("production"), install("staging")
    production.index(*items("kettle", 30))
    as_an_earlier_release_left_it(server)
    staging.write(*items("sofa", 10))
    with staging.live() as live:  # As the earlier release indexed: into what was live.
        bare = server.state()["aliases"]["endcap-live"]
        points = live.index.current().index
        while live.outbox.run_batch():
            pass
        mixed = QdrantItemIndex(server, bare)
        mixed.delete([ref.key for ref in points.scroll_refs(None, 100)])
        mixed.upsert(points.scroll_points(None, 100))
    server.delete_collection(server.state()["aliases"][f"{prefix_of(staging.identity().id)}-live"])
    assert len(server.state()["collections"][bare][1]) == 30

    assert found(staging) == ids("sofa", 10)
    assert found(production) == ids("kettle", 30)
    assert found(staging) == ids("sofa", 10)


def test_unowned_index_under_the_very_prefix_is_refused_to_another_database(
    install: Install, server: SharedServer
) -> None:
    production, staging = install("production", "endcap"), install("staging", "endcap")
    production.index(*items("kettle", 3))
    as_an_earlier_release_left_it(server)
    before = server.state()

    with pytest.raises(ForeignIndex, match="ENDCAP_QDRANT_PREFIX"):
        staging.index(*items("sofa", 3))

    assert server.state() == before
    assert found(production) == ids("kettle", 3)
    assert found(production) == ids("kettle", 3)
    assert server.state()["aliases"] == before["aliases"]


def test_empty_index_of_the_release_before_is_adopted(
    install: Install, server: SharedServer
) -> None:
    place = install("one")
    place.index()
    as_an_earlier_release_left_it(server)
    names = set(server.state()["collections"])

    assert place.index(*items("kettle", 2)) == ids("kettle", 2)

    assert set(server.state()["collections"]) == names
    assert "endcap-live" not in server.state()["aliases"]


def test_adoption_that_was_cut_off_before_the_aliases_is_finished(
    install: Install, server: SharedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = install("one")
    place.index(*items("kettle", 3))
    as_an_earlier_release_left_it(server)

    def away(*_: object, **__: object) -> bool:
        raise OSError("the connection is gone")

    with monkeypatch.context() as broken:
        broken.setattr(server, "update_collection_aliases", away)
        with pytest.raises(IndexUnavailable):
            place.index()
    owned = [
        metadata["endcap"].get("owner") for metadata, _ in server.state()["collections"].values()
    ]
    assert owned == [place.identity().id]

    assert found(place) == ids("kettle", 3)
    assert set(server.state()["aliases"]) == {f"{prefix_of(place.identity().id)}-live"}
    assert len(server.state()["collections"]) == 1


def copied(place: Installation, postgres: EmbeddedPostgres) -> Installation:
    """The same settings and another database, restored from the one."""
    url = copy_database(postgres, place.url, "copy")
    folder = place.settings.data_dir.with_name("copy")
    return Installation(url, folder, place.settings.qdrant_prefix or "")
