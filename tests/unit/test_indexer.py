"""Documents into the index: what is embedded, what comes from the cache, and what is stored."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from indexing.bm25_encoder import Bm25Encoder
from indexing.candidates import DENSE, LEXICAL, Floats
from indexing.composition import compose
from indexing.documents import Document, Item, ItemKey
from indexing.encoder import HashEncoder
from indexing.filters import Range
from indexing.index import QueryVectors
from indexing.indexer import Indexer
from indexing.memory_index import MemoryItemIndex
from indexing.queries import ExpandedQuery
from tests.factories import make_item

LEXICAL_ENCODER = Bm25Encoder()


class DictCache:
    """The vector cache's twin: in memory."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, bytes], Floats] = {}

    def get(self, revision: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]:
        return {name: self.held[revision, name] for name in hashes if (revision, name) in self.held}

    def put(self, revision: str, vectors: Mapping[bytes, Floats]) -> None:
        self.held.update({(revision, name): vector for name, vector in vectors.items()})


class CountingEncoder(HashEncoder):
    """Remembers each batch that it was asked to embed."""

    def __init__(self, revision: str = "hash-1") -> None:
        self.revision = revision
        self.batches: list[list[str]] = []

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        self.batches.append(list(texts))
        return super().encode_documents(texts)


class Bench:
    """An indexer with all its parts at hand."""

    def __init__(self) -> None:
        self.index = MemoryItemIndex()
        self.encoder = CountingEncoder()
        self.cache = DictCache()

    def write(self, *items: Item, version: int = 1) -> None:
        indexer = Indexer(self.index, self.encoder, LEXICAL_ENCODER, self.cache)
        indexer.write([document(n, item, version) for n, item in enumerate(items, start=1)])


def document(key: int, item: Item, version: int = 1) -> Document:
    return compose(ItemKey(key), version, item)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_written_item_is_found_by_words_and_by_vector(bench: Bench) -> None:
    bench.write(make_item("1", title="Desk lamp"), make_item("2", title="Office chair"))

    vectors = QueryVectors(
        bench.encoder.encode_query("desk lamp"), LEXICAL_ENCODER.encode_query("desk lamp")
    )
    found = bench.index.retrieve(ExpandedQuery(text="desk lamp"), vectors, 2)

    assert found.keys[0] == 1
    assert found.scores[DENSE][0] == pytest.approx(1.0, abs=1e-5)
    assert found.scores[LEXICAL][0] > 0


def test_price_change_embeds_nothing_and_is_stored(bench: Bench) -> None:
    bench.write(make_item("1", price=10.0))
    bench.write(make_item("1", price=20.0), version=2)

    assert len(bench.encoder.batches) == 1
    assert bench.index.matching(np.array([1]), Range("price", gte=20.0)) == {1}


def test_point_carries_the_version_of_its_document(bench: Bench) -> None:
    bench.write(make_item("1"), version=7)

    assert bench.index.point_versions([ItemKey(1)]) == {1: 7}


def test_older_document_does_not_overwrite_a_newer_one(bench: Bench) -> None:
    bench.write(make_item("1", price=20.0), version=2)
    bench.write(make_item("1", price=10.0), version=1)

    assert bench.index.matching(np.array([1]), Range("price", gte=20.0)) == {1}


def test_only_new_texts_are_embedded(bench: Bench) -> None:
    bench.write(make_item("1", title="Lamp"), make_item("2", title="Chair"))
    bench.write(make_item("1", title="Lamp"), make_item("2", title="Armchair"))

    assert [sorted(batch) for batch in bench.encoder.batches] == [["Chair", "Lamp"], ["Armchair"]]


def test_text_shared_by_items_is_embedded_once(bench: Bench) -> None:
    bench.write(*(make_item(str(n), title="Lamp") for n in range(1, 6)))

    assert bench.encoder.batches == [["Lamp"]]
    assert bench.index.count() == 5


def test_texts_of_like_length_stand_together(bench: Bench) -> None:
    titles = ["a long title of a lamp", "Lamp", "Office chair", "Mat"]

    bench.write(*(make_item(str(n), title=title) for n, title in enumerate(titles)))

    assert bench.encoder.batches == [["Mat", "Lamp", "Office chair", "a long title of a lamp"]]


def test_every_item_gets_the_vector_of_its_own_text(bench: Bench) -> None:
    titles = ["a long title of a lamp", "Lamp", "Office chair", "Mat"]

    bench.write(*(make_item(str(n), title=title) for n, title in enumerate(titles)))

    for key, title in enumerate(titles, start=1):
        vectors = QueryVectors(dense=bench.encoder.encode_query(title))
        found = bench.index.retrieve(ExpandedQuery(text=title), vectors, 1)
        assert found.keys.tolist() == [key]


def test_another_encoder_never_reuses_vectors_of_the_old_one(bench: Bench) -> None:
    bench.write(make_item("1", title="Lamp"))
    bench.encoder = CountingEncoder("hash-2")

    bench.write(make_item("1", title="Lamp"))

    assert bench.encoder.batches == [["Lamp"]]
    assert {revision for revision, _ in bench.cache.held} == {"hash-1", "hash-2"}


def test_cached_vectors_are_single_precision(bench: Bench) -> None:
    bench.write(make_item("1", title="Lamp"))

    (vector,) = bench.cache.held.values()
    assert vector.dtype == np.float32
    assert vector.shape == (bench.encoder.size,)


def test_empty_batch_embeds_and_stores_nothing(bench: Bench) -> None:
    bench.write()

    assert bench.encoder.batches == []
    assert bench.index.count() == 0
