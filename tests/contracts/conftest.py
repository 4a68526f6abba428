"""Gives each backend of the index port to the contract suite."""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from indexing.bm25_encoder import Bm25Encoder
from indexing.collection import CollectionSpec
from indexing.edge_index import EdgeItemIndex
from indexing.encoder import HashEncoder
from indexing.index import ItemIndex
from indexing.memory_index import MemoryItemIndex
from indexing.qdrant_index import QdrantItemIndex

SPEC = CollectionSpec(HashEncoder.size, HashEncoder.revision, Bm25Encoder.revision)


def _memory(folder: Path) -> ItemIndex:
    return MemoryItemIndex()


def _edge(folder: Path) -> ItemIndex:
    return EdgeItemIndex(folder, SPEC)


def _client_local(folder: Path) -> ItemIndex:
    with warnings.catch_warnings():
        # The local mode warns that it keeps no payload indexes, which is no matter here.
        warnings.simplefilter("ignore", UserWarning)
        return QdrantItemIndex(QdrantClient(":memory:"), SPEC)


def _server(folder: Path) -> ItemIndex:
    url = os.environ.get("ENDCAP_TEST_QDRANT_URL")
    if not url:
        pytest.skip("ENDCAP_TEST_QDRANT_URL names no Qdrant server")
    client = QdrantClient(url=url)
    client.delete_collection(SPEC.name)
    return QdrantItemIndex(client, SPEC)


BACKENDS: dict[str, Callable[[Path], ItemIndex]] = {
    "memory": _memory,
    "edge": _edge,
    "client-local": _client_local,
    "server": _server,
}


@pytest.fixture(params=BACKENDS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemIndex]:
    opened = BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()
