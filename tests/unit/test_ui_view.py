"""What the search page shows, worked out from an answer: money, addresses, traces, cards."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.render import hit_item
from app.search.schemas import (
    FeatureTrace,
    Hit,
    HitTrace,
    QueryEcho,
    Relaxation,
    RetrieverTrace,
    RuleEffect,
    SearchResponse,
    Timings,
    Total,
    Variant,
)
from app.ui.addresses import PER_PAGE, Address
from app.ui.money import format_price
from app.ui.searching import Answer
from app.ui.traces import TraceView, format_number, measure, view_trace
from app.ui.view import Card, Results, link_to, view_results, web_link
from tests.factories import make_item


def make_trace(**fields: Any) -> HitTrace:
    defaults: dict[str, Any] = {
        "retrieval": {"dense": RetrieverTrace(1, 0.7), "lexical": RetrieverTrace(3, 12.5)},
        "features": (FeatureTrace("title_coverage", 0.5),),
        "model_score": 1.25,
        "rules": (),
        "position": 1,
    }
    return HitTrace(**(defaults | fields))


def make_hit(position: int = 1, explain: HitTrace | None = None, **item: Any) -> Hit:
    made = make_item(str(position), **item)
    return Hit(made.id, position, 1.0, "organic", hit_item(made), explain)


def make_response(*hits: Hit, **fields: Any) -> SearchResponse:
    defaults: dict[str, Any] = {
        "query_id": "1",
        "query": QueryEcho("kettle", "kettle"),
        "total": Total(len(hits), "exact"),
        "hits": hits,
        "ruleset_version": 1,
        "applied_rules": (),
        "degraded": (),
        "timings_ms": Timings(),
    }
    return SearchResponse(**(defaults | fields))


def view(*hits: Hit, page: int = 1, **fields: Any) -> Results:
    return view_results(Answer(make_response(*hits, **fields)), Address(q="kettle", page=page))


def card(**item: Any) -> Card:
    return view(make_hit(**item)).cards[0]


def traced(*traces: HitTrace) -> list[TraceView]:
    hits = [make_hit(n, explain=trace) for n, trace in enumerate(traces, start=1)]
    return [one.trace for one in view(*hits).cards if one.trace]


@pytest.mark.parametrize(
    ("price", "currency", "shown"),
    [
        (1299, "EUR", "€1,299.00"),
        (0, "USD", "$0.00"),
        (12800, "JPY", "¥12,800"),
        (249, "PLN", "249.00\N{NO-BREAK SPACE}zł"),
        (1.5, "KWD", "KWD\N{NO-BREAK SPACE}1.500"),
        (10, "SEK", "SEK\N{NO-BREAK SPACE}10.00"),
        (1e9, "GBP", "£1,000,000,000.00"),
    ],
)
def test_price_is_shown_as_its_currency_is_written(price: float, currency: str, shown: str) -> None:
    assert format_price(price, currency) == shown


def test_item_without_a_price_shows_none() -> None:
    assert card(price=None).price == ""
    assert card(price=0.0).price == "€0.00"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.71234, "0.7123"),
        (-1.5, "−1.5"),
        (12800, "12,800"),
        (-12800.4, "−12,800"),
        (0, "0"),
        (1e-7, "1e−07"),
        (1e15, "1e+15"),
    ],
)
def test_number_is_shown_with_its_telling_digits(number: float, shown: str) -> None:
    assert format_number(number) == shown


def test_bars_of_contributions_share_one_scale_and_the_longest_come_first() -> None:
    traces = traced(
        make_trace(
            features=(
                FeatureTrace("rating", 0.9, 0.5),
                FeatureTrace("accessory", 1.0, -2.0),
                FeatureTrace("dense", 0.7, 1.0),
            )
        ),
        make_trace(features=(FeatureTrace("dense", 0.9, 4.0),)),
    )

    assert [(bar.name, bar.side, bar.width, bar.amount) for bar in traces[0].bars] == [
        ("accessory", "minus", 50.0, "−2.00"),
        ("dense", "plus", 25.0, "+1.00"),
        ("rating", "plus", 12.5, "+0.50"),
    ]
    assert traces[1].bars[0].width == 100.0
    assert all(trace.diverging for trace in traces)


def test_bars_of_values_have_a_scale_for_each_feature_and_keep_their_order() -> None:
    features = (FeatureTrace("dense", 0.4), FeatureTrace("title_coverage", 5.0))
    larger = (FeatureTrace("dense", 0.8), FeatureTrace("title_coverage", 5.0))

    first, second = traced(make_trace(features=features), make_trace(features=larger))

    assert [(bar.name, bar.width, bar.side) for bar in first.bars] == [
        ("dense", 50.0, "value"),
        ("title coverage", 100.0, "value"),
    ]
    assert second.bars[0].width == 100.0
    assert not first.diverging


def test_features_of_no_size_have_bars_of_no_length() -> None:
    features = (FeatureTrace("dense", 0.0), FeatureTrace("price", math.nan))

    assert [bar.width for bar in traced(make_trace(features=features))[0].bars] == [0.0, 0.0]
    nothing = make_trace(features=(FeatureTrace("dense", 0.0, 0.0),))
    assert traced(nothing)[0].bars[0].amount == "0.0"


def test_tiny_contribution_is_shown_without_a_sign() -> None:
    features = (FeatureTrace("dense", 1.0, 10.0), FeatureTrace("price", 1.0, -0.0001))

    assert traced(make_trace(features=features))[0].bars[1].amount == "0.0"


def test_retriever_that_did_not_find_a_hit_is_shown_without_a_rank() -> None:
    only_dense = make_trace(retrieval={"dense": RetrieverTrace(2, 0.5)})

    both, one = traced(make_trace(), only_dense)

    assert [(row.name, row.rank, row.score) for row in both.retrievers] == [
        ("dense", 1, "0.7"),
        ("lexical", 3, "12.5"),
    ]
    assert [(row.name, row.rank, row.score) for row in one.retrievers] == [
        ("dense", 2, "0.5"),
        ("lexical", None, ""),
    ]


def test_trace_shows_rules_position_and_score_as_they_are() -> None:
    rules = (RuleEffect("launch", "Launch", "pinned to position 1"),)

    trace = traced(make_trace(rules=rules, position=7, model_score=None))[0]

    assert (trace.rules, trace.position, trace.model_score) == (rules, 7, "")


number = st.floats(-1e300, 1e300)


@given(st.lists(st.tuples(number, st.none() | number), min_size=1, max_size=5))
def test_no_bar_is_longer_than_its_room(values: list[tuple[float, float | None]]) -> None:
    trace = make_trace(
        features=tuple(FeatureTrace(f"f{n}", *pair) for n, pair in enumerate(values))
    )

    shown = view_trace(trace, measure([make_hit(explain=trace)]))

    assert len(shown.bars) == len(values)
    assert all(0 <= bar.width <= 100 for bar in shown.bars)


def test_hit_without_a_trace_has_none_to_show() -> None:
    assert card().trace is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://shop.example/1", "https://shop.example/1"),
        ("HTTP://shop.example/1", "HTTP://shop.example/1"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("/local", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_lead_to_the_shop(url: str, link: str) -> None:
    assert web_link(url) == link


@pytest.mark.parametrize(
    ("item_id", "link"),
    [("kettle-1", "/items/kettle-1"), ("A/B 1?", "/items/A%2FB%201%3F"), ("é", "/items/%C3%A9")],
)
def test_hit_leads_to_its_own_page_whatever_its_id(item_id: str, link: str) -> None:
    assert link_to(item_id) == link


def test_title_shows_the_marks_of_the_search_and_nothing_else_as_html() -> None:
    item = hit_item(make_item("1", title="<b>kettle</b>"))
    marked = Hit("1", 1, 1.0, "organic", item, highlights={"title": "a <mark>kettle</mark>"})

    assert view(Hit("1", 1, 1.0, "organic", item)).cards[0].title == "&lt;b&gt;kettle&lt;/b&gt;"
    assert view(marked).cards[0].title == "a <mark>kettle</mark>"


def test_hit_says_how_many_variants_it_stands_for() -> None:
    item = hit_item(make_item("1"))
    other = Variant("2", "Kettle", 1.0, "EUR", True, "", "", {})

    assert view(Hit("1", 1, 1.0, "organic", item)).cards[0].variants == ""
    assert view(Hit("1", 1, 1.0, "organic", item, variants=(other,))).cards[0].variants == (
        "2 variants"
    )


def test_each_relaxation_has_a_sentence() -> None:
    steps = (Relaxation("drop_word", word="shiny"), Relaxation("drop_filter", field="brand"))

    assert view(query=QueryEcho("shiny kettle", "kettle", relaxed=steps)).relaxed == (
        "Nothing has all the words, so “shiny” was left out.",
        "Too little was found with it, so the filter Brand was left out.",
    )


@pytest.mark.parametrize(
    ("url", "picture"),
    [
        ("https://shop.example/1.jpg", "https://shop.example/1.jpg"),
        ("/sample/pictures/1.svg", "/sample/pictures/1.svg"),
        ("pictures/1.jpg", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_picture_needs_an_address_that_leads_somewhere(url: str, picture: str) -> None:
    assert card(image_url=url).picture == picture


@pytest.mark.parametrize(
    ("title", "initials"),
    [("red kettle XL", "RK"), ("Kettle", "K"), ("– red", "R"), ("“…” !", "·"), ("4K TV", "4T")],
)
def test_placeholder_has_the_first_letters_of_the_title(title: str, initials: str) -> None:
    assert card(title=title).initials == initials


def test_placeholders_of_one_department_have_one_colour() -> None:
    first, second = card(categories=("Kitchen", "Mugs")), card(categories=("Kitchen", "Pans"))

    assert first.hue == second.hue
    assert 0 <= first.hue < 360
    assert card(categories=("Toys",)).hue != first.hue


@pytest.mark.parametrize(
    ("rating", "stars", "filled"), [(4.54, "4.5", 90.8), (0.0, "0.0", 0.0), (None, "", 0.0)]
)
def test_stars_are_filled_by_the_rating(rating: float | None, stars: str, filled: float) -> None:
    shown = card(rating=rating)

    assert (shown.stars, round(shown.filled, 2)) == (stars, filled)


@pytest.mark.parametrize(
    ("total", "found"),
    [
        (Total(0, "exact"), "No items"),
        (Total(1, "exact"), "1 item"),
        (Total(1234, "exact"), "1,234 items"),
        (Total(200, "capped"), "More than 200 items"),
        (Total(1, "capped"), "More than 1 items"),
        (Total(0, "capped"), "No items"),
    ],
)
def test_count_says_whether_there_may_be_more(total: Total, found: str) -> None:
    assert view(total=total).found == found


def test_shown_range_is_counted_over_all_pages() -> None:
    assert view(make_hit(21), make_hit(22), total=Total(22, "exact"), page=2).shown == "21–22"
    assert view().shown == ""


def test_timing_slices_are_shares_of_the_whole() -> None:
    timings = Timings(wait=2.0, embed=4.0, retrieve=2.0, features=1.0, score=1.0, total=10.0)

    results = view(timings_ms=timings)

    assert [(one.name, one.ms, one.share) for one in results.slices] == [
        ("wait", "2.0", 20.0),
        ("embed", "4.0", 40.0),
        ("retrieve", "2.0", 20.0),
        ("features", "1.0", 10.0),
        ("score", "1.0", 10.0),
        ("rules", "0.0", 0.0),
        ("facets", "0.0", 0.0),
        ("highlight", "0.0", 0.0),
    ]
    assert results.total_ms == "10.0"


def test_timing_slices_never_pass_the_whole() -> None:
    results = view(timings_ms=Timings(embed=150.4, retrieve=50.0, total=100.0))

    assert math.isclose(sum(one.share for one in results.slices), 100, abs_tol=0.05)
    assert results.slices[1].ms == "150"
    assert [one.share for one in view(timings_ms=Timings()).slices] == [0.0] * 8


@pytest.mark.parametrize(
    ("items", "page", "pages"),
    [
        (21, 1, (1, 2)),
        (60, 1, (1, 2, 3)),
        (100, 1, (1, 2, None, 5)),
        (200, 5, (1, None, 4, 5, 6, None, 10)),
        (200, 4, (1, 2, 3, 4, 5, None, 10)),
        (200, 10, (1, None, 9, 10)),
    ],
)
def test_pager_shows_the_ends_and_the_neighbours(
    items: int, page: int, pages: tuple[int | None, ...]
) -> None:
    pager = view(total=Total(items, "exact"), page=page).pager

    assert pager is not None
    assert (pager.current, pager.last, pager.pages) == (page, -(-items // PER_PAGE), pages)


@pytest.mark.parametrize(
    ("items", "page", "beyond"),
    [(0, 1, False), (0, 2, False), (1, 1, False), (1, 2, True), (41, 3, False), (41, 4, True)],
)
def test_page_is_beyond_the_last_where_something_is_found_and_ends_before_it(
    items: int, page: int, beyond: bool
) -> None:
    results = view(total=Total(items, "exact"), page=page)

    assert (results.last, results.beyond_last) == (-(-items // PER_PAGE), beyond)
    assert not beyond or results.pager is None


@pytest.mark.parametrize("items", [0, 1, PER_PAGE])
def test_single_page_needs_no_pager(items: int) -> None:
    assert view(total=Total(items, "exact")).pager is None
