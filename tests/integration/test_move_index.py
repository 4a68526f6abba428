"""Moving the embedded index to a server: from real Qdrant Edge to the client's local mode."""

import random
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from qdrant_client import QdrantClient
from sqlalchemy import Engine, delete

from app.commands import move_index
from app.commands.failures import CommandFailed
from app.commands.move_index import NOTE_FILE, Move, Moved, run_move_index
from app.db.tables import outbox
from app.items.changes import Change
from app.items.outbox import count_waiting
from app.items.repository import apply_changes, write_items
from app.live import Live
from app.live_index import StorageOptions
from app.reindex import full_reconcile
from app.settings import Settings
from indexing import copying
from indexing.candidates import Floats
from indexing.collection import PAYLOAD_INDEXES, CollectionSpec
from indexing.collections import CollectionInfo, Collections
from indexing.copying import Copied
from indexing.documents import Item, ItemId
from indexing.edge_collections import EdgeCollections
from indexing.encoder import HashEncoder
from indexing.errors import IndexUnavailable
from indexing.filters import AnyOf
from indexing.index import IndexedPoint, ItemIndex
from indexing.qdrant_collections import QdrantCollections
from indexing.queries import ExpandedQuery
from tests.e2e.command import endcap
from tests.factories import make_item, query_vectors

SERVER = "qdrant:6333"
AS_IT_IS = StorageOptions()
WORDS = (
    *("anvil", "basil", "candle", "drill", "easel", "flute", "garden", "hammer", "ink", "jug"),
    *("kettle", "lamp", "mug", "napkin", "oven", "pan", "quilt", "rake", "scarf", "tent", "wok"),
)
QUERIES = ("kettle", "red lamp in the garden", "drill hammer anvil", "quilt and scarf", "wok")


def catalogue(count: int = 40) -> list[Item]:
    """Each of another length, so that BM25 gives no two of them one score, whose order is open."""
    chance = random.Random(4)  # noqa: S311  # nothing secret
    return [
        make_item(
            f"i{n}",
            title=" ".join(chance.sample(WORDS, 5)),
            description=" ".join(f"filler{word}" for word in range(n)),
            brand=chance.choice(("Brizo", "Kori")),
            categories=("Home", chance.choice(WORDS).title()),
            price=chance.choice((None, float(n))),
            in_stock=chance.random() < 0.8,
            popularity=float(n),
            attributes={"colour": chance.choice(("red", "blue")), "weight": n / 10},
        )
        for n in range(count)
    ]


class Place:
    """A data directory whose service has ended, its PostgreSQL, and a server."""

    def __init__(self, engine: Engine, settings: Settings, client: QdrantClient) -> None:
        self.engine = engine
        self.settings = settings
        self.client = client
        self.server = QdrantCollections(client)

    def move(
        self,
        replace: bool = False,
        to: Collections | None = None,
        storage: StorageOptions = AS_IT_IS,
    ) -> Moved:
        return Move(
            engine=self.engine,
            source=EdgeCollections(self.settings.index_dir),
            target=to or self.server,
            server=SERVER,
            note_file=self.settings.index_dir / NOTE_FILE,
            storage=storage,
        ).run(replace)

    def fill(self, *items: Item, indexed: bool = True) -> None:
        """As a service in embedded mode does; not `indexed`: it ended before it came to them."""
        with Live(self.settings, engine=self.engine, encoder=HashEncoder()) as live:
            with self.engine.begin() as connection:
                write_items(connection, items)
            while indexed and live.outbox.run_batch():
                pass

    def embedded(self) -> tuple[ItemIndex, CollectionInfo]:
        collections = EdgeCollections(self.settings.index_dir)
        info = collections.live()
        assert info is not None
        return collections.open(info), info

    def spec(self) -> CollectionSpec:
        info = EdgeCollections(self.settings.index_dir).live()
        assert info is not None
        return info.spec

    def on_server(self) -> tuple[ItemIndex, CollectionInfo]:
        info = self.server.live()
        assert info is not None
        return self.server.open(info), info

    def waiting(self) -> int:
        with self.engine.connect() as connection:
            return count_waiting(connection)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    with warnings.catch_warnings():
        # The local mode warns that it keeps no payload indexes, which is no matter here.
        warnings.simplefilter("ignore", UserWarning)
        yield client
    client.close()


@pytest.fixture
def place(engine: Engine, settings: Settings, client: QdrantClient) -> Place:
    place = Place(engine, settings, client)
    place.fill(*catalogue())
    return place


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages of so few items."""
    monkeypatch.setattr(copying, "PAGE", 8)
    monkeypatch.setattr(full_reconcile, "PAGE", 8)


class Watched(QdrantCollections):
    """Notes the points that are written, and breaks off after so many writes."""

    def __init__(self, client: QdrantClient, breaks_after: int | None = None) -> None:
        super().__init__(client)
        self._left = breaks_after
        self.written: list[int] = []

    def open(self, info: CollectionInfo) -> ItemIndex:
        index = super().open(info)
        upsert = index.upsert

        def watched(points: Sequence[IndexedPoint]) -> None:
            if self._left is not None:
                if not self._left:
                    raise IndexUnavailable("the Qdrant server does not answer as it should")
                self._left -= 1
            upsert(points)
            self.written += [int(point.key) for point in points]

        index.upsert = watched  # type: ignore[method-assign]
        return index


class Crowded(QdrantCollections):
    """A server against which a service starts while the index is moved."""

    def open(self, info: CollectionInfo) -> ItemIndex:
        self.switch(self.create(info.spec))
        return super().open(info)


class CountingEncoder(HashEncoder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        self.embedded += texts
        return super().encode_documents(texts)


def points_of(index: ItemIndex) -> list[IndexedPoint]:
    return list(index.scroll_points(None, 1_000))


def same(one: IndexedPoint, other: IndexedPoint) -> bool:
    def weights(point: IndexedPoint) -> tuple[dict[int, float], ...]:
        return tuple(
            dict(zip(vector.indices, vector.values, strict=True))
            for vector in (point.lexical, point.core)
        )

    return (
        (one.key, one.version, one.payload) == (other.key, other.version, other.payload)
        and all(
            ours == pytest.approx(theirs)
            for ours, theirs in zip(weights(one), weights(other), strict=True)
        )
        and np.allclose(one.dense, other.dense, atol=1e-6)
    )


@pytest.mark.usefixtures("small_pages")
def test_every_point_is_moved_and_live(place: Place) -> None:
    moved = place.move()

    embedded, source = place.embedded()
    copy, info = place.on_server()
    assert moved.copied == Copied(written=40, kept=0, deleted=0)
    assert (moved.points, moved.items, moved.waiting) == (40, 40, 0)
    assert info.spec == source.spec
    pairs = zip(points_of(embedded), points_of(copy), strict=True)
    assert all(same(one, other) for one, other in pairs)
    embedded.close()


def test_moved_index_finds_the_same_in_the_same_order(place: Place) -> None:
    place.move()

    embedded, _ = place.embedded()
    copy, _ = place.on_server()
    red = AnyOf("attributes.colour", ("red",))
    for text in QUERIES:
        for filter_ in (None, red):
            query = ExpandedQuery(text=text, filter=filter_)
            found = [
                index.retrieve(query, query_vectors(text), 20).keys.tolist()
                for index in (embedded, copy)
            ]
            assert found[0] == found[1], text
            assert found[0]
    browsed = [i.browse(ExpandedQuery(text=""), 20).keys.tolist() for i in (embedded, copy)]
    assert browsed[0] == browsed[1]
    embedded.close()


def test_second_run_copies_nothing(place: Place) -> None:
    first = place.move()
    watched = Watched(place.client)

    again = place.move(to=watched)

    assert again == msgspec.structs.replace(first, copied=None)
    assert watched.written == []
    assert len(place.server.all()) == 1


@pytest.mark.usefixtures("small_pages")
def test_move_that_was_cut_off_goes_on_where_it_was(place: Place) -> None:
    cut_off = Watched(place.client, breaks_after=3)
    with pytest.raises(CommandFailed, match="run the command again"):
        place.move(to=cut_off)
    assert place.server.live() is None
    watched = Watched(place.client)

    moved = place.move(to=watched)

    assert len(cut_off.written) == 24
    assert moved.copied == Copied(written=16, kept=24, deleted=0)
    assert set(cut_off.written).isdisjoint(watched.written)
    assert len(place.server.all()) == 1
    assert place.on_server()[0].count() == 40


@pytest.mark.usefixtures("small_pages")
def test_what_changed_between_two_tries_is_as_in_the_embedded_index(place: Place) -> None:
    with pytest.raises(CommandFailed):
        place.move(to=Watched(place.client, breaks_after=3))
    place.fill(make_item("i1", title="Renamed teapot"), make_item("new", title="New teapot"))
    with Live(place.settings, engine=place.engine, encoder=HashEncoder()) as live:
        with place.engine.begin() as connection:
            apply_changes(connection, [Change(operation="delete", item_id=ItemId("i0"))])
        while live.outbox.run_batch():
            pass

    moved = place.move()

    # Renamed, new, and the sixteen that the first try did not come to.
    assert moved.copied == Copied(written=18, kept=22, deleted=1)
    embedded, _ = place.embedded()
    copy, _ = place.on_server()
    pairs = zip(points_of(embedded), points_of(copy), strict=True)
    assert all(same(one, other) for one, other in pairs)
    embedded.close()


def test_point_that_a_restored_index_holds_older_is_put_back(place: Place) -> None:
    with pytest.raises(CommandFailed):
        place.move(to=Watched(place.client, breaks_after=0))
    begun = place.server.open(place.server.all()[0])
    embedded, _ = place.embedded()
    first = points_of(embedded)[0]
    embedded.close()
    begun.upsert([msgspec.structs.replace(first, version=first.version + 1)])

    place.move()

    assert place.on_server()[0].point_versions([first.key]) == {first.key: first.version}


def test_server_with_a_live_collection_stays_as_it_is(place: Place) -> None:
    spec = place.spec()
    foreign = place.server.create(spec)
    place.server.switch(foreign)

    with pytest.raises(CommandFailed, match=f"{SERVER}.*{foreign.name}.*--replace"):
        place.move()

    assert place.server.live() == foreign
    assert place.server.all() == [foreign]


def test_replaced_collection_is_kept_for_the_way_back(place: Place) -> None:
    foreign = place.server.create(place.spec())
    place.server.switch(foreign)

    moved = place.move(replace=True)

    copy, info = place.on_server()
    assert info.name == moved.collection
    assert copy.count() == 40
    assert place.server.previous() == foreign


def test_collection_that_goes_live_meanwhile_is_not_replaced(place: Place) -> None:
    with pytest.raises(CommandFailed, match="meanwhile"):
        place.move(to=Crowded(place.client))

    assert place.server.live() == place.server.all()[-1]
    assert place.on_server()[0].count() == 0


def test_index_of_a_running_service_is_not_moved(place: Place) -> None:
    embedded, _ = place.embedded()

    with pytest.raises(CommandFailed, match="stop that first"):
        place.move()

    embedded.close()
    assert place.server.all() == []


def test_data_directory_without_an_index_is_said_to_have_none(
    engine: Engine, settings: Settings, client: QdrantClient
) -> None:
    with pytest.raises(CommandFailed, match="no embedded index"):
        Place(engine, settings, client).move()


def test_index_of_a_release_with_another_layout_is_not_moved(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAYLOAD_INDEXES, "season", "keyword")

    with pytest.raises(CommandFailed, match="rebuilt"):
        place.move()

    assert place.server.all() == []


def test_what_waits_is_indexed_on_the_server_afterwards(place: Place) -> None:
    place.fill(make_item("late", title="Late teapot"), indexed=False)
    with place.engine.begin() as connection:
        apply_changes(connection, [Change(operation="delete", item_id=ItemId("i0"))])

    moved = place.move()

    assert (moved.points, moved.waiting) == (40, 2)
    encoder = CountingEncoder()
    with Live(
        place.settings, engine=place.engine, encoder=encoder, collections=place.server
    ) as live:
        while live.outbox.run_batch():
            pass
        ids = {str(point.payload["id"]) for point in points_of(live.index.current().index)}
    assert ids == {f"i{n}" for n in range(1, 40)} | {"late"}
    assert encoder.embedded == ["Late teapot"]


def test_what_was_indexed_elsewhere_since_is_indexed_again(place: Place) -> None:
    place.move()
    with place.engine.begin() as connection:
        write_items(connection, [make_item("i1", title="Renamed teapot"), make_item("new")])
        apply_changes(connection, [Change(operation="delete", item_id=ItemId("i0"))])
        connection.execute(delete(outbox))

    moved = place.move(replace=True)

    assert moved.waiting == 3
    assert place.waiting() == 3


def test_moved_index_is_laid_out_as_the_settings_say_and_needs_no_rebuild(place: Place) -> None:
    place.move(storage=StorageOptions("int8", on_disk=True))

    settings = msgspec.structs.replace(place.settings, quantization="int8", vectors_on_disk=True)
    with Live(
        settings, engine=place.engine, encoder=HashEncoder(), collections=place.server
    ) as live:
        info = live.index.current().info
        assert (info.spec.quantization, info.spec.on_disk) == ("int8", True)
        assert live.index.spec("").fingerprint == info.fingerprint


def test_command_says_what_it_did_and_what_to_set_next(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = QdrantClient(":memory:")
    monkeypatch.setattr("qdrant_client.QdrantClient", lambda **_: client)
    monkeypatch.setattr(move_index, "open_database", lambda *_: place.engine)
    settings = msgspec.structs.replace(place.settings, qdrant_url="http://user:secret@qdrant:6333")

    run_move_index(settings, replace=False)

    said = capsys.readouterr().out
    assert "40 points copied" in said
    assert "on qdrant:6333, 0 were there already" in said
    assert "keep ENDCAP_QDRANT_URL set" in said
    assert "secret" not in said


def test_command_without_a_server_is_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    done = endcap(tmp_path / "var", "move-index")

    assert done.returncode == 2
    assert "ENDCAP_QDRANT_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "var").exists()


def test_command_whose_server_does_not_answer_is_one_line(place: Place) -> None:
    done = endcap(
        place.settings.data_dir,
        "move-index",
        qdrant_url="http://127.0.0.1:1",
        database_url=place.engine.url.render_as_string(hide_password=False),
    )

    assert done.returncode == 2
    assert "ENDCAP_QDRANT_URL" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
