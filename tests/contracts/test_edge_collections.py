"""What the embedded collections alone must do: survive being killed, take over older folders, and
keep exact scores beside quantized vectors."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from indexing.candidates import DENSE, Floats
from indexing.collection import CollectionSpec, Quantization
from indexing.collections import NoPreviousCollection
from indexing.documents import ItemKey
from indexing.edge_collections import POINTER_FILE, EdgeCollections
from indexing.edge_index import INFO_FILE, EdgeItemIndex
from indexing.errors import IndexInUse
from indexing.index import IndexedPoint, QueryVectors, SparseVector
from indexing.queries import ExpandedQuery
from tests.contracts.conftest import SPEC
from tests.factories import make_item, make_points

SWITCH_WITHOUT_END = """
import sys
from pathlib import Path
from indexing.edge_collections import EdgeCollections
collections = EdgeCollections(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    collections.switch_back()
"""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def collections(tmp_path: Path) -> EdgeCollections:
    return EdgeCollections(tmp_path)


def make_old_release(folder: Path, spec: CollectionSpec, *ids: str) -> None:
    """As a release left it that knew one collection of a kind and no pointer."""
    index = EdgeItemIndex(folder, spec)
    index.upsert(make_points([make_item(item_id) for item_id in ids]))
    index.close()
    old_form = {
        "dense_size": spec.dense_size,
        "encoder_revision": spec.encoder_revision,
        "lexical_revision": spec.lexical_revision,
    }
    (folder / spec.name / INFO_FILE).write_bytes(msgspec.json.encode(old_form))


def test_folder_of_the_release_before_is_live(tmp_path: Path) -> None:
    make_old_release(tmp_path, SPEC, "1", "2")

    collections = EdgeCollections(tmp_path)

    live = collections.live()
    assert live is not None
    assert (live.name, live.spec) == (SPEC.name, SPEC)
    index = collections.open(live)
    assert index.count() == 2
    index.close()
    assert collections.previous() is None


def test_of_several_old_folders_the_one_written_last_is_live(tmp_path: Path) -> None:
    other = msgspec.structs.replace(SPEC, encoder_revision="another")
    make_old_release(tmp_path, SPEC, "1")
    make_old_release(tmp_path, other, "1")
    for file in (tmp_path / other.name).rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))

    live = EdgeCollections(tmp_path).live()

    assert live is not None
    assert live.name == SPEC.name


def test_of_several_adopted_old_folders_the_one_written_last_is_live(tmp_path: Path) -> None:
    other = msgspec.structs.replace(SPEC, encoder_revision="another")
    make_old_release(tmp_path, SPEC, "1")
    make_old_release(tmp_path, other, "1")
    for file in (tmp_path / other.name).rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    collections = EdgeCollections(tmp_path, "a")
    assert not (tmp_path / POINTER_FILE).exists()

    collections.adopt(sorted(collections.unowned(), key=lambda info: info.name == other.name))

    live = EdgeCollections(tmp_path, "a").live()
    assert live is not None
    assert (live.name, live.owner) == (SPEC.name, "a")


def test_collection_that_is_open_is_not_adopted(tmp_path: Path) -> None:
    theirs = EdgeCollections(tmp_path, "a")
    first, second = theirs.create(SPEC), theirs.create(SPEC)
    index = theirs.open(second)
    ours = EdgeCollections(tmp_path, "b")

    with pytest.raises(IndexInUse):
        ours.adopt(ours.foreign())

    assert theirs.all() == [first, second]
    index.close()


def test_default_options_leave_the_fingerprint_as_it_is() -> None:
    assert CollectionSpec(64, "a", "b").name == "items-eca016db8ea1"
    assert CollectionSpec(64, "a", "b", encoder="/moved/model").name == "items-eca016db8ea1"
    assert CollectionSpec(64, "a", "b", quantization="int8").name != "items-eca016db8ea1"
    assert CollectionSpec(64, "a", "b", on_disk=True).name != "items-eca016db8ea1"


def test_what_a_cut_off_creation_left_is_swept_away(
    collections: EdgeCollections, tmp_path: Path
) -> None:
    whole, half = collections.create(SPEC), collections.create(SPEC)
    (tmp_path / half.name / INFO_FILE).unlink()
    (tmp_path / "notes").mkdir()

    again = EdgeCollections(tmp_path)

    assert again.all() == [whole]
    assert not (tmp_path / half.name).exists()
    assert (tmp_path / "notes").exists()


def test_what_a_cut_off_switch_left_is_passed_over(
    collections: EdgeCollections, tmp_path: Path
) -> None:
    first, second = collections.create(SPEC), collections.create(SPEC)
    collections.switch(first)
    (tmp_path / f"{POINTER_FILE}.new").write_text('{"live": "ite')

    again = EdgeCollections(tmp_path)

    assert again.live() == first
    again.switch(second)
    assert (again.live(), again.previous()) == (second, first)


def test_process_killed_while_switching_leaves_the_old_or_the_new(
    collections: EdgeCollections, tmp_path: Path
) -> None:
    both = [collections.create(SPEC), collections.create(SPEC)]
    for info in both:
        collections.switch(info)

    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", SWITCH_WITHOUT_END, tmp_path],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as switching:
            assert switching.stdout is not None
            assert switching.stdout.readline() == "begun\n"
            switching.send_signal(signal.SIGKILL)

        again = EdgeCollections(tmp_path)
        live, previous = again.live(), again.previous()
        assert live in both
        assert previous in both
        assert live != previous
        again.switch_back()


def test_folder_that_somebody_deleted_is_not_live(
    collections: EdgeCollections, tmp_path: Path
) -> None:
    first, second = collections.create(SPEC), collections.create(SPEC)
    collections.switch(first)
    collections.switch(second)

    shutil.rmtree(tmp_path / first.name)
    with pytest.raises(NoPreviousCollection):
        collections.switch_back()
    shutil.rmtree(tmp_path / second.name)

    assert collections.live() is None
    assert EdgeCollections(tmp_path).all() == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00\xfe", b"[]", None])
def test_damaged_pointer_is_no_empty_index_but_the_collection_that_was_in_use_last(
    collections: EdgeCollections, tmp_path: Path, content: bytes | None
) -> None:
    live = collections.create(SPEC)
    collections.switch(live)
    collections.create(SPEC)
    index = collections.open(live)
    index.upsert(make_points([make_item("1")]))
    index.close()
    if content is None:
        (tmp_path / POINTER_FILE).unlink()
    else:
        (tmp_path / POINTER_FILE).write_bytes(content)

    assert content is None or collections.live() == live
    assert EdgeCollections(tmp_path).live() == live
    assert b"live" in (tmp_path / POINTER_FILE).read_bytes()


def test_collection_that_is_open_cannot_be_opened_again(collections: EdgeCollections) -> None:
    info = collections.create(SPEC)
    index = collections.open(info)

    with pytest.raises(IndexInUse):
        collections.open(info)

    index.close()
    collections.open(info).close()


@pytest.mark.parametrize("quantization", ["int8", "binary"])
def test_quantized_vectors_leave_every_score_as_it_was(
    collections: EdgeCollections, tmp_path: Path, quantization: Quantization
) -> None:
    # Vectors below 10 MB are not quantized by Qdrant, so these are long rather than many.
    rng = np.random.default_rng(8)
    vectors = rng.standard_normal((2_700, 1_024)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = vectors[3] + vectors[5] + 0.02 * rng.standard_normal(1_024).astype(np.float32)
    query /= np.linalg.norm(query)
    spec = CollectionSpec(1_024, "random", "none", quantization=quantization, on_disk=True)
    info = collections.create(spec)
    index = collections.open(info)
    index.upsert([bare_point(key, vector) for key, vector in enumerate(vectors, start=1)])
    index.close()

    collections.settle(info)
    index = collections.open(info)
    found = index.retrieve(ExpandedQuery(text="any"), QueryVectors(dense=query), 50)
    read = index.scroll_points(None, 2)
    index.close()

    assert list((tmp_path / info.name).rglob("quantized.data")), "nothing was quantized"
    exact = vectors @ query
    assert found.scores[DENSE] == pytest.approx(exact[found.keys - 1], abs=1e-5)
    assert set(found.keys[:2].tolist()) == {4, 6}
    assert read[1].dense == pytest.approx(vectors[1], abs=1e-6)


def bare_point(key: int, vector: Floats) -> IndexedPoint:
    nothing = SparseVector((), ())
    return IndexedPoint(ItemKey(key), 1, vector, nothing, nothing, {"id": str(key)})
