"""What a rule does, instruction by instruction, over HTTP, and which of several rules wins."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.db.postgres import EmbeddedPostgres
from indexing.documents import Item
from tests.factories import make_item
from tests.integration.shop import SEARCH, Raw, Shop, applied, body, case, ids, only, open_shop


def product(
    item_id: str, title: str, brand: str, price: float, rating: float, reviews: int, **fields: Any
) -> Item:
    """The earlier its letter comes, the more popular an item is, and the older."""
    place = ord(item_id) - ord("a")
    return make_item(
        item_id,
        title=title,
        brand=brand,
        price=price,
        rating=rating,
        review_count=reviews,
        popularity=10 - place,
        released_at=datetime(2020 + place, 1, 1, tzinfo=UTC),
        **fields,
    )


ITEMS = [
    product("a", "Red kettle", "Brizo", 40, 3.1, 15, categories=("Kitchen", "Kettles")),
    product("b", "Blue kettle", "Kori", 10, 4.1, 25, categories=("Kitchen", "Kettles")),
    product("c", "Desk lamp", "Brizo", 30, 3.2, 14, attributes={"room": "office"}),
    product("d", "Floor lamp", "Kori", 20, 4.2, 24, attributes={"room": "home"}),
    product("e", "Wool sofa", "Brizo", 90, 3.3, 13, in_stock=False),
    product("f", "Corner couch", "Kori", 80, 4.3, 23),
    product("g", "Small mug", "Mira", 5, 3.4, 12, group_id="mug"),
    product("h", "Large mug", "Mira", 7, 4.4, 22, group_id="mug"),
    product("i", "Old mug", "Mira", 6, 3.5, 11, group_id="mug", in_stock=False),
    product("j", "Notebook", "Kori", 60, 4.5, 21, attributes={"room": "office"}),
]
BY_POPULARITY = "abcdefghij"
KORI = only("brand", "Kori")
MIRA = only("brand", "Mira")
BOTH_WAYS = pytest.mark.parametrize("backwards", [False, True], ids=["stored so", "or backwards"])


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    # The least popular item is stored first, so that nothing comes out right by the order of keys.
    folder = tmp_path_factory.mktemp("instructions")
    with open_shop(postgres, folder, ITEMS[::-1]) as shop:
        yield shop


def rule(*then: Raw, rule_id: str = "rule", **fields: Any) -> Raw:
    return {"id": rule_id, "then": then, **fields}


def pin(item_id: str, position: int = 1, **fields: bool) -> Raw:
    return {"pin": {"item_id": item_id, "position": position, **fields}}


GONE = "not among the candidates: unknown, hidden, or stopped by a filter"


def pin_group(group_id: str, position: int = 1, **fields: bool) -> Raw:
    return {"pin": {"group_id": group_id, "position": position, **fields}}


def hide(*item_ids: str) -> Raw:
    return {"hide": {"item_ids": item_ids}}


def boost(by: float, *item_ids: str) -> Raw:
    return {"boost": {"item_ids": item_ids, "by": by}}


def bury(by: float, *item_ids: str) -> Raw:
    return {"bury": {"item_ids": item_ids, "by": by}}


def order(*answers: Raw) -> str:
    """The ids, of which each is a letter."""
    return "".join(ids(*answers))


def shown(shop: Shop, query: str = "", **fields: Any) -> str:
    return order(shop.search(query, **fields))


def pinned(answer: Raw) -> str:
    return "".join(hit["id"] for hit in answer["hits"] if hit["placement"] == "pinned")


def hit_of(answer: Raw, item_id: str) -> Raw:
    hit: Raw = next(hit for hit in answer["hits"] if hit["id"] == item_id)
    return hit


def effects(hit: Raw) -> list[tuple[str, str]]:
    """Which rule did what to the hit."""
    return [(effect["id"], effect["effect"]) for effect in hit["explain"]["rules"]]


def suppressed(answer: Raw) -> list[tuple[str, str, str]]:
    """What held and did not act: the rule, the place in it, the reason."""
    return [
        (part["id"], part["instruction"], part["reason"]) for part in answer["suppressed_rules"]
    ]


def test_shop_without_rules_is_in_order_of_popularity(shop: Shop) -> None:
    """What every other test here compares with."""
    shop.publish()

    answer = shop.search(explain=True)

    assert order(answer) == BY_POPULARITY
    assert (answer["applied_rules"], answer["suppressed_rules"]) == ([], [])


# Pin


@pytest.mark.parametrize(
    ("position", "expected"), [(1, "jabcdefghi"), (3, "abjcdefghi"), (99, "abcdefghij")]
)
def test_pinned_item_stands_at_its_position(shop: Shop, position: int, expected: str) -> None:
    shop.publish(rule(pin("j", position)))

    answer = shop.search(explain=True)

    assert order(answer) == expected
    assert applied(answer) == ["rule"]
    hit = hit_of(answer, "j")
    assert hit["placement"] == "pinned"
    assert effects(hit) == [("rule", f"pinned to position {expected.index('j') + 1}")]
    assert [hit["placement"] for hit in answer["hits"]].count("organic") == 9


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        case("the first in the order", [], "gabcdefhij"),
        case("the one that a boost raises", [boost(1_000, "h")], "habcdefgij"),
        case("none that is out of stock", [bury(1_000, "g", "h")], "gabcdefijh"),
        case("none that is hidden", [hide("g")], "habcdefij"),
    ],
)
def test_pinned_group_is_stood_for_by_its_best_variant(
    shop: Shop, others: list[Raw], expected: str
) -> None:
    shop.publish(rule(pin_group("mug"), *others))

    answer = shop.search()

    assert order(answer) == expected
    assert pinned(answer) == expected[0]


@pytest.mark.parametrize("query", ["", "small mug"])
def test_pinned_group_that_ignores_filters_is_stood_for_by_its_best_variant(
    shop: Shop, query: str
) -> None:
    shop.publish(rule(pin_group("mug", ignore_filters=True)))

    assert pinned(shop.search(query)) == "g"
    assert pinned(shop.search(query, filter=KORI)) == "g"


def test_item_that_is_not_found_by_the_query_is_pinned_all_the_same(shop: Shop) -> None:
    shop.publish(rule(pin("j", 2), when={"query": {"is": "kettle"}}))

    assert shown(shop, "kettle")[1] == "j"
    assert pinned(shop.search("kettles")) == ""


# A pin respects the shopper's filter, the rules' filters, and stock.


def test_pin_respects_the_shoppers_filter(shop: Shop) -> None:
    shop.publish(rule(pin("j")))

    answer = shop.search(filter=MIRA, explain=True)

    assert order(answer) == "ghi"
    [(rule_id, place, reason)] = suppressed(answer)
    assert (rule_id, place) == ("rule", "then[0].pin")
    assert "filter" in reason


def test_pin_respects_the_filters_of_rules(shop: Shop) -> None:
    shop.publish(rule(pin("j")), rule({"filter": MIRA}, rule_id="mira"))

    answer = shop.search(explain=True)

    assert order(answer) == "ghi"
    assert applied(answer) == ["mira"]
    assert [place for _, place, _ in suppressed(answer)] == ["then[0].pin"]


def test_pin_may_ignore_the_shoppers_and_the_rules_filters(shop: Shop) -> None:
    shop.publish(rule(pin("j", 2, ignore_filters=True)), rule({"filter": MIRA}, rule_id="mira"))

    assert shown(shop) == "gjhi"
    assert shown(shop, filter=only("in_stock", True)) == "gjh"
    assert shown(shop, filter=only("brand", "Brizo")) == "j"


def test_pinned_item_out_of_stock_stays_where_it_ranks(shop: Shop) -> None:
    shop.publish(rule(pin("e")))

    answer = shop.search(explain=True)

    assert order(answer) == BY_POPULARITY
    assert hit_of(answer, "e")["placement"] == "organic"
    assert suppressed(answer) == [("rule", "then[0].pin", "out of stock")]


def test_pin_may_ignore_stock(shop: Shop) -> None:
    shop.publish(rule(pin("e", ignore_stock=True)))

    answer = shop.search(explain=True)

    assert order(answer) == "eabcdfghij"
    assert suppressed(answer) == []


def test_pin_that_ignores_the_one_still_respects_the_other(shop: Shop) -> None:
    shop.publish(rule(pin("e", ignore_filters=True), pin("j", ignore_stock=True)))

    assert shown(shop, filter=MIRA) == "ghi"


def test_hiding_wins_over_the_strongest_pin(shop: Shop) -> None:
    stubborn = pin("j", ignore_filters=True, ignore_stock=True)
    shop.publish(rule(stubborn, priority=9), rule(hide("j"), rule_id="hide"))

    answer = shop.search(explain=True)

    assert order(answer) == "abcdefghi"
    assert [place for _, place, _ in suppressed(answer)] == ["then[0].pin"]


# Pins are off when the shopper sorts.


def test_pins_are_off_when_the_shopper_sorts(shop: Shop) -> None:
    shop.publish(rule(pin("a"), pin_group("mug", 2), {"banner": {"title": "Mugs"}}))

    answer = shop.search(sort="price", explain=True)

    assert order(answer) == "gihbdcajfe"
    assert pinned(answer) == ""
    assert suppressed(answer) == [
        ("rule", "then[0].pin", "the shopper sorts"),
        ("rule", "then[1].pin", "the shopper sorts"),
    ]
    assert len(answer["banners"]) == 1
    assert shown(shop, sort="relevance")[:2] == "ag"


def test_pins_hold_when_a_rule_sorts(shop: Shop) -> None:
    shop.publish(rule(pin("a"), {"sort": "price"}))

    assert shown(shop) == "agihbdcjfe"


# A product group counts once: of two pins on items of one group the stronger one acts.


@pytest.mark.parametrize(
    ("strong", "weak"),
    [
        case("two items", pin("h", 3), pin("g", 1)),
        case("one item twice", pin("h", 3), pin("h", 1)),
        case("item before its group", pin("h", 3), pin_group("mug", 1)),
    ],
)
def test_of_two_pins_on_one_group_the_stronger_one_acts(shop: Shop, strong: Raw, weak: Raw) -> None:
    shop.publish(rule(weak, rule_id="a"), rule(strong, rule_id="z", priority=1))

    answer = shop.search(explain=True)

    assert order(answer) == "abhcdefgij"
    assert pinned(answer) == "h"
    [(rule_id, place, reason)] = suppressed(answer)
    assert (rule_id, place) == ("a", "then[0].pin")
    assert "rule z" in reason


def test_weaker_pin_on_a_group_acts_where_the_stronger_one_cannot(shop: Shop) -> None:
    shop.publish(rule(pin("h"), rule_id="a"), rule(pin("i"), rule_id="z", priority=1))

    answer = shop.search(explain=True)

    assert pinned(answer) == "h"
    assert suppressed(answer) == [("z", "then[0].pin", "out of stock")]


# A pin whose item is not there moves all later pins up by one.


@pytest.mark.parametrize(
    ("gone", "filter_", "expected"),
    [
        case("is unknown", pin("unknown", 2), None, "cjabdefghi"),
        case("is filtered out", pin("e", 2), only("in_stock", True), "cjabdfgh"),
        case("is out of stock", pin("e", 2), None, "cjabdefghi"),
        case("would come later", pin("unknown", 4), None, "cajbdefghi"),
    ],
)
def test_pins_move_up_when_an_earlier_ones_item(
    shop: Shop, gone: Raw, filter_: Raw | None, expected: str
) -> None:
    shop.publish(rule(pin("c", 1), gone, pin("j", 3)))

    answer = shop.search(filter=filter_, explain=True)

    assert order(answer) == expected
    assert pinned(answer) == "cj"
    place = expected.index("j") + 1
    assert effects(hit_of(answer, "j")) == [("rule", f"pinned to position {place}")]
    assert [part[:2] for part in suppressed(answer)] == [("rule", "then[1].pin")]


def test_pins_of_weaker_and_stronger_rules_move_up_alike(shop: Shop) -> None:
    shop.publish(
        rule(pin("unknown", 1), rule_id="gone"),
        rule(pin("j", 2), rule_id="strong", priority=1),
        rule(pin("h", 4), rule_id="weak", priority=-1),
        rule(pin("unheard-of", 3), rule_id="gone-too", priority=-2),
    )

    assert shown(shop) == "jhabcdefgi"


# Two pins on one position: the stronger rule's gets it, the other the next.


@BOTH_WAYS
def test_of_two_pins_on_one_position_the_stronger_rules_gets_it(
    shop: Shop, backwards: bool
) -> None:
    stored = [
        rule(pin("i", 2, ignore_stock=True), rule_id="a"),
        rule(pin("j", 2), rule_id="z", priority=1),
    ]
    shop.publish(*(reversed(stored) if backwards else stored))

    answer = shop.search(explain=True)

    assert order(answer) == "ajibcdefgh"
    assert effects(hit_of(answer, "j")) == [("z", "pinned to position 2")]
    assert effects(hit_of(answer, "i")) == [("a", "pinned to position 3")]
    assert suppressed(answer) == []


def test_pin_that_gives_way_takes_no_place_of_a_stronger_one(shop: Shop) -> None:
    shop.publish(
        rule(pin("j", 1), rule_id="1", priority=3),
        rule(pin("h", 2), rule_id="2", priority=2),
        rule(pin("f", 1), rule_id="3", priority=1),
    )

    assert shown(shop) == "jhfabcdegi"


# Positions are those of the whole list: pins hold across pages, no item is shown twice or lost.

SCATTERED = (
    pin("j", 1),
    pin_group("mug", 4),
    pin("e", 2),
    pin("a", 9),
    pin("unknown", 6),
    pin("b", 8),
    pin("b", 3),
)


@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 5, 7, 9, 10, 100])
@pytest.mark.parametrize(
    "request_",
    [
        case("browsing", {}),
        case("searching", {"query": "kettle lamp"}),
        case("filtering", {"filter": only("brand", "Brizo", "Mira")}),
    ],
)
def test_pins_hold_across_pages_of_any_size(shop: Shop, request_: Raw, per_page: int) -> None:
    shop.publish(rule(*SCATTERED))
    whole = shop.search(**request_)

    pages = shop.pages(per_page, **request_)

    assert order(*pages) == order(whole)
    assert len(set(order(whole))) == whole["total"]["value"]
    assert [hit["position"] for page in pages for hit in page["hits"]] == list(
        range(1, whole["total"]["value"] + 1)
    )
    assert "".join(map(pinned, pages)) == pinned(whole)


def test_scattered_pins_stand_where_the_contract_says(shop: Shop) -> None:
    """`e` is out of stock and leaves the second place, `unknown` the sixth, and the second pin on
    `b` none."""
    shop.publish(rule(*SCATTERED))

    assert shown(shop) == "jcgdebafhi"


@pytest.fixture(scope="module")
def warehouse(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """More items than a search considers, and many of them equally popular."""
    items = [
        make_item(f"item-{n:03}", title=f"Kettle {n % 7}", popularity=9 - n // 30)
        for n in range(250)
    ]
    with open_shop(postgres, tmp_path_factory.mktemp("warehouse"), items) as shop:
        yield shop


@pytest.mark.parametrize("query", ["", "kettle"])
@pytest.mark.parametrize("per_page", [7, 40, 100])
def test_no_item_is_shown_twice_or_lost_where_there_are_more_than_are_considered(
    warehouse: Shop, query: str, per_page: int
) -> None:
    warehouse.publish(rule(pin("item-249", 2), pin("item-248", 41), pin("item-003", 100)))

    pages = warehouse.pages(per_page, query)

    found = ids(*pages)
    assert [found[1], found[40], found[99]] == ["item-249", "item-248", "item-003"]
    assert len(set(found)) == len(found) == 250
    assert pages[0]["total"] == {"value": 250, "relation": "exact"}
    assert found == ids(*warehouse.pages(33, query))


# Hide and filter


def test_hidden_items_are_gone_before_retrieval(shop: Shop) -> None:
    shop.publish(rule(hide("a", "j"), when={"query": {"contains": "kettle"}}))

    answer = shop.search("kettle")

    assert ids(answer) == ["b"]
    assert answer["total"] == {"value": 1, "relation": "exact"}
    assert applied(answer) == ["rule"]
    assert "a" in shown(shop, "red kettles")


def test_items_are_hidden_by_filter(shop: Shop) -> None:
    shop.publish(rule({"hide": {"filter": {"all": [KORI, {"field": "price", "gte": 60}]}}}))

    assert shown(shop) == "abcdeghi"


def test_hides_of_all_rules_add_up(shop: Shop) -> None:
    shop.publish(rule(hide("a"), {"hide": {"filter": MIRA}}), rule(hide("b"), rule_id="other"))

    assert shown(shop) == "cdefj"


def test_only_items_that_pass_a_rules_filter_are_candidates(shop: Shop) -> None:
    shop.publish(rule({"filter": KORI}, when={"query": {"is": "lamp"}}))

    answer = shop.search("lamp")

    assert ids(answer) == ["d"]
    assert answer["total"]["value"] == 1
    assert sorted(ids(shop.search("lamps"))) == ["c", "d"]


def test_filters_of_rules_and_shopper_all_hold(shop: Shop) -> None:
    shop.publish(
        rule({"filter": KORI}), rule({"filter": {"field": "price", "lt": 70}}, rule_id="cheap")
    )

    assert shown(shop) == "bdj"
    assert shown(shop, filter={"field": "price", "gt": 15}) == "dj"


# Boost and bury


def shift(hit: Raw) -> float:
    """What rules added to the model's score."""
    return float(hit["score"]) - float(hit["explain"]["model_score"])


@pytest.mark.parametrize(
    ("instruction", "expected", "placement"),
    [
        ({"boost": {"item_ids": ["j"], "by": 1_000}}, "jabcdefghi", "boosted"),
        ({"boost": {"filter": only("id", "j"), "by": 1_000}}, "jabcdefghi", "boosted"),
        ({"bury": {"item_ids": ["a"], "by": 1_000}}, "bcdefghija", "buried"),
        ({"bury": {"filter": only("id", "a"), "by": 1_000}}, "bcdefghija", "buried"),
    ],
    ids=["boost by id", "boost by filter", "bury by id", "bury by filter"],
)
def test_boost_raises_and_bury_lowers_the_items(
    shop: Shop, instruction: Raw, expected: str, placement: str
) -> None:
    shop.publish(rule(instruction))

    answer = shop.search(explain=True)

    assert order(answer) == expected
    moved = next(hit for hit in answer["hits"] if hit["placement"] != "organic")
    assert (moved["id"], moved["placement"]) == ("j" if "boost" in instruction else "a", placement)
    assert effects(moved) == [("rule", f"{placement} by 1000")]


def test_all_items_that_pass_the_filter_are_boosted(shop: Shop) -> None:
    shop.publish(rule({"boost": {"filter": MIRA, "by": 1_000}}))

    assert shown(shop) == "ghiabcdefj"


@pytest.mark.parametrize(
    ("then", "factor"),
    [
        case("boost", [boost(2, "c")], 2),
        case("bury", [bury(4, "c")], 1 / 4),
        case("two", [boost(2, "c"), {"boost": {"filter": only("id", "c"), "by": 3}}], 6),
        case("boost and bury", [boost(6, "c"), bury(2, "c")], 3),
        case("nothing is left", [boost(2, "c"), bury(2, "c")], 1),
    ],
)
@pytest.mark.parametrize("query", ["", "lamp"])
def test_boosts_and_buries_multiply_the_odds_and_add_up(
    shop: Shop, then: list[Raw], factor: float, query: str
) -> None:
    """Each by a rule of its own."""
    shop.publish(*(rule(part, rule_id=f"rule-{n}") for n, part in enumerate(then)))

    answer = shop.search(query, explain=True)

    assert shift(hit_of(answer, "c")) == pytest.approx(math.log(factor), abs=1e-5)
    assert shift(hit_of(answer, "d")) == 0
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)


# The query


def test_replacement_is_searched_for_instead(shop: Shop) -> None:
    shop.publish(rule({"replace_query": "desk lamp"}, when={"query": {"is": "something bright"}}))

    answer = shop.search("Something bright")

    assert answer["query"] == {"original": "Something bright", "applied": "desk lamp"}
    assert order(answer) == shown(shop, "desk lamp")
    assert shop.search("something else")["query"]["applied"] == "something else"


def test_rules_are_not_matched_again_after_a_replacement(shop: Shop) -> None:
    shop.publish(
        rule({"replace_query": "kettle"}, when={"query": {"is": "boiler"}}),
        rule({"banner": {"title": "Boilers"}}, rule_id="before", when={"query": {"is": "boiler"}}),
        rule({"banner": {"title": "Kettles"}}, rule_id="after", when={"query": {"is": "kettle"}}),
    )

    assert sorted(applied(shop.search("boiler"))) == ["before", "rule"]
    assert applied(shop.search("kettle")) == ["after"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        case("word", "cheap desk lamp", "desk lamp"),
        case("phrase", "desk lamp on sale", "desk lamp"),
        case("all at once", "Cheap lamp, on SALE, cheap", "lamp"),
        case("no part of a word", "cheapest lamp", "cheapest lamp"),
        case("phrase in its order only", "lamp sale on", "lamp sale on"),
        case("whole query, which then browses", "cheap", ""),
    ],
)
def test_words_and_phrases_are_taken_out_of_the_query(shop: Shop, query: str, left: str) -> None:
    shop.publish(rule({"remove_words": ["cheap", "on sale"]}))

    answer = shop.search(query)

    assert (answer["query"]["original"], answer["query"]["applied"]) == (query, left)
    assert order(answer) == shown(shop, left)


def found_by_words(answer: Raw) -> str:
    """The items that the lexical retriever finds, in the order of the alphabet."""
    scores = {hit["id"]: hit["explain"]["retrieval"]["lexical"]["score"] for hit in answer["hits"]}
    return "".join(sorted(item for item, score in scores.items() if score > 0))


@pytest.mark.parametrize(
    ("synonym", "query", "said", "found"),
    [
        case("one way", {"terms": ["sofa", "couch"]}, "sofa", ["couch"], "ef"),
        case("and back", {"terms": ["sofa", "couch"]}, "couch", ["sofa"], "ef"),
        case("to others", {"terms": ["sofa", "couch"], "one_way": True}, "sofa", ["couch"], "ef"),
        case("not from others", {"terms": ["sofa", "couch"], "one_way": True}, "couch", [], "f"),
        case("of three", {"terms": ["seat", "sofa", "couch"]}, "seat", ["sofa", "couch"], "ef"),
        case(
            "of several words",
            {"terms": ["reading light", "desk lamp"]},
            "big reading light",
            ["big desk lamp"],
            "c",
        ),
        case("whole words only", {"terms": ["sofa", "couch"]}, "sofas", [], "e"),
    ],
)
def test_query_with_a_term_also_finds_its_synonyms(
    shop: Shop, synonym: Raw, query: str, said: list[str], found: str
) -> None:
    shop.publish(rule({"synonym": synonym}))

    answer = shop.search(query, explain=True)

    assert answer["query"].get("synonyms", []) == said
    assert found_by_words(answer) == found


def test_synonym_counts_as_much_as_its_weight(shop: Shop) -> None:
    def couch(weight: float) -> float:
        shop.publish(rule({"synonym": {"terms": ["sofa", "couch"], "weight": weight}}))
        answer = shop.search("sofa", explain=True)
        return float(hit_of(answer, "f")["explain"]["retrieval"]["lexical"]["score"])

    assert couch(0.25) == pytest.approx(couch(1) / 4, rel=1e-4)


def test_synonyms_come_after_replaced_and_removed_words(shop: Shop) -> None:
    shop.publish(
        rule(
            {"synonym": {"terms": ["sofa", "couch"]}}, {"synonym": {"terms": ["settee", "bench"]}}
        ),
        rule({"replace_query": "cheap sofa"}, rule_id="replace"),
        rule({"remove_words": "cheap"}, rule_id="remove"),
    )

    answer = shop.search("settee")

    assert answer["query"] == {"original": "settee", "applied": "sofa", "synonyms": ["couch"]}


# What else the answer has


@pytest.mark.parametrize(
    "address", ["https://shop.example/sale?a=1#b", "http://a.example", "/sale"]
)
def test_redirect_comes_without_hits(shop: Shop, address: str) -> None:
    shop.publish(rule({"redirect": address}, when={"query": {"is": "lamp"}}))

    answer = shop.search("lamp")
    other = shop.search("lamps")

    assert (answer["redirect"], answer["hits"], answer["total"]["value"]) == (address, [], 0)
    assert applied(answer) == ["rule"]
    assert (other["redirect"], len(other["hits"])) == (None, 2)


def test_banners_of_all_rules_join_the_answer(shop: Shop) -> None:
    full = {
        "title": "Sale",
        "text": "All lamps",
        "image_url": "https://shop.example/lamp.jpg",
        "url": "/lamps",
    }
    shop.publish(rule({"banner": full}, priority=1), rule({"banner": {"title": "Hi"}}, rule_id="b"))

    first, second = shop.search()["banners"]

    assert full.items() <= first.items()
    assert second["title"] == "Hi"
    assert not second.get("text")


def test_data_of_all_rules_joins_the_answer_as_it_is(shop: Shop) -> None:
    given = {"a": [1, 2.5, None, True], "ü": {"nested": {"deep": "ß"}}, "": ""}
    shop.publish(
        rule({"data": given}, {"data": {}}, priority=1), rule({"data": {"b": 1}}, rule_id="b")
    )

    assert shop.search()["data"] == [given, {}, {"b": 1}]


def test_data_may_have_eight_kilobytes(shop: Shop) -> None:
    most = {"a": "b" * (8_192 - len('{"a":""}'))}
    shop.publish(rule({"data": most}))

    assert shop.search()["data"] == [most]


# Sort and diversify

SORTED_BY: dict[str, Callable[[Item], Any]] = {
    "price": lambda item: item.price,
    "rating": lambda item: item.rating,
    "popularity": lambda item: item.popularity,
    "newest": lambda item: item.released_at,
    "reviews": lambda item: item.review_count,
}


@pytest.mark.parametrize("direction", ["", ":asc", ":desc"])
@pytest.mark.parametrize("field", SORTED_BY)
def test_rule_sorts_unless_the_shopper_sorts(shop: Shop, field: str, direction: str) -> None:
    shop.publish(rule({"sort": f"{field}{direction}"}))
    descending = direction == ":desc" or (not direction and field != "price")
    expected = sorted(ITEMS, key=SORTED_BY[field], reverse=descending)

    answer = shop.search()
    by_shopper = shop.search(sort="price:desc", explain=True)

    assert ids(answer) == [item.id for item in expected]
    assert answer["sort"] == f"{field}:{'desc' if descending else 'asc'}"
    assert (order(by_shopper), by_shopper["sort"]) == ("efjacdbhig", "price:desc")
    assert suppressed(by_shopper) == [("rule", "then[0].sort", "the shopper sorts")]


def test_request_by_relevance_leaves_the_sort_to_the_rule(shop: Shop) -> None:
    shop.publish(rule({"sort": "price"}))

    assert shown(shop, sort="relevance") == "gihbdcajfe"


def diversify(field: str, most: int) -> Raw:
    return {"diversify": {"field": field, "max_per_page": most}}


@pytest.mark.parametrize(
    ("then", "pages"),
    [
        case("one a page", [diversify("brand", 1)], ["abg", "cdh", "efi", "j"]),
        case("two a page", [diversify("brand", 2)], ["abc", "def", "ghj", "i"]),
        case("pins count", [diversify("brand", 1), pin("c")], ["cbg", "adh", "efi", "j"]),
        case(
            "pins stay",
            [diversify("brand", 1), pin("c", 1), pin("a", 2)],
            ["cab", "deg", "fhi", "j"],
        ),
        case("of a group", [diversify("group_id", 1)], ["abc", "def", "gjh", "i"]),
        case("of a category", [diversify("categories", 1)], ["acd", "bef", "ghi", "j"]),
        case("attribute", [diversify("attributes.room", 1)], ["abc", "def", "ghi", "j"]),
    ],
)
def test_page_has_at_most_so_many_with_one_value(
    shop: Shop, then: list[Raw], pages: list[str]
) -> None:
    shop.publish(rule(*then))

    assert [order(page) for page in shop.pages(3)] == pages


def test_variety_gives_way_where_no_others_are_left(shop: Shop) -> None:
    shop.publish(rule(diversify("brand", 1)))

    assert [order(page) for page in shop.pages(3, filter=KORI)] == ["bdf", "j"]


@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 7, 10])
@pytest.mark.parametrize("most", [1, 2])
def test_variety_holds_on_pages_of_any_size_and_loses_no_item(
    shop: Shop, per_page: int, most: int
) -> None:
    shop.publish(rule(diversify("brand", most), pin("j", 2), pin("f", 6)))

    pages = shop.pages(per_page)

    assert sorted(order(*pages)) == [*BY_POPULARITY]
    assert (order(*pages)[1], order(*pages)[5]) == ("j", "f")


# Which rule wins

IS, STARTS, ENDS = {"is": "desk lamp"}, {"starts_with": "desk"}, {"ends_with": "lamp"}
CONTAINS, MATCHES = {"contains": "desk"}, {"matches": "desk"}
VIP = {"segments": ["vip"], "locale": "de"}


@BOTH_WAYS
@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        case("priority", {"when": {"query": IS}}, {"priority": 1}),
        case("priority below none", {"priority": -1, "when": {"query": IS}}, {}),
        case("is", {"when": {"query": STARTS, **VIP}}, {"when": {"query": IS}}),
        case("starts", {"when": {"query": ENDS, **VIP}}, {"when": {"query": STARTS}}),
        case("ends", {"when": {"query": CONTAINS, **VIP}}, {"when": {"query": ENDS}}),
        case("contains", {"when": {"query": MATCHES, **VIP}}, {"when": {"query": CONTAINS}}),
        case("matches", {"when": VIP}, {"when": {"query": MATCHES}}),
        case(
            "number of conditions",
            {"when": {"query": IS, "locale": "de"}},
            {"when": {"query": IS, **VIP}},
        ),
        case("one condition or none", {}, {"when": {"locale": "de"}}),
    ],
)
def test_stronger_rule_wins_by(shop: Shop, weak: Raw, strong: Raw, backwards: bool) -> None:
    """By its id, the weaker rule would."""
    stored = [
        rule({"redirect": "/weak"}, rule_id="a", **weak),
        rule({"redirect": "/strong"}, rule_id="z", **strong),
    ]
    shop.publish(*(reversed(stored) if backwards else stored))

    answer = shop.search("desk lamp", segments=["vip"], locale="de", explain=True)

    assert answer["redirect"] == "/strong"
    assert applied(answer) == ["z"]
    assert suppressed(answer) == [("a", "then[0].redirect", "rule z is stronger")]


@BOTH_WAYS
def test_between_equally_strong_rules_the_first_by_id_wins(shop: Shop, backwards: bool) -> None:
    stored = [rule({"redirect": f"/{name}"}, rule_id=name) for name in ("b", "a", "c")]
    shop.publish(*(reversed(stored) if backwards else stored))

    answer = shop.search(explain=True)

    assert answer["redirect"] == "/a"
    assert [part[0] for part in suppressed(answer)] == ["b", "c"]


@pytest.mark.parametrize(
    ("strong", "weak", "outcome", "expected"),
    [
        case(
            "replace_query",
            {"replace_query": "desk lamp"},
            {"replace_query": "mug"},
            lambda answer: answer["query"]["applied"],
            "desk lamp",
        ),
        case(
            "redirect",
            {"redirect": "/a"},
            {"redirect": "/b"},
            lambda answer: answer["redirect"],
            "/a",
        ),
        case("sort", {"sort": "price"}, {"sort": "rating"}, order, "gihbdcajfe"),
        case("diversify", diversify("brand", 1), diversify("group_id", 1), order, "abgcdefhij"),
    ],
)
def test_of_what_only_one_rule_can_do_the_strongest_does_it(
    shop: Shop, strong: Raw, weak: Raw, outcome: Callable[[Raw], str], expected: str
) -> None:
    shop.publish(rule(weak, rule_id="a"), rule({"data": {}}, strong, rule_id="z", priority=1))

    answer = shop.search(explain=True)

    assert outcome(answer) == expected
    assert applied(answer) == ["z"]
    assert suppressed(answer) == [("a", f"then[0].{next(iter(weak))}", "rule z is stronger")]


def test_rule_that_stops_is_the_last_that_is_considered(shop: Shop) -> None:
    shop.publish(
        rule({"data": {"n": 1}}, rule_id="above", priority=2),
        rule({"data": {"n": 2}}, rule_id="stop", priority=1, stop=True),
        rule({"data": {"n": 3}}, rule_id="below", name="Below"),
    )

    answer = shop.search(explain=True)

    assert applied(answer) == ["above", "stop"]
    assert answer["data"] == [{"n": 1}, {"n": 2}]
    [last] = answer["suppressed_rules"]
    assert (last["id"], last["name"], last["instruction"]) == ("below", "Below", "")
    assert "rule stop" in last["reason"]


def test_rule_that_does_not_hold_stops_nothing(shop: Shop) -> None:
    shop.publish(
        rule({"data": {}}, rule_id="stop", priority=1, stop=True, when={"query": {"is": "lamp"}}),
        rule({"data": {}}, rule_id="below"),
    )

    assert applied(shop.search("mug")) == ["below"]
    assert applied(shop.search("lamp")) == ["stop"]


def test_suppressed_rules_are_told_only_to_those_who_ask_for_an_explanation(shop: Shop) -> None:
    shop.publish(rule(pin("unknown"), name="Gone"))

    assert "suppressed_rules" not in shop.search()
    [told] = shop.search(explain=True)["suppressed_rules"]
    assert (told["id"], told["name"], told["instruction"]) == ("rule", "Gone", "then[0].pin")


def test_rule_of_which_nothing_acted_is_not_among_those_applied(shop: Shop) -> None:
    """A synonym without a condition holds for every query, and acts on few."""
    shop.publish(
        rule({"synonym": {"terms": ["sofa", "couch"]}}, rule_id="sofa"),
        rule(pin("unknown"), {"remove_words": "cheap"}, rule_id="cheap"),
    )

    assert applied(shop.search("lamp")) == []
    assert applied(shop.search("cheap sofa")) == ["cheap", "sofa"]
    assert suppressed(shop.search("lamp", explain=True)) == [
        ("cheap", "then[1].remove_words", "none of its words is in the query"),
        ("sofa", "then[0].synonym", "none of its terms is in the query"),
        ("cheap", "then[0].pin", GONE),
    ]
    assert suppressed(shop.search("cheap sofa", explain=True)) == [("cheap", "then[0].pin", GONE)]


def test_rule_of_which_nothing_acted_is_not_counted_as_used(shop: Shop) -> None:
    shop.publish(rule({"synonym": {"terms": ["bureau", "desk"]}}, rule_id="bureau"))

    shop.search("lamp")
    unused = body(shop.client.get("/v1/admin/usage"))
    shop.search("desk lamp")
    used = body(shop.client.get("/v1/admin/usage"))

    assert unused["never_fired"] == ["bureau"]
    assert used["never_fired"] == []
    assert used["rules"][0]["queries"] == [{"query": "desk lamp", "fired": 1}]


def test_only_what_joins_the_answer_acts_beside_a_redirect(shop: Shop) -> None:
    shop.publish(
        rule({"redirect": "/sale"}, pin("j"), {"banner": {"title": "Sale"}}, rule_id="a"),
        rule(boost(2, "b"), diversify("brand", 1), rule_id="b"),
        rule({"data": {"n": 1}}, rule_id="c"),
    )

    answer = shop.search("lamp", explain=True)

    assert (answer["redirect"], answer["data"]) == ("/sale", [{"n": 1}])
    assert applied(answer) == ["a", "c"]
    assert suppressed(answer) == [
        ("a", "then[1].pin", "rule a redirects"),
        ("b", "then[0].boost", "rule a redirects"),
        ("b", "then[1].diversify", "rule a redirects"),
    ]


MANY = [
    rule(pin("j", 2), rule_id="pin-j"),
    rule(pin("h", 2), rule_id="pin-h"),
    rule(pin_group("mug", 5), rule_id="pin-mug"),
    rule(pin("unknown", 1), pin("e", 3), rule_id="pin-gone"),
    rule(hide("b"), rule_id="hide-b"),
    rule({"hide": {"filter": only("id", "d")}}, rule_id="hide-d"),
    rule(boost(3, "f"), bury(2, "a"), rule_id="boost-f"),
    rule(bury(3, "f"), rule_id="bury-f"),
    rule({"sort": "price"}, rule_id="sort-price", when={"segments": "vip"}),
    rule({"sort": "rating"}, rule_id="sort-rating", when={"segments": "vip"}),
    rule(diversify("brand", 2), rule_id="diverse-brand"),
    rule(diversify("group_id", 1), rule_id="diverse-group"),
    rule({"replace_query": "desk lamp"}, rule_id="replace-1", when={"query": {"is": "light"}}),
    rule({"replace_query": "mug"}, rule_id="replace-2", when={"query": {"is": "light"}}),
    rule({"remove_words": "desk"}, rule_id="remove"),
    rule({"synonym": {"terms": ["lamp", "kettle"]}}, rule_id="synonym-1"),
    rule({"synonym": {"terms": ["lamp", "sofa"]}}, rule_id="synonym-2"),
    rule({"banner": {"title": "One"}}, {"data": {"n": 1}}, rule_id="banner-1"),
    rule({"banner": {"title": "Two"}}, {"data": {"n": 2}}, rule_id="banner-2"),
    rule({"data": {}}, rule_id="stop", priority=-1, stop=True),
    rule({"data": {}}, rule_id="after-stop", priority=-2),
]


@pytest.mark.parametrize(
    "request_",
    [
        case("browsing", {}),
        case("searching", {"query": "light"}),
        case("filtering", {"segments": ["vip"], "filter": only("in_stock", True)}),
    ],
)
def test_outcome_does_not_depend_on_the_order_in_which_rules_were_stored(
    shop: Shop, request_: Raw
) -> None:
    def outcome(stored: list[Raw]) -> Raw:
        shop.publish()  # Else the rules would keep the rows that they have in the database.
        shop.publish(*stored)
        answer = shop.search(**request_, explain=True)
        # An item's age is among the features of a hit, and goes on between two answers.
        hits = [(hit["id"], hit["placement"], effects(hit)) for hit in answer["hits"]]
        differing = ("query_id", "timings_ms", "ruleset_version")
        rest = {name: value for name, value in answer.items() if name not in differing}
        return {**rest, "hits": hits}

    as_written = outcome(MANY)

    assert len(as_written["applied_rules"]) + len(as_written["suppressed_rules"]) >= 17
    assert outcome(MANY[::-1]) == as_written
    assert outcome(MANY[1::2] + MANY[::2]) == as_written


# The version that answered


@pytest.mark.parametrize(
    "request_",
    [
        case("browsing", {}),
        case("on a later page", {"query": "lamp", "page": 2, "per_page": 1}),
        case("sorted", {"sort": "price"}),
        case("redirected", {"query": "sale"}),
        case("without hits", {"filter": only("brand", "nobody's")}),
    ],
)
def test_every_answer_names_the_version_of_its_rules(shop: Shop, request_: Raw) -> None:
    redirect = rule({"redirect": "/sale"}, when={"query": {"is": "sale"}})
    shop.publish(redirect)
    first = body(shop.client.post(SEARCH, json=request_))["ruleset_version"]
    shop.publish(redirect)
    second = body(shop.client.post(SEARCH, json=request_))["ruleset_version"]

    assert second > first > 0
    assert second == shop.version


def test_simple_search_names_the_version_too(shop: Shop) -> None:
    shop.publish(rule(hide("a")))

    answer = body(shop.client.get(SEARCH, params={"q": ""}))

    assert (order(answer), answer["ruleset_version"]) == ("bcdefgj", shop.version)
