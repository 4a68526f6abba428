"""Gives each backend of the index's two ports to the contract suites."""

import os
import re
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from qdrant_client import QdrantClient

from indexing.bm25_encoder import Bm25Encoder
from indexing.collection import CollectionSpec
from indexing.collections import Collections, Held, MemoryCollections
from indexing.edge_collections import EdgeCollections
from indexing.edge_index import EdgeItemIndex
from indexing.encoder import HashEncoder
from indexing.index import ItemIndex
from indexing.memory_index import MemoryItemIndex
from indexing.qdrant_collections import QdrantCollections

SPEC = CollectionSpec(HashEncoder.size, HashEncoder.revision, Bm25Encoder.revision)
IMAGE = "qdrant/qdrant:v1.16.2"
BACKENDS = ("memory", "edge", "client-local", "server", "container")

OURS = re.compile(r"(endcap[a-z0-9_-]*-)?items-[0-9a-f]{12}(-\d+)?")
"""The names of collections that tests make on a server."""


class Place(Protocol):
    """Opens the collections of one place, as a service that starts there does, for a database."""

    def __call__(self, owner: str = "") -> Collections: ...


@pytest.fixture(scope="session")
def server_url() -> str:
    url = os.environ.get("ENDCAP_TEST_QDRANT_URL")
    if not url:
        pytest.skip("ENDCAP_TEST_QDRANT_URL names no Qdrant server")
    return url


@pytest.fixture(scope="session")
def container_url() -> Iterator[str]:
    """One container for the whole session."""
    # Asked through the command, since the library leaves a socket open where nobody answers.
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"Docker does not answer: {error}")
    if asked.returncode:
        pytest.skip(f"Docker does not answer: {asked.stderr.strip()}")
    from docker.errors import DockerException  # type: ignore[import-untyped]  # It has no types.
    from testcontainers.community.qdrant import QdrantContainer

    try:
        container = QdrantContainer(IMAGE).start()
    except DockerException as error:
        pytest.skip(f"Docker runs no {IMAGE}: {error}")
    yield f"http://{container.rest_host_address}"
    container.stop()


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[QdrantClient]:
    """Of the backend that the `backend` fixture names, without any collection of ours."""
    backend = request.getfixturevalue("backend")
    if backend == "client-local":
        opened = QdrantClient(":memory:")
    else:
        url = request.getfixturevalue(f"{backend}_url")
        opened = QdrantClient(url=url, check_compatibility=False)
        for entry in opened.get_collections().collections:
            if OURS.fullmatch(entry.name):
                opened.delete_collection(entry.name)
    yield opened
    opened.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if backend == "memory":
        held = Held()
        yield lambda owner="": MemoryCollections(owner, held)
    elif backend == "edge":
        yield lambda owner="": EdgeCollections(tmp_path, owner)
    else:
        client = request.getfixturevalue("client")
        with warnings.catch_warnings():
            # The local mode warns that it keeps no payload indexes, which is no matter here.
            warnings.simplefilter("ignore", UserWarning)
            yield lambda owner="": QdrantCollections(client, owner=owner)


@pytest.fixture
def collections(place: Place) -> Collections:
    return place()


@pytest.fixture
def index(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemIndex]:
    opened: ItemIndex
    if backend == "memory":
        opened = MemoryItemIndex()
    elif backend == "edge":
        opened = EdgeItemIndex(tmp_path, SPEC)
    else:
        collections: Collections = request.getfixturevalue("collections")
        opened = collections.open(collections.create(SPEC))
    yield opened
    opened.close()
