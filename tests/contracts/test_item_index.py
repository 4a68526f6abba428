"""What every backend of the index port must do."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest

from indexing.candidates import DENSE, LEXICAL
from indexing.collections import Collections
from indexing.documents import Item, ItemKey
from indexing.filter_parser import parse_filter
from indexing.filters import AnyOf, Either, Filter, Range, matches
from indexing.index import IndexedPoint, ItemIndex, PointRef, QueryVectors, SparseVector
from indexing.queries import ExpandedQuery
from tests.contracts.conftest import SPEC
from tests.factories import make_item, make_point, make_points, query_vectors

ITEMS = [
    make_item(
        "mouse",
        title="Wireless mouse",
        brand="Kori",
        price=19.99,
        popularity=5,
        categories=("Computers", "Mice"),
        attributes={"colour": "black", "dpi": 1600.0},
    ),
    make_item(
        "pad",
        title="Mouse pad for a wireless mouse",
        brand="Kori",
        price=5,
        popularity=9,
        categories=("Computers", "Accessories"),
        in_stock=False,
        attributes={"colour": "red", "washable": True},
    ),
    make_item(
        "lamp",
        title="Desk lamp",
        brand="Lumo",
        price=40,
        rating=4.5,
        popularity=7,
        released_at=datetime(2026, 3, 1, tzinfo=UTC),
        attributes={"colour": "black"},
    ),
    make_item(
        "chair",
        title="Office chair",
        brand="Sito",
        popularity=1,
        review_count=12,
        attributes={"odd.name [x]": "yes", "height cm": 45.5},
    ),
]
KEYS = {item.id: n for n, item in enumerate(ITEMS, start=1)}


@pytest.fixture
def filled(index: ItemIndex) -> ItemIndex:
    index.upsert(make_points(ITEMS))
    return index


def ids(keys: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    return [ITEMS[key - 1].id for key in keys.tolist()]


def test_hybrid_query_finds_the_items_that_share_its_words(filled: ItemIndex) -> None:
    found = filled.retrieve(
        ExpandedQuery(text="wireless mouse"), query_vectors("wireless mouse"), 4
    )

    assert set(ids(found.keys)[:2]) == {"mouse", "pad"}
    assert list(found.fused) == sorted(found.fused, reverse=True)


def test_every_candidate_has_the_exact_score_of_every_retriever(filled: ItemIndex) -> None:
    vectors = query_vectors("wireless mouse")
    points = make_points(ITEMS)

    found = filled.retrieve(ExpandedQuery(text="wireless mouse"), vectors, 4)

    assert vectors.dense is not None
    for key, score in zip(found.keys.tolist(), found.scores[DENSE], strict=True):
        assert score == pytest.approx(float(points[key - 1].dense @ vectors.dense), abs=1e-3)
    lexical = dict(zip(ids(found.keys), found.scores[LEXICAL], strict=True))
    assert lexical["pad"] > 0
    assert lexical.get("chair", 0) == 0


def test_all_backends_agree_on_bm25_with_the_reference(filled: ItemIndex) -> None:
    from indexing.memory_index import MemoryItemIndex

    reference = MemoryItemIndex()
    reference.upsert(make_points(ITEMS))
    query, vectors = ExpandedQuery(text="wireless mouse"), query_vectors("wireless mouse")
    only_words = QueryVectors(lexical=vectors.lexical)

    found = filled.retrieve(query, only_words, 4)
    expected = reference.retrieve(query, only_words, 4)

    assert ids(found.keys) == ids(expected.keys)
    assert found.scores[LEXICAL] == pytest.approx(expected.scores[LEXICAL], rel=1e-3)


FILTERS = [
    {"field": "brand", "any_of": ["Kori"]},
    {"field": "brand", "any_of": ["Nobody"]},
    {"field": "id", "any_of": ["mouse", "chair"]},
    {"field": "categories", "any_of": ["Computers"]},
    {"field": "categories", "any_of": ["Computers > Mice"]},
    {"field": "in_stock", "any_of": [True]},
    {"field": "in_stock", "any_of": [False]},
    {"field": "price", "gte": 5, "lt": 40},
    {"field": "price", "gt": 5},
    {"field": "price", "any_of": [19.99, 40]},
    {"field": "rating", "gte": 4},
    {"field": "review_count", "gt": 0},
    {"field": "released_at", "gte": "2026-01-01T00:00:00Z"},
    {"field": "attributes.colour", "any_of": ["black"]},
    {"field": "attributes.washable", "any_of": [True]},
    {"field": "attributes.dpi", "any_of": [1600]},
    {"field": "attributes.dpi", "gte": 1000},
    {"field": "attributes.height cm", "lt": 50},
    {"field": "attributes.odd.name [x]", "any_of": ["yes"]},
    {"not": {"field": "brand", "any_of": ["Kori"]}},
    {"not": {"field": "rating", "gte": 1}},
    {"any": [{"field": "brand", "any_of": ["Lumo"]}, {"field": "price", "lt": 6}]},
    {"all": [{"field": "brand", "any_of": ["Kori"]}, {"field": "in_stock", "any_of": [True]}]},
    {"all": []},
    {"all": [{"not": {"any": [{"field": "brand", "any_of": ["Kori", "Sito"]}]}}]},
]


@pytest.mark.parametrize("raw", FILTERS, ids=str)
def test_filter_means_the_same_as_in_python(filled: ItemIndex, raw: dict[str, object]) -> None:
    condition = parse_filter(raw)
    expected = _passing(condition)
    everything = np.arange(1, len(ITEMS) + 1)

    browsed = filled.browse(ExpandedQuery(text="", filter=condition), 10)
    matching = filled.matching(everything, condition)

    assert set(ids(browsed.keys)) == expected
    assert {ITEMS[key - 1].id for key in matching} == expected


def test_equal_candidates_come_in_the_same_order_each_time(index: ItemIndex) -> None:
    index.upsert(make_points([make_item(str(n), title=f"Kettle {n}") for n in range(30)]))
    only_words = QueryVectors(lexical=query_vectors("kettle").lexical)

    orders = {
        tuple(index.retrieve(ExpandedQuery(text="kettle"), vectors, 40).keys.tolist())
        for vectors in [query_vectors("kettle")] * 50
    }
    alone = index.retrieve(ExpandedQuery(text="kettle"), only_words, 40)

    assert len(orders) == 1
    assert len(set(alone.keys.tolist())) == 30


def test_filter_holds_inside_a_hybrid_query(filled: ItemIndex) -> None:
    condition = parse_filter({"field": "in_stock", "any_of": [True]})

    found = filled.retrieve(
        ExpandedQuery(text="mouse", filter=condition), query_vectors("mouse"), 4
    )

    assert "pad" not in ids(found.keys)
    assert "mouse" in ids(found.keys)


def test_hidden_items_are_no_candidates(filled: ItemIndex) -> None:
    found = filled.browse(ExpandedQuery(text="", hidden=AnyOf("id", ("lamp",))), 10)

    assert "lamp" not in ids(found.keys)
    assert len(found) == len(ITEMS) - 1


def test_items_may_be_hidden_by_any_filter_beside_the_shoppers(filled: ItemIndex) -> None:
    query = ExpandedQuery(
        text="mouse",
        filter=AnyOf("in_stock", (True,)),
        hidden=Either((AnyOf("id", ("lamp",)), AnyOf("brand", ("Sito", "Nobody")))),
    )

    found = filled.retrieve(query, query_vectors("mouse"), 10)

    assert set(ids(found.keys)) == {"mouse"}


def test_must_include_item_joins_behind_the_candidates_with_its_scores(filled: ItemIndex) -> None:
    query = ExpandedQuery(text="mouse", included=AnyOf("id", ("chair", "gone")))
    only_words = QueryVectors(lexical=query_vectors("mouse").lexical)

    found = filled.retrieve(query, only_words, 4)

    assert ids(found.keys)[-1] == "chair"
    assert found.fused[-1] == 0
    assert found.scores[LEXICAL][-1] == 0


def test_must_include_item_does_not_pass_the_filter_by_force(filled: ItemIndex) -> None:
    condition = parse_filter({"field": "brand", "any_of": ["Kori"]})

    for included in (AnyOf("id", ("chair",)), AnyOf("brand", ("Sito", "Kori"))):
        query = ExpandedQuery(text="", filter=condition, included=included)
        assert set(ids(filled.browse(query, 10).keys)) == {"mouse", "pad"}


def test_forced_item_passes_the_filter(filled: ItemIndex) -> None:
    query = ExpandedQuery(
        text="mouse", filter=AnyOf("brand", ("Kori",)), forced=AnyOf("id", ("chair", "gone"))
    )

    found = filled.retrieve(query, query_vectors("mouse"), 4)
    browsed = filled.browse(query, 4)

    for candidates in (found, browsed):
        assert set(ids(candidates.keys)) == {"mouse", "pad", "chair"}
        assert ids(candidates.keys)[-1] == "chair"
        assert candidates.fused[-1] == 0


def test_nothing_brings_in_a_hidden_item(filled: ItemIndex) -> None:
    chair = AnyOf("id", ("chair",))
    query = ExpandedQuery(
        text="mouse",
        filter=Range("popularity", gte=5.0),
        hidden=AnyOf("brand", ("Sito",)),
        included=chair,
        forced=chair,
    )

    assert "chair" not in ids(filled.retrieve(query, query_vectors("mouse"), 4).keys)
    assert "chair" not in ids(filled.browse(query, 4).keys)


def test_whole_groups_are_brought_in_each_variant_once(index: ItemIndex) -> None:
    index.upsert(
        make_points(
            [
                make_item("mouse", title="Wireless mouse", group_id="mice"),
                make_item("trackball", title="Trackball", group_id="mice"),
                make_item("mug", title="Mug", group_id="mugs", in_stock=False),
                make_item("lamp", title="Lamp", group_id="lamps"),
            ]
        )
    )
    mice, mugs = AnyOf("group_id", ("mice",)), AnyOf("group_id", ("mugs",))
    query = ExpandedQuery(
        text="wireless",
        filter=AnyOf("in_stock", (True,)),
        included=Either((mice, AnyOf("id", ("trackball",)), mugs)),
        forced=Either((mugs, AnyOf("id", ("mouse",)))),
    )

    found = index.retrieve(query, QueryVectors(lexical=query_vectors("wireless").lexical), 4)

    assert found.keys.tolist() == [1, 2, 3]
    assert (found.fused > 0).tolist() == [True, False, False]


def test_item_that_browsing_found_differs_from_one_that_was_brought_in(index: ItemIndex) -> None:
    index.upsert(make_points([make_item("1"), make_item("2"), make_item("3", in_stock=False)]))
    query = ExpandedQuery(
        text="", filter=AnyOf("in_stock", (True,)), forced=AnyOf("id", ("2", "3"))
    )

    found = index.browse(query, 10)

    # None of them is popular, which must not look as if a rule had brought them in.
    assert set(found.keys.tolist()[:2]) == {1, 2}
    assert found.keys.tolist()[2:] == [3]
    assert (found.fused > 0).tolist() == [True, True, False]


def test_similar_items_come_by_the_weighted_sum_of_their_cosines(filled: ItemIndex) -> None:
    weights = {1: 2.0, 3: 1.0}

    found = filled.similar(ExpandedQuery(text=""), weights, 10)

    sums = _sums_of_cosines(weights)
    assert found.keys.tolist() == sorted(sums, key=lambda key: -sums[key])
    assert ids(found.keys)[0] == "mouse"
    assert list(found.fused) == sorted(found.fused, reverse=True)
    assert (found.fused > 0).all()
    # The scores are cosines to the sum of the vectors, and so in proportion to the sums of cosines.
    ratios = [score / sums[key] for key, score in zip(found.keys, found.scores[DENSE], strict=True)]
    assert ratios == pytest.approx([ratios[0]] * 4, rel=1e-2)


def test_negative_weight_keeps_its_neighbours_away(filled: ItemIndex) -> None:
    liked = filled.similar(ExpandedQuery(text=""), {1: 1.0}, 10)
    without = filled.similar(ExpandedQuery(text=""), {1: 1.0, 2: -0.9}, 10)

    assert ids(liked.keys)[:2] == ["mouse", "pad"]
    assert ids(without.keys)[-1] == "pad"
    sums = _sums_of_cosines({1: 1.0, 2: -0.9})
    assert without.keys.tolist() == sorted(sums, key=lambda key: -sums[key])


def test_similar_items_pass_the_filter_and_are_not_hidden(filled: ItemIndex) -> None:
    query = ExpandedQuery(
        text="", filter=AnyOf("in_stock", (True,)), hidden=AnyOf("id", ("mouse", "chair"))
    )

    found = filled.similar(query, {1: 1.0}, 10)

    assert ids(found.keys) == ["lamp"]


def test_similar_items_are_cut_off_at_the_limit_and_rules_bring_others_in(
    filled: ItemIndex,
) -> None:
    everything = filled.similar(ExpandedQuery(text=""), {1: 1.0}, 10)
    last = ids(everything.keys)[-1]
    query = ExpandedQuery(text="", included=AnyOf("id", (last, "gone")))

    found = filled.similar(query, {1: 1.0}, 2)

    assert ids(found.keys) == [*ids(everything.keys)[:2], last]
    assert found.capped
    assert not everything.capped
    assert (found.fused > 0).tolist() == [True, True, False]
    assert found.scores[DENSE][-1] == pytest.approx(everything.scores[DENSE][-1], abs=1e-3)


def test_keys_without_a_point_and_weights_that_cancel_out_find_nothing(filled: ItemIndex) -> None:
    filled.upsert([make_point(9, ITEMS[0])])
    pinned = ExpandedQuery(text="", included=AnyOf("id", ("chair",)))

    assert len(filled.similar(ExpandedQuery(text=""), {999: 1.0}, 10)) == 0
    assert len(filled.similar(ExpandedQuery(text=""), {}, 10)) == 0
    assert len(filled.similar(ExpandedQuery(text=""), {1: 1.0, 9: -1.0}, 10)) == 0
    assert ids(filled.similar(pinned, {999: 1.0}, 10).keys) == ["chair"]
    known = filled.similar(ExpandedQuery(text=""), {1: 1.0, 999: -5.0}, 10)
    assert known.keys.tolist() == filled.similar(ExpandedQuery(text=""), {1: 1.0}, 10).keys.tolist()


def test_browsing_goes_by_popularity_and_says_when_it_was_cut_off(filled: ItemIndex) -> None:
    found = filled.browse(ExpandedQuery(text=""), 2)

    assert ids(found.keys) == ["pad", "lamp"]
    assert found.capped
    assert not filled.browse(ExpandedQuery(text=""), 10).capped


def test_writing_again_replaces_and_deleting_forgets(filled: ItemIndex) -> None:
    changed: list[Item] = [make_item("mouse", title="Trackball", brand="Kori")]

    filled.upsert(make_points(changed))
    filled.delete([ItemKey(KEYS["lamp"]), ItemKey(999)])

    assert filled.count() == len(ITEMS) - 1
    only_words = QueryVectors(lexical=query_vectors("trackball").lexical)
    found = filled.retrieve(ExpandedQuery(text="trackball"), only_words, 4)
    assert ids(found.keys) == ["mouse"]


# A double holds 2**53 and 2**53 + 1 as one number; nanoseconds since 1970 are far above both.
@pytest.mark.parametrize("version", [1, 2**31, 2**53, 1_764_000_000_123_456_789, 2**62 - 1])
def test_older_point_never_replaces_a_newer_one(index: ItemIndex, version: int) -> None:
    index.upsert([make_point(1, named(1, "new"), version)])

    index.upsert([make_point(1, named(1, "old"), version - 1)])

    assert titles_of(index) == {1: "1 new"}
    assert index.point_versions([ItemKey(1)]) == {1: version}


@pytest.mark.parametrize("version", [1, 2**31, 2**53, 1_764_000_000_123_456_789, 2**62 - 1])
def test_newer_point_replaces_an_older_one(index: ItemIndex, version: int) -> None:
    index.upsert([make_point(1, named(1, "old"), version - 1)])

    index.upsert([make_point(1, named(1, "new"), version)])

    assert titles_of(index) == {1: "1 new"}


def test_point_of_the_same_version_replaces(index: ItemIndex) -> None:
    index.upsert([make_point(1, named(1, "first"), 7)])

    index.upsert([make_point(1, named(1, "embedded anew"), 7)])

    assert titles_of(index) == {1: "1 embedded anew"}


def test_each_point_of_a_batch_is_held_against_its_own_version(index: ItemIndex) -> None:
    stored = {key: 10 * key for key in range(1, 5)}
    index.upsert([make_point(key, named(key, "stored"), held) for key, held in stored.items()])

    index.upsert(
        [
            make_point(1, named(1, "newer"), 11),
            make_point(2, named(2, "older"), 11),
            make_point(3, named(3, "older"), 29),
            make_point(4, named(4, "newer"), 41),
            make_point(5, named(5, "first"), 11),
        ]
    )

    assert titles_of(index) == {
        1: "1 newer",
        2: "2 stored",
        3: "3 stored",
        4: "4 newer",
        5: "5 first",
    }


def test_of_several_points_of_one_key_in_a_batch_the_newest_counts(index: ItemIndex) -> None:
    index.upsert(
        [
            make_point(1, named(1, "middle"), 5),
            make_point(1, named(1, "newest"), 9),
            make_point(1, named(1, "oldest"), 1),
            make_point(2, named(2, "first"), 3),
            make_point(2, named(2, "last of the same version"), 3),
        ]
    )

    assert titles_of(index) == {1: "1 newest", 2: "2 last of the same version"}


def test_large_batch_of_many_versions_is_written_whole(index: ItemIndex) -> None:
    def batch(word: str, first: int) -> list[IndexedPoint]:
        return [make_point(key, named(key, word), first + key) for key in range(1, 301)]

    index.upsert(batch("new", 1_000))
    index.upsert(batch("old", 999))

    assert index.count() == 300
    assert set(titles_of(index).values()) == {f"{key} new" for key in range(1, 301)}


def test_writers_at_the_same_time_leave_the_newest_version(
    index: ItemIndex, request: pytest.FixtureRequest
) -> None:
    if "client-local" in request.node.name:
        pytest.skip("the client's local mode lets threads run into each other")
    versions = np.random.default_rng(4).permutation(np.repeat(np.arange(1, 11), 2)).tolist()

    def write(version: int) -> None:
        index.upsert([make_point(key, named(key, str(version)), version) for key in (1, 2, 3)])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, versions))

    assert titles_of(index) == {key: f"{key} 10" for key in (1, 2, 3)}


def test_versions_of_those_points_that_are_there(index: ItemIndex) -> None:
    index.upsert([make_point(1, make_item("1"), 5), make_point(3, make_item("3"), 2**60 + 1)])

    assert index.point_versions([ItemKey(1), ItemKey(2), ItemKey(3)]) == {1: 5, 3: 2**60 + 1}
    assert index.point_versions([]) == {}


def test_scrolling_gives_every_point_once_by_ascending_key(index: ItemIndex) -> None:
    keys = [1, 2, 3, 5, 8, 13, 21, 2**40]
    index.upsert([make_point(key, make_item(str(key))) for key in reversed(keys)])

    pages: list[Sequence[IndexedPoint]] = [index.scroll_points(None, 3)]
    while pages[-1]:
        pages.append(index.scroll_points(pages[-1][-1].key, 3))

    assert [point.key for page in pages for point in page] == keys
    assert [len(page) for page in pages] == [3, 3, 2, 0]


def test_scrolling_tells_of_every_point_what_it_is_of(index: ItemIndex) -> None:
    keys = [1, 2, 3, 5, 8, 2**40]
    index.upsert([make_point(key, make_item(f"i{key}"), version=key + 2**60) for key in keys])

    refs = [*index.scroll_refs(None, 4), *index.scroll_refs(5, 4)]

    assert refs == [PointRef(ItemKey(key), key + 2**60, f"i{key}") for key in keys]
    assert index.scroll_refs(2**40, 4) == []


def test_scrolled_point_is_the_one_that_was_stored(filled: ItemIndex) -> None:
    wordless = IndexedPoint(
        key=ItemKey(9),
        version=2**60 + 1,
        dense=make_points(ITEMS)[0].dense,
        lexical=SparseVector((), ()),
        core=SparseVector((), ()),
        payload=make_points(ITEMS)[0].payload,
    )
    filled.upsert([wordless])

    for stored, read in zip(
        [*make_points(ITEMS), wordless], filled.scroll_points(None, 10), strict=True
    ):
        assert (read.key, read.version, read.payload) == (
            stored.key,
            stored.version,
            stored.payload,
        )
        assert weights(read.lexical) == weights(stored.lexical)
        assert weights(read.core) == weights(stored.core)
        assert read.dense.dtype == np.float32
        assert read.dense == pytest.approx(stored.dense, abs=1e-6)


def test_points_that_were_moved_are_found_as_before(
    filled: ItemIndex, collections: Collections
) -> None:
    moved = collections.open(collections.create(SPEC))
    query, vectors = ExpandedQuery(text="wireless mouse"), query_vectors("wireless mouse")

    moved.upsert(filled.scroll_points(None, 100))
    before, after = filled.retrieve(query, vectors, 4), moved.retrieve(query, vectors, 4)
    moved.close()

    assert after.keys.tolist() == before.keys.tolist()
    for name, scores in before.scores.items():
        assert after.scores[name] == pytest.approx(scores, abs=1e-6)


def test_empty_index_and_unknown_words_give_no_candidates(index: ItemIndex) -> None:
    found = index.retrieve(ExpandedQuery(text="anything"), query_vectors("anything"), 5)
    browsed = index.browse(ExpandedQuery(text=""), 5)

    assert len(found) == len(browsed) == 0
    assert not found.capped


def _passing(condition: Filter) -> set[str]:
    return {
        item.id
        for item, point in zip(ITEMS, make_points(ITEMS), strict=True)
        if matches(condition, point.payload)
    }


def _sums_of_cosines(weights: dict[int, float]) -> dict[int, float]:
    """Of every item, worked out one by one."""
    vectors = [point.dense / np.linalg.norm(point.dense) for point in make_points(ITEMS)]
    return {
        key: sum(weight * float(vectors[n - 1] @ vector) for n, weight in weights.items())
        for key, vector in enumerate(vectors, start=1)
    }


def named(key: int, word: str) -> Item:
    return make_item(str(key), title=f"{key} {word}", attributes={"title": f"{key} {word}"})


def titles_of(index: ItemIndex) -> dict[int, str]:
    """By key; read from the payload, which knows the title of an item by its attribute only."""
    titles: dict[int, str] = {}
    for point in index.scroll_points(None, 1_000):
        terms = point.payload["terms"]
        assert isinstance(terms, list)
        titles[point.key] = terms[0].removeprefix("title\x1ft")
    return titles


def weights(vector: SparseVector) -> dict[int, float]:
    return dict(zip(vector.indices, vector.values, strict=True))
