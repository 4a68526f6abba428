"""What each feature says of an item, and that none ever leaves its bounds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.candidates import CORE, DENSE, Candidates
from indexing.documents import Item, ItemKey
from indexing.queries import Variant
from ranking.facts import facts_of
from ranking.features import (
    DEFINITIONS,
    FEATURES,
    TRUSTED,
    FeatureMatrix,
    extract,
    no_features,
)
from tests.factories import NOW, make_candidates, make_item


def features_of(
    query: str,
    items: Sequence[Item],
    candidates: Candidates | None = None,
    variants: Sequence[Variant] = (),
) -> FeatureMatrix:
    facts = [facts_of(ItemKey(key), item) for key, item in enumerate(items, start=1)]
    return extract(query, candidates or make_candidates(len(items)), facts, NOW, variants)


def column(name: str, query: str, *items: Item, variants: Sequence[Variant] = ()) -> list[float]:
    """One feature of every item, rounded so that it can be written down."""
    values = features_of(query, items, variants=variants).values[:, FEATURES.index(name)]
    return [round(float(value), 4) for value in values]


def titled(*titles: str, **fields: Any) -> list[Item]:
    return [make_item(str(n), title=title, **fields) for n, title in enumerate(titles)]


texts = st.text(max_size=40) | st.lists(
    st.sampled_from(["laptop", "bag", "for", "head", "set", "headset", "15.6", "Café", "with"]),
    max_size=8,
).map(" ".join)
shop_items = st.builds(
    make_item,
    item_id=st.just("1"),
    title=texts,
    description=texts,
    brand=texts,
    categories=st.lists(texts, max_size=3).map(tuple),
    price=st.none() | st.floats(0, 1e9),
    in_stock=st.booleans(),
    rating=st.none() | st.floats(0, 5),
    review_count=st.integers(0, 2**31 - 1),
    popularity=st.floats(0, 1e12),
    released_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    attributes=st.dictionaries(texts, texts | st.floats(-1e9, 1e9) | st.booleans(), max_size=2),
)


rephrasings = st.lists(st.builds(Variant, texts, st.floats(0.01, 1)), max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, list[Item], Candidates]:
    items = draw(st.lists(shop_items, max_size=6))
    n = len(items)
    cosine = draw(st.lists(st.floats(-1, 1, width=32), min_size=n, max_size=n))
    bm25 = draw(st.lists(st.floats(0, 1000, width=32), min_size=n, max_size=n))
    ran = draw(st.sampled_from([{DENSE, CORE}, {DENSE}, {CORE}, set()]))
    scores = {name: s for name, s in ((DENSE, cosine), (CORE, bm25)) if name in ran}
    # Where no retriever ran, the factory would fill in scores of its own.
    candidates = make_candidates(n, scores or {"other": [0.0] * n})
    return draw(texts), items, candidates


@settings(deadline=None)
@given(requests(), rephrasings)
def test_every_value_lies_between_0_and_1_whatever_comes(
    request_: tuple[str, list[Item], Candidates], variants: list[Variant]
) -> None:
    query, items, candidates = request_

    matrix = features_of(query, items, candidates, variants)

    assert matrix.values.shape == (len(items), len(FEATURES))
    assert matrix.values.dtype == np.float32
    assert matrix.complete
    assert np.isfinite(matrix.values).all()
    assert ((matrix.values >= 0) & (matrix.values <= 1)).all()


def test_matrix_names_its_columns_and_rows() -> None:
    matrix = features_of("kettle", [make_item("a"), make_item("b")])

    assert matrix.names == FEATURES == tuple(DEFINITIONS)
    assert matrix.item_ids == ("a", "b")
    assert set(FEATURES) >= TRUSTED


def test_stand_in_for_features_is_marked_as_such() -> None:
    matrix = no_features([facts_of(ItemKey(1), make_item("a"))])

    assert not matrix.complete
    assert matrix.item_ids == ("a",)
    assert not matrix.values.any()


def test_retrieval_scores_are_the_cosine_and_the_words_relative_to_the_best() -> None:
    candidates = make_candidates(3, {DENSE: [0.75, -0.5, 0.25], CORE: [2.0, 8.0, 0.0]})

    matrix = features_of("kettle", titled("a", "b", "c"), candidates)

    assert matrix.values[:, FEATURES.index("dense")].tolist() == [0.75, 0.0, 0.25]
    assert matrix.values[:, FEATURES.index("lexical")].tolist() == [0.25, 1.0, 0.0]


def test_item_whose_text_is_the_query_itself_is_no_nearer_than_1() -> None:
    just_above = np.nextafter(np.float32(1), np.float32(2))
    found = make_candidates(1)
    found.scores[DENSE][:] = just_above

    values = features_of("kettle", titled("kettle"), found).values

    assert values[0, FEATURES.index("dense")] == 1.0


def test_earlier_candidates_have_the_higher_fused_rank() -> None:
    assert column("fused_rank", "x", *titled("a", "b", "c")) == [1.0, 0.9091, 0.8333]


def test_coverage_counts_the_words_of_the_query_that_an_item_has() -> None:
    items = [
        make_item("1", title="Red kettle"),
        make_item("2", title="Kettle", description="In red."),
        make_item("3", title="Mug", categories=("Kettles",)),
        make_item("4", title="Mug"),
    ]

    assert column("coverage", "the red kettle", *items) == [1.0, 1.0, 0.5, 0.0]
    assert column("title_coverage", "the red kettle", *items) == [1.0, 0.5, 0.0, 0.0]
    assert column("category_coverage", "the red kettle", *items) == [0.0, 0.0, 0.5, 0.0]


def test_phrase_needs_the_words_one_behind_the_other() -> None:
    items = titled("Running shoes, red", "Shoes for running", "Shoes, running in red")

    assert column("phrase", "running shoes", *items) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("query", "thing", "accessory"),
    [
        ("laptop", "Lenovo laptop 15 inch", "Sleeve for laptop 15 inch"),
        ("iphone", "Apple iPhone 15", "Case with stand, fits iPhone 15"),
        ("printer", "HP printer with scanner", "Cable compatible with HP printer"),
        ("head set", "Headset with microphone", "Cushions for headset"),
    ],
)
def test_accessory_is_told_from_the_thing_that_it_goes_with(
    query: str, thing: str, accessory: str
) -> None:
    assert column("accessory", query, *titled(thing, accessory)) == [0.0, 1.0]


def test_accessory_that_was_asked_for_by_name_is_none() -> None:
    assert column("accessory", "laptop sleeve", *titled("Sleeve for laptop 15 inch")) == [0.0]


def test_head_set_is_found_as_headset_and_the_other_way_round() -> None:
    items = titled("Headset, wireless", "Head set, wireless", "Hat")

    assert column("title_coverage", "head set", *items) == [1.0, 1.0, 0.0]
    assert column("phrase", "head set", *items) == [1.0, 1.0, 0.0]
    assert column("title_coverage", "headset", *items)[0] == 1.0


def test_brand_matches_when_the_query_has_all_its_words() -> None:
    items = [
        make_item("1", brand="Black & Decker"),
        make_item("2", brand="Decker"),
        make_item("3", brand=""),
        make_item("4", brand="Bosch"),
    ]

    assert column("brand_match", "black decker drill", *items) == [1.0, 1.0, 0.0, 0.0]
    assert column("brand_match", "black drill", *items) == [0.0, 0.0, 0.0, 0.0]


def test_price_is_the_place_between_the_cheapest_and_the_dearest() -> None:
    prices = [30.0, 10.0, None, 20.0, 20.0, 1e9]
    items = [make_item(str(n), price=price) for n, price in enumerate(prices)]

    assert column("price", "x", *items) == [0.75, 0.0, 0.5, 0.375, 0.375, 1.0]


@pytest.mark.parametrize("prices", [[None, None], [10.0], [10.0, None], [10.0, 10.0]])
def test_price_says_nothing_where_there_is_nothing_to_compare(
    prices: list[float | None],
) -> None:
    items = [make_item(str(n), price=price) for n, price in enumerate(prices)]

    assert column("price", "x", *items) == [0.5] * len(prices)


def test_few_reviews_hardly_move_a_rating_and_missing_stars_say_nothing() -> None:
    items = [
        make_item("1", rating=5.0, review_count=1),
        make_item("2", rating=5.0, review_count=1000),
        make_item("3", rating=None, review_count=1000),
        make_item("4", rating=1.0, review_count=0),
    ]

    assert column("rating", "x", *items) == [0.7273, 0.997, 0.7, 0.7]


def test_reviews_and_popularity_are_relative_to_the_list() -> None:
    items = [
        make_item("1", review_count=99, popularity=50.0),
        make_item("2", review_count=9, popularity=100.0),
        make_item("3"),
    ]

    assert column("reviews", "x", *items) == [1.0, 0.5, 0.0]
    assert column("popularity", "x", *items) == [0.5, 1.0, 0.0]


def test_freshness_falls_with_the_years_and_the_future_counts_as_now() -> None:
    items = [
        make_item("1", released_at=NOW),
        make_item("2", released_at=NOW + timedelta(days=90)),
        make_item("3", released_at=NOW - timedelta(days=365.25)),
        make_item("4", released_at=datetime(1, 1, 1, tzinfo=UTC)),
        make_item("5", released_at=None),
    ]

    assert column("freshness", "x", *items) == [1.0, 1.0, 0.3679, 0.0, 0.0]


def test_stock_is_1_or_0() -> None:
    items = [make_item("1"), make_item("2", in_stock=False)]

    assert column("in_stock", "x", *items) == [1.0, 0.0]


def test_category_agreement_is_the_share_of_the_best_in_the_same_leaf() -> None:
    items = [
        make_item("1", categories=("Kitchen", "Kettles")),
        make_item("2", categories=("Kitchen", "Kettles")),
        make_item("3", categories=("Kitchen", "Kettles")),
        make_item("4", categories=("Toys", "Kettles")),
        make_item("5"),
    ]

    assert column("category_agreement", "kettle", *items) == [0.6, 0.6, 0.6, 0.2, 0.0]


def test_candidates_far_down_have_no_say_in_what_category_is_meant() -> None:
    best = [make_item(str(n), categories=("Kettles",)) for n in range(20)]
    rest = [make_item(str(n), categories=("Mugs",)) for n in range(20, 60)]

    assert column("category_agreement", "kettle", *best, *rest)[19:21] == [1.0, 0.0]


def test_query_without_a_word_matches_nothing_and_is_no_error() -> None:
    matrix = features_of("?!", titled("Red kettle", "Mug"))

    for name in ("coverage", "title_coverage", "phrase", "accessory", "brand_match"):
        assert not matrix.values[:, FEATURES.index(name)].any()


def test_no_candidates_give_no_rows() -> None:
    variants = [Variant("teapot", 1.0)]

    assert features_of("kettle", []).values.shape == (0, len(FEATURES))
    assert features_of("kettle", [], variants=variants).values.shape == (0, len(FEATURES))


def test_words_of_a_variant_count_by_its_weight() -> None:
    items = titled("Red kettle", "Red teapot", "Teapot", "Mug")
    variants = [Variant("red teapot", 0.5)]

    for name in ("coverage", "title_coverage"):
        assert column(name, "red kettle", *items, variants=variants) == [1.0, 0.5, 0.25, 0.0]
    assert column("phrase", "red kettle", *items, variants=variants) == [1.0, 0.5, 0.0, 0.0]


def test_variant_finds_its_brand_and_its_category() -> None:
    items = [make_item("1", brand="Bosch"), make_item("2", categories=("Home", "Drills"))]
    variants = [Variant("bosch drill", 0.4)]

    assert column("brand_match", "borer", *items, variants=variants) == [0.4, 0.0]
    assert column("category_coverage", "borer", *items, variants=variants) == [0.0, 0.2]


def test_of_several_variants_and_the_query_the_best_counts() -> None:
    items = titled("Kettle")
    variants = [Variant("teapot", 1.0), Variant("kettle", 0.25), Variant("kettle", 0.75)]

    assert column("title_coverage", "boiler", *items, variants=variants) == [0.75]
    assert column("title_coverage", "kettle", *items, variants=variants) == [1.0]


@settings(deadline=None)
@given(requests(), rephrasings)
def test_variant_never_takes_from_what_the_query_found(
    request_: tuple[str, list[Item], Candidates], variants: list[Variant]
) -> None:
    query, items, candidates = request_

    plain = features_of(query, items, candidates).values
    expanded = features_of(query, items, candidates, variants).values

    # Of all features, `accessory` alone speaks against an item.
    praise = [n for n, name in enumerate(FEATURES) if name != "accessory"]
    assert (expanded[:, praise] >= plain[:, praise]).all()


def test_facts_name_the_group_and_for_an_item_without_one_the_item() -> None:
    variant = facts_of(ItemKey(1), make_item("mug-red", group_id="mug"))
    single = facts_of(ItemKey(2), make_item("lamp"))

    assert (variant.group_id, single.group_id) == ("mug", "lamp")
