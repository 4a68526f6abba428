"""What the collections on a server alone must do: say what is wrong with the server, and ask it for
what the settings and the spec say."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from indexing.collection import CollectionSpec, Placement
from indexing.collections import NoPreviousCollection
from indexing.documents import ItemKey
from indexing.errors import IndexUnavailable
from indexing.filters import AnyOf
from indexing.index import ItemIndex
from indexing.qdrant_collections import UNOWNED_LIVE, UNOWNED_PREVIOUS, QdrantCollections
from indexing.qdrant_index import QdrantItemIndex, create_collection
from indexing.queries import ExpandedQuery
from tests.contracts.conftest import SPEC
from tests.factories import make_item, make_point, query_vectors

NOBODY = "http://127.0.0.1:9"
QUERY = ExpandedQuery(text="lamp", filter=AnyOf("brand", ("Lumo",)), included=AnyOf("id", ("1",)))
CALLS: dict[str, Callable[[ItemIndex], object]] = {
    "upsert": lambda index: index.upsert([make_point(1, make_item("1", price=2.5), 2**60 + 1)]),
    "delete": lambda index: index.delete([ItemKey(1)]),
    "retrieve": lambda index: index.retrieve(QUERY, query_vectors("lamp"), 5),
    "browse": lambda index: index.browse(QUERY, 5),
    "matching": lambda index: index.matching(np.array([1, 2]), AnyOf("in_stock", (True,))),
    "count": lambda index: index.count(),
    "point_versions": lambda index: index.point_versions([ItemKey(1)]),
    "scroll_points": lambda index: index.scroll_points(5, 10),
}
CLUSTER = Placement(shards=6, replicas=2, write_consistency=2, ordering="strong", consistency="all")


class Recorder(BaseHTTPRequestHandler):
    """Answers every request as a server does that has carried it out, and keeps what was asked."""

    asked: ClassVar[dict[str, Any]] = {}

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked[self.path] = json.loads(body)
        on_points = "/points" in self.path or "/index" in self.path
        result = {"operation_id": 0, "status": "completed"} if on_points else True
        answer = json.dumps({"result": result, "status": "ok", "time": 0.0}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # Its name there.
        """Silent."""


@pytest.fixture
def recording() -> Iterator[tuple[QdrantClient, dict[str, Any]]]:
    """A client, and by path what it asked of the server."""
    Recorder.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        client = QdrantClient(url=url, check_compatibility=False)
        yield client, Recorder.asked
        client.close()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("grpc", [False, True], ids=["http", "grpc"])
@pytest.mark.parametrize("call", CALLS)
def test_server_that_is_away_is_one_kind_of_error(call: str, grpc: bool) -> None:
    client = QdrantClient(
        url=NOBODY, prefer_grpc=grpc, grpc_port=9, timeout=2, check_compatibility=False
    )
    index = QdrantItemIndex(client, SPEC.name, CLUSTER)

    with pytest.raises(IndexUnavailable, match="does not answer as it should"):
        CALLS[call](index)

    client.close()


@pytest.mark.parametrize("grpc", [False, True], ids=["http", "grpc"])
def test_collections_of_a_server_that_is_away_cannot_be_opened(grpc: bool) -> None:
    client = QdrantClient(
        url=NOBODY, prefer_grpc=grpc, grpc_port=9, timeout=2, check_compatibility=False
    )

    with pytest.raises(IndexUnavailable) as raised:
        QdrantCollections(client)

    assert len(str(raised.value)) < 300
    client.close()


@pytest.mark.parametrize("version", ["1.15.9", "1.9.0", "0.11.7"])
def test_server_that_ignores_conditions_is_refused(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = QdrantClient(":memory:")
    answer = models.VersionInfo(title="qdrant", version=version, commit=None)
    monkeypatch.setattr(client, "info", lambda: answer)

    with pytest.raises(IndexUnavailable, match=rf"1\.16 or later, and this is {version}"):
        QdrantCollections(client)


@pytest.mark.parametrize("version", ["1.16.0", "1.20.1", "2.0.0-dev"])
def test_newer_servers_are_accepted(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(":memory:")
    answer = models.VersionInfo(title="qdrant", version=version, commit=None)
    monkeypatch.setattr(client, "info", lambda: answer)

    assert QdrantCollections(client).live() is None


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning")
def test_server_killed_between_two_aliases_has_no_previous_collection() -> None:
    client = QdrantClient(":memory:")
    collections = QdrantCollections(client)
    info = collections.create(SPEC)
    client.update_collection_aliases(
        [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=info.name, alias_name=alias)
            )
            for alias in (UNOWNED_LIVE, UNOWNED_PREVIOUS)
        ]
    )

    assert collections.live() == info
    assert collections.previous() is None
    with pytest.raises(NoPreviousCollection):
        collections.switch_back()


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning")
def test_collections_that_are_none_of_ours_are_left_alone() -> None:
    client = QdrantClient(":memory:")
    vectors = models.VectorParams(size=2, distance=models.Distance.COSINE)
    client.create_collection("holidays", vectors_config=vectors)
    client.create_collection(SPEC.name, vectors_config=vectors)
    collections = QdrantCollections(client)

    info = collections.create(SPEC)

    assert collections.all() == [info]
    assert client.collection_exists("holidays")


def test_server_is_asked_for_what_spec_and_placement_say(
    recording: tuple[QdrantClient, dict[str, Any]],
) -> None:
    client, asked = recording
    spec = CollectionSpec(8, "a", "b", quantization="int8", on_disk=True)

    create_collection(client, "items", spec, CLUSTER, {"endcap": {"name": "items"}})

    body = asked["/collections/items"]
    assert body["vectors"]["dense"]["on_disk"] is True
    assert body["vectors"]["dense"]["quantization_config"]["scalar"] == {
        "type": "int8",
        "quantile": 0.99,
        "always_ram": True,
    }
    assert body["sparse_vectors"]["lexical"] == {"index": {"on_disk": True}, "modifier": "idf"}
    assert body["on_disk_payload"] is True
    assert (body["shard_number"], body["replication_factor"]) == (6, 2)
    assert body["write_consistency_factor"] == 2
    assert body["metadata"] == {"endcap": {"name": "items"}}


def test_write_carries_its_ordering_and_the_condition_on_what_it_replaces(
    recording: tuple[QdrantClient, dict[str, Any]],
) -> None:
    client, asked = recording
    index = QdrantItemIndex(client, "items", CLUSTER)

    index.upsert([make_point(7, make_item("7"), 2**31 + 5)])

    (body,) = (asked[path] for path in asked if path.startswith("/collections/items/points?"))
    (path,) = asked
    assert "wait=true" in path
    assert "ordering=strong" in path
    newer = body["update_filter"]["must_not"]
    assert [part["must"][0] for part in newer] == [{"has_id": [7]}] * 2
    assert body["points"][0]["payload"]["version"] == 2**31 + 5
