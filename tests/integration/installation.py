"""An installation of Endcap, for tests of whose an index is: a database, a data directory, and for
some a Qdrant server that they share, for which the client's local mode stands."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from qdrant_client import QdrantClient, models
from sqlalchemy import Engine

from app.db.engine import connect, migrate
from app.db.identity import DatabaseIdentity, identify
from app.items.outbox import count_waiting
from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from indexing.candidates import Floats
from indexing.collections import CollectionInfo
from indexing.copying import copy_points
from indexing.documents import Item
from indexing.edge_collections import EdgeCollections
from indexing.edge_index import INFO_FILE
from indexing.encoder import HashEncoder
from indexing.index import ItemIndex
from indexing.qdrant_collections import QdrantCollections
from indexing.qdrant_index import ONE_NODE, QdrantItemIndex, create_collection
from indexing.queries import SearchQuery
from tests.factories import make_item

SERVER = "http://qdrant:6333"


class SharedServer(QdrantClient):
    """Every service that is opened gets this one, so none closes it."""

    def __init__(self) -> None:
        super().__init__(":memory:")

    def close(self, grpc_grace: float | None = None, **_: Any) -> None:
        """Others use it."""

    def state(self) -> dict[str, Any]:
        """All that it holds."""
        collections = {}
        for entry in self.get_collections().collections:
            index = QdrantItemIndex(self, entry.name)
            metadata = self.get_collection(entry.name).config.metadata
            collections[entry.name] = (metadata, index.scroll_refs(None, 1_000))
        aliases = {alias.alias_name: alias.collection_name for alias in self.get_aliases().aliases}
        return {"collections": collections, "aliases": aliases}


class CountingEncoder(HashEncoder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        self.embedded += texts
        return super().encode_documents(texts)


class Installation:
    """A database and a data directory; the server where `prefix` is given, empty for none set."""

    def __init__(self, url: str, data_dir: Path, prefix: str | None = None) -> None:
        self.settings = Settings(
            data_dir=data_dir,
            database_url=url,
            qdrant_url=None if prefix is None else SERVER,
            qdrant_prefix=prefix or None,
        )

    @property
    def url(self) -> str:
        assert self.settings.database_url is not None
        return self.settings.database_url

    def environment(self) -> dict[str, str]:
        named = {
            "ENDCAP_DATA_DIR": str(self.settings.data_dir),
            "ENDCAP_DATABASE_URL": self.url,
            "ENDCAP_QDRANT_URL": self.settings.qdrant_url or "",
            "ENDCAP_QDRANT_PREFIX": self.settings.qdrant_prefix or "",
        }
        return {name: value for name, value in named.items() if value}

    def live(self, encoder: HashEncoder | None = None) -> Live:
        return Live(self.settings, encoder=encoder or HashEncoder())

    def write(self, *items: Item) -> None:
        """Into the database alone, where they wait to be indexed."""
        with self.database() as engine, engine.begin() as connection:
            write_items(connection, items)

    def index(self, *items: Item, encoder: HashEncoder | None = None) -> list[str]:
        """The ids that are found once these and all that waits are indexed."""
        with self.live(encoder) as live:
            with live.engine.begin() as connection:
                write_items(connection, items)
            while live.outbox.run_batch():
                pass
            live.store.refresh()
            return sorted(hit.id for hit in live.search.search(SearchQuery(per_page=100)).hits)

    def waiting(self) -> int:
        with self.database() as engine, engine.connect() as connection:
            return count_waiting(connection)

    def identity(self) -> DatabaseIdentity:
        with self.database() as engine:
            return identify(engine, self.settings)

    @contextmanager
    def database(self) -> Iterator[Engine]:
        engine = connect(self.url)
        try:
            migrate(engine)
            yield engine
        finally:
            engine.dispose()

    def collections(self) -> EdgeCollections:
        """The embedded ones, whoever they belong to."""
        return EdgeCollections(self.settings.index_dir)

    def points(self) -> list[tuple[int, int, str]]:
        """Of the embedded index: keys, versions and ids of items."""
        collections = self.collections()
        info = collections.live()
        assert info is not None
        index = collections.open(info)
        try:
            return [(ref.key, ref.version, ref.item_id) for ref in index.scroll_refs(None, 1_000)]
        finally:
            index.close()


def items(kind: str, count: int) -> list[Item]:
    return [make_item(f"{kind}-{n:02}", title=f"{kind.title()} {n}") for n in range(count)]


def ids(kind: str, count: int) -> list[str]:
    return [f"{kind}-{n:02}" for n in range(count)]


def files(folder: Path) -> dict[str, bytes]:
    """What lies there, but for locks."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".lock"
    }


def as_an_earlier_release_left_it(place: Installation | SharedServer) -> None:
    """Its index has no owner, and on a server neither a prefix."""
    if isinstance(place, Installation):
        for file in place.settings.index_dir.glob(f"*/{INFO_FILE}"):
            info = msgspec.json.decode(file.read_bytes())
            file.write_bytes(msgspec.json.encode(_without_owner(info)))
        return
    for alias in place.get_aliases().aliases:
        info = place.get_collection(alias.collection_name).config.metadata["endcap"]  # type: ignore[index]
        _, _, bare = info["name"].rpartition("items-")
        old = _without_owner(info) | {"name": f"items-{bare}"}
        known = msgspec.convert(old, CollectionInfo, strict=False)
        create_collection(place, known.name, known.spec, ONE_NODE, {"endcap": old})
        source: ItemIndex = QdrantItemIndex(place, info["name"])
        copy_points(source, QdrantItemIndex(place, known.name), lambda _: None)
        _, _, which = alias.alias_name.rpartition("-")
        set_alias(place, f"endcap-{which}", known.name)
    for entry in place.get_collections().collections:
        if entry.name.startswith("endcap"):
            place.delete_collection(entry.name)


def set_alias(client: QdrantClient, alias: str, collection: str) -> None:
    client.update_collection_aliases(
        [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(alias_name=alias, collection_name=collection)
            )
        ]
    )


def own_collections(client: QdrantClient, owner: str, prefix: str) -> QdrantCollections:
    return QdrantCollections(client, owner=owner, prefix=prefix)


def _without_owner(info: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if name != "owner"}
