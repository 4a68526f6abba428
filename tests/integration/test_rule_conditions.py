"""When a rule holds, condition by condition, over HTTP: each for a request and not for its near
miss, which differs in nothing but what is tested."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from httpx import Response

from app.db.postgres import EmbeddedPostgres
from tests.factories import make_item
from tests.integration.shop import RULES, Raw, Shop, applied, body, case, ids, only, open_shop

ITEMS = [
    make_item("lamp", title="Desk lamp", brand="Sony", popularity=2),
    make_item("mug", title="Mug", brand="LG", popularity=1),
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("conditions"), ITEMS) as shop:
        yield shop


def rule(**when: Any) -> Raw:
    return {"id": "rule", "when": when, "then": [{"banner": {"title": "It holds"}}]}


def held(answer: Raw) -> bool:
    """The rule is named where it acts and nowhere else."""
    acts = [banner["title"] for banner in answer["banners"]] == ["It holds"]
    assert applied(answer) == (["rule"] if acts else [])
    return acts


def problems(answer: Response) -> list[str]:
    """The path of each, which all have a reason."""
    errors = body(answer, 422)["errors"]
    assert all(error["reason"] for error in errors)
    return [error["path"] for error in errors]


# The query


@pytest.mark.parametrize(
    ("query", "asked", "near_miss"),
    [
        case("is these words and no more", {"is": "blue lamp"}, "blue lamp", "blue lamp set"),
        case("is the words in this order", {"is": "blue lamp"}, "blue lamp", "lamp blue"),
        case("is whatever the case and signs", {"is": "Blue lamp!"}, " blue, LAMP", " blue, LAMPS"),
        case("is one of a list", {"is": ["lamp", "light"]}, "light", "lights"),
        case("starts with the words", {"starts_with": "blue lamp"}, "blue lamp 3", "3 blue lamp"),
        case("starts with whole words", {"starts_with": "blue lamp"}, "blue lamp", "blue lamps"),
        case("starts with one of a list", {"starts_with": ["red", "blue"]}, "blue mug", "mug blue"),
        case("ends with the words", {"ends_with": "blue lamp"}, "3 blue lamp", "blue lamp 3"),
        case("ends with whole words", {"ends_with": "lamp set"}, "lamp set", "clamp set"),
        case("ends with one of a list", {"ends_with": ["mug", "set"]}, "lamp set", "set lamp"),
        case("contains the word", {"contains": "lamp"}, "big lamp set", "big lump set"),
        case("contains no part of a word", {"contains": "pin"}, "my pin set", "my spinning set"),
        case(
            "contains the words together", {"contains": "desk lamp"}, "a desk lamp", "desk a lamp"
        ),
        case("contains one of a list", {"contains": ["mug", "lamp"]}, "big lamp", "big lamps"),
        case(
            "contains the last of a hundred",
            {"contains": [f"word{n}" for n in range(100)]},
            "a word99",
            "a word100",
        ),
        case(
            "kinds together need the first",
            {"starts_with": "blue", "ends_with": "set"},
            "blue lamp set",
            "red lamp set",
        ),
        case(
            "kinds together need the second",
            {"starts_with": "blue", "ends_with": "set"},
            "blue lamp set",
            "blue lamp bulb",
        ),
        case("plural is another word", {"is": "lamp"}, "lamp", "lamps"),
        case("typo is another word", {"is": "lantern"}, "lantern", "lantren"),
    ],
)
def test_query_condition_compares_whole_words(
    shop: Shop, query: Raw, asked: str, near_miss: str
) -> None:
    shop.publish(rule(query=query))

    assert held(shop.search(asked))
    assert not held(shop.search(near_miss))


@pytest.mark.parametrize(
    ("query", "asked", "near_miss"),
    [
        case("anywhere in the query", {"matches": "l[aeiou]mp"}, "a blue lump", "a blue lymp"),
        case("in lower-cased words", {"matches": "^lamp$"}, "LAMP!", "LAMPS!"),
        case("in words with single blanks between", {"matches": "^a b$"}, " a ,  b", " a ,  bb"),
        case("with classes and repetition", {"matches": r"\b\d+ ?w\b"}, "bulb 60 W", "bulb six W"),
        case("one of a list", {"matches": ["^mug", "lamp$"]}, "desk lamp", "lamp desk"),
        case("and the words", {"contains": "lamp", "matches": "[0-9]"}, "lamp 3", "lump 3"),
        case("and the pattern", {"contains": "lamp", "matches": "[0-9]"}, "lamp 3", "lamp three"),
        pytest.param(
            {"matches": "^größe [0-9]+$"},
            "Größe 42",
            "Größe acht",
            id="with a sharp s",
        ),
    ],
)
def test_query_condition_looks_for_regular_expressions(
    shop: Shop, query: Raw, asked: str, near_miss: str
) -> None:
    shop.publish(rule(query=query))

    assert held(shop.search(asked))
    assert not held(shop.search(near_miss))


def test_regular_expression_cannot_run_away(shop: Shop) -> None:
    shop.publish(rule(query={"matches": "(a+)+$"}))

    # An engine that goes back and tries again would need longer than the universe has been there.
    answer = shop.search(f"{'a' * 500} b")

    assert not held(answer)
    assert answer["timings_ms"]["rules"] < 1_000
    assert held(shop.search("a" * 500))


@pytest.mark.parametrize(
    ("query", "asked", "near_miss"),
    [
        case("of the shopper", {"is": "lamp"}, "lamps", "lampe"),
        case("of the rule", {"is": "lamps"}, "lamp", "lampe"),
        case("that change the word's end", {"is": "battery"}, "batteries", "batterie"),
        case("that are irregular", {"is": "knife"}, "knives", "kniver"),
        case("at the start", {"starts_with": "desk lamp"}, "desk lamps red", "desk lampe red"),
        case("at the end", {"ends_with": "desk lamp"}, "red desk lamps", "red desk lampe"),
        case("within", {"contains": "desk lamp"}, "a desk lamps set", "a desk lampe set"),
        case("of one of a list", {"is": ["mug", "lamp"]}, "lamps", "lampe"),
        pytest.param(
            {"is": "t-shirt"},
            "t-shirts",
            "t-shirty",
            id="of words with a hyphen",
        ),
    ],
)
def test_rule_with_plurals_takes_singular_and_plural_as_alike(
    shop: Shop, query: Raw, asked: str, near_miss: str
) -> None:
    shop.publish(rule(query={**query, "plurals": True}))

    assert held(shop.search(asked))
    assert not held(shop.search(near_miss))


@pytest.mark.parametrize(
    ("query", "asked", "near_miss"),
    [
        case("none in three letters", {"is": "mug"}, "mug", "mig"),
        case("one in four letters, and no second", {"is": "lamp"}, "limp", "limb"),
        case("one in seven letters, and no second", {"is": "lantern"}, "lantren", "lnatren"),
        case("two in eight letters, and no third", {"is": "backpack"}, "bakcpakc", "bakcpakcs"),
        case("letters left out, but three", {"is": "backpack"}, "bacpac", "bacpa"),
        case("a letter too many", {"is": "lamp"}, "lampp", "llampp"),
        case("none where the rule's word has a digit", {"is": "gx4000"}, "gx4000", "gx4001"),
        case("none in a long word with a digit", {"is": "model2000x"}, "model2000x", "modle2000x"),
        case("none where the shopper's word has a digit", {"is": "lamp"}, "lump", "l4mp"),
        case("in each word of several", {"contains": "floor lamp"}, "a flor lmap", "a flo lmap"),
        case("at the start", {"starts_with": "lantern"}, "lantrn red", "lnatrn red"),
        case("at the end", {"ends_with": "lantern"}, "red lantrn", "red lnatrn"),
        case("beside plurals", {"is": "lantern", "plurals": True}, "lantrens", "lnatrens"),
    ],
)
def test_rule_with_typos_forgives_as_many_as_the_word_is_long(
    shop: Shop, query: Raw, asked: str, near_miss: str
) -> None:
    shop.publish(rule(query={**query, "typos": True}))

    assert held(shop.search(asked))
    assert not held(shop.search(near_miss))


@pytest.mark.parametrize(
    ("empty", "asked", "near_miss"),
    [
        case("true for nothing", True, "", "lamp"),
        case("true for signs, which are no words", True, " ?! ", " ?! lamp "),
        case("false for a word", False, "lamp", ""),
        case("false for a word beside signs", False, "?! lamp", "?!"),
    ],
)
def test_empty_query_condition_asks_whether_there_is_a_word(
    shop: Shop, empty: bool, asked: str, near_miss: str
) -> None:
    shop.publish(rule(empty_query=empty))

    assert held(shop.search(asked))
    assert not held(shop.search(near_miss))


# The shopper's filter

SONY = only("brand", "Sony")
SONY_OR_LG = only("brand", "Sony", "LG")
RED = only("attributes.colour", "red")
IN_STOCK = only("in_stock", True)


def price(**bounds: float) -> Raw:
    return {"field": "price", **bounds}


def since(day: str) -> Raw:
    return {"field": "released_at", "gte": day}


def every(*parts: Raw) -> Raw:
    return {"all": parts}


@pytest.mark.parametrize(
    ("condition", "chosen", "near_miss"),
    [
        case("the same, not none", SONY_OR_LG, SONY_OR_LG, None),
        case("one of the values", SONY_OR_LG, SONY, only("brand", "Bose")),
        case("no other value beside", SONY_OR_LG, SONY, only("brand", "Sony", "Bose")),
        case("the same field", SONY_OR_LG, SONY, only("id", "Sony")),
        case("a lower bound, not a higher one", price(lte=9), price(lte=5), price(lte=15)),
        case("both bounds, not one", price(gte=1, lte=9), price(gte=2, lt=5), price(gte=2)),
        case("above, not from", price(gt=1), price(gt=1), price(gte=1)),
        case("later, not earlier", since("2026-03-01"), since("2026-03-02"), since("2026-02-28")),
        case("a flag", IN_STOCK, IN_STOCK, only("in_stock", False)),
        case("an attribute", RED, RED, only("attributes.colour", "blue")),
        case("in all, not in any", SONY, every(RED, SONY), {"any": [RED, SONY]}),
        case("every part", every(SONY, RED), every(RED, IN_STOCK, SONY), every(IN_STOCK, SONY)),
        case("not, not the contrary", {"not": SONY}, {"not": SONY}, SONY),
        pytest.param(
            price(gte=1, lte=9),
            every(price(gte=2), price(lte=5)),
            every(price(gte=2), price(lte=15)),
            id="bounds in two parts, as GET /v1/search makes them",
        ),
    ],
)
def test_filter_condition_holds_for_a_filter_at_least_as_narrow(
    shop: Shop, condition: Raw, chosen: Raw, near_miss: Raw | None
) -> None:
    shop.publish(rule(filter=condition))

    assert held(shop.search(filter=chosen))
    assert not held(shop.search(filter=near_miss))


@pytest.mark.parametrize(
    ("category", "chosen", "near_miss"),
    [
        case("its name", "Lamps", ["Lamps"], ["Mugs"]),
        case("its name for its path", "Lamps", ["Home > Lamps"], ["Home > Mugs"]),
        case("its name for one below", "Lamps", ["Home > Lamps > Desk"], ["Home > Mugs > Desk"]),
        case("its name, not the one above", "Lamps", ["Home > Lamps"], ["Home"]),
        case("its path", "Home > Lamps", ["Home > Lamps"], ["Office > Lamps"]),
        case("its path for one below", "Home > Lamps", ["Home > Lamps > Desk"], ["Home > Mugs"]),
        case("its path, not the one above", "Home > Lamps", ["Home > Lamps"], ["Home"]),
        case("several below", "Home", ["Home > Lamps", "Home > Mugs"], ["Home > Lamps", "Office"]),
        case("no other beside", "Lamps", ["Lamps"], ["Lamps", "Mugs"]),
        case("one of a list", ["Mugs", "Home > Lamps"], ["Home > Lamps"], ["Home > Sofas"]),
    ],
)
def test_category_condition_holds_inside_of_the_category(
    shop: Shop, category: object, chosen: list[str], near_miss: list[str]
) -> None:
    shop.publish(rule(category=category))

    assert held(shop.search(filter=only("categories", *chosen)))
    assert not held(shop.search(filter=only("categories", *near_miss)))


def test_category_condition_looks_into_all_and_at_filters_by_category_only(shop: Shop) -> None:
    shop.publish(rule(category="Lamps"))

    assert held(shop.search(filter=every(RED, only("categories", "Lamps"))))
    assert not held(shop.search(filter=every(RED, only("brand", "Lamps"))))
    assert not held(shop.search("Lamps"))


# The shopper and the circumstances


@pytest.mark.parametrize(
    ("condition", "given", "near_miss"),
    [
        case("this one", "vip", ["vip"], ["vips"]),
        case("among the shopper's", "vip", ["new", "vip"], ["new"]),
        case("one of a list", ["vip", "staff"], ["staff"], ["guest"]),
        case("one, not none", ["vip"], ["vip"], []),
    ],
)
def test_segment_condition_holds_for_shoppers_of_one_of_the_segments(
    shop: Shop, condition: object, given: list[str], near_miss: list[str]
) -> None:
    shop.publish(rule(segments=condition))

    assert held(shop.search(segments=given))
    assert not held(shop.search(segments=near_miss))


@pytest.mark.parametrize(
    ("condition", "given", "near_miss"),
    [
        case("this one", "de", "de", "en"),
        case("a more exact one", "de", "de-AT", "en-AT"),
        case("no less exact one", "de-AT", "de-AT", "de"),
        case("no other country", "de-AT", "de-AT", "de-CH"),
        case("no other language that begins so", "de", "de-DE", "den"),
        case("one of a list", ["fr", "de"], "de-CH", "it-CH"),
        case("one, not none", "de", "de", ""),
    ],
)
def test_locale_condition_holds_for_the_locale_and_for_more_exact_ones(
    shop: Shop, condition: object, given: str, near_miss: str
) -> None:
    shop.publish(rule(locale=condition))

    assert held(shop.search(locale=given))
    assert not held(shop.search(locale=near_miss))


@pytest.mark.parametrize(
    ("condition", "given", "near_miss"),
    [
        case("this one", "price", "price", "rating"),
        case("by its usual direction", "price", "price:asc", "price:desc"),
        case("in another direction", "newest:asc", "newest:asc", "newest"),
        case("one of a list", ["price", "rating"], "rating:desc", "reviews"),
        case("relevance, which is no sort", "relevance", "", "price"),
        case("relevance by its name", "relevance", "relevance", "popularity"),
    ],
)
def test_sort_condition_holds_for_requests_sorted_so(
    shop: Shop, condition: object, given: str, near_miss: str
) -> None:
    shop.publish(rule(sort=condition))

    assert held(shop.search(sort=given))
    assert not held(shop.search(sort=near_miss))


@pytest.mark.parametrize(
    ("condition", "given", "near_miss"),
    [
        case("a text", {"device": "phone"}, {"device": "phone"}, {"device": "tv"}),
        case("beside others", {"device": "tv"}, {"a": "b", "device": "tv"}, {"a": "tv"}),
        case("one of a list", {"store": ["ulm", "bonn"]}, {"store": "bonn"}, {"store": "berlin"}),
        case("all keys", {"a": "1", "b": ["2", "3"]}, {"a": "1", "b": "3"}, {"a": "1", "b": "4"}),
        case("no key left out", {"a": "1", "b": ["2", "3"]}, {"a": "1", "b": "3"}, {"b": "3"}),
        case("a number", {"floor": 3}, {"floor": 3}, {"floor": 4}),
        case("true, which is no 1", {"member": True}, {"member": True}, {"member": 1}),
    ],
)
def test_context_condition_needs_one_of_the_values_for_each_key(
    shop: Shop, condition: Raw, given: Raw, near_miss: Raw
) -> None:
    shop.publish(rule(context=condition))

    assert held(shop.search(context=given))
    assert not held(shop.search(context=near_miss))


@pytest.mark.parametrize(
    "near_miss",
    [
        case("another arm", {"autumn": "a", "logo": "b"}),
        case("another experiment", {"winter": "b", "logo": "b"}),
        case("no experiment", {}),
    ],
)
def test_experiment_condition_holds_in_its_arm_only(shop: Shop, near_miss: Raw) -> None:
    shop.publish(rule(experiment={"key": "autumn", "arm": "b"}))

    assert held(shop.search(experiments={"autumn": "b", "logo": "a"}))
    assert not held(shop.search(experiments=near_miss))


# Time


def moment(minutes: int, hours_of_zone: int = 0) -> str:
    """So many minutes from now, as clocks in that zone have it."""
    zone = timezone(timedelta(hours=hours_of_zone))
    return (datetime.now(UTC) + timedelta(minutes=minutes)).astimezone(zone).isoformat()


@pytest.mark.parametrize(
    ("part", "minutes", "zone", "near_miss_minutes", "near_miss_zone"),
    [
        case("starts in the past, not in the future", "starts_at", -30, 0, 30, 0),
        case("ends in the future, not in the past", "ends_at", 30, 0, -30, 0),
        # Read without their zones, each of these would be on the other side of now.
        case("starts by the zone's clocks", "starts_at", -30, 5, 30, -5),
        case("ends by the zone's clocks", "ends_at", 30, -5, -30, 5),
    ],
)
def test_rule_holds_in_its_time_only(
    shop: Shop, part: str, minutes: int, zone: int, near_miss_minutes: int, near_miss_zone: int
) -> None:
    shop.publish(rule(**{part: moment(minutes, zone)}))
    inside = shop.search()
    shop.publish(rule(**{part: moment(near_miss_minutes, near_miss_zone)}))
    outside = shop.search()

    assert held(inside)
    assert not held(outside)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"), [(-30, 30, True), (-60, -30, False), (30, 60, False)]
)
def test_rule_with_both_times_holds_between_them(
    shop: Shop, starts: int, ends: int, holds: bool
) -> None:
    shop.publish(rule(starts_at=moment(starts), ends_at=moment(ends)))

    assert held(shop.search()) is holds


# All parts together

EVERY_PART: Raw = {
    "query": {"contains": "lamp"},
    "empty_query": False,
    "filter": SONY,
    "category": "Lamps",
    "segments": ["vip"],
    "locale": "de",
    "sort": "price",
    "context": {"device": "phone"},
    "starts_at": "2020-01-01T00:00:00+01:00",
    "ends_at": "2200-01-01T00:00:00+01:00",
    "experiment": {"key": "autumn", "arm": "b"},
}
FITTING: Raw = {
    "query": "desk lamp",
    "filter": every(SONY, only("categories", "Lamps")),
    "segments": ["vip"],
    "locale": "de-AT",
    "sort": "price",
    "context": {"device": "phone"},
    "experiments": {"autumn": "b"},
}


@pytest.mark.parametrize(
    "near_miss",
    [
        case("query", {"query": "desk mug"}),
        case("filter", {"filter": every(only("brand", "LG"), only("categories", "Lamps"))}),
        case("category", {"filter": every(SONY, only("categories", "Mugs"))}),
        case("segments", {"segments": ["new"]}),
        case("locale", {"locale": "fr-CH"}),
        case("sort", {"sort": "rating"}),
        case("context", {"context": {"device": "tv"}}),
        case("experiment", {"experiments": {"autumn": "a"}}),
    ],
)
def test_every_part_of_a_condition_must_hold(shop: Shop, near_miss: Raw) -> None:
    shop.publish(rule(**EVERY_PART))

    assert held(shop.search(**FITTING))
    assert not held(shop.search(**{**FITTING, **near_miss}))


@pytest.mark.parametrize(
    "late", [{"ends_at": "2021-01-01T00:00:00Z"}, {"starts_at": "2199-01-01T00:00:00Z"}], ids=str
)
def test_rule_whose_every_other_part_holds_waits_for_its_time(shop: Shop, late: Raw) -> None:
    shop.publish(rule(**{**EVERY_PART, **late}))

    assert not held(shop.search(**FITTING))


def test_rule_without_a_condition_always_holds(shop: Shop) -> None:
    for unconditional in (rule(), {"id": "rule", "then": rule()["then"]}):
        shop.publish(unconditional)

        assert held(shop.search())
        assert held(shop.search("?!"))
        assert held(shop.search(**FITTING))
        assert held(shop.search(filter=only("brand", "nobody's")))


def test_disabled_rule_never_holds(shop: Shop) -> None:
    shop.publish({**rule(), "enabled": True})
    enabled = shop.search()
    shop.publish({**rule(), "enabled": False})
    disabled = shop.search()

    assert held(enabled)
    assert not held(disabled)


# From saving to searching


def test_saved_rule_acts_once_it_is_published(shop: Shop) -> None:
    shop.publish()
    hide = {"id": "no-mugs", "name": "No mugs", "then": [{"hide": {"item_ids": ["mug"]}}]}

    body(shop.client.post(RULES, json=hide), 201)
    saved = shop.search()
    before = shop.version
    shop.publish_draft()
    published = shop.search()

    assert (ids(saved), applied(saved)) == (["lamp", "mug"], [])
    assert (ids(published), applied(published)) == (["lamp"], ["no-mugs"])
    assert published["applied_rules"] == [{"id": "no-mugs", "name": "No mugs"}]
    assert published["ruleset_version"] > before


def test_rule_is_saved_under_any_id_of_its_signs(shop: Shop) -> None:
    shop.publish()
    longest = f"{'aZ09._:-' * 16}"

    body(shop.client.post(RULES, json={**rule(), "id": longest}), 201)

    assert body(shop.client.get(f"{RULES}/{longest}"))["rule"]["id"] == longest


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        case("id with a blank", {"id": "a b"}, "$.id"),
        case("id of 129 characters", {"id": "a" * 129}, "$.id"),
        case("unknown part", {"colour": "red"}, "$.colour"),
        case("name that is no text", {"name": 7}, "$.name"),
        case("name that is too long", {"name": "a" * 201}, "$.name"),
        case("priority that is no number", {"priority": "high"}, "$.priority"),
        case("enabled that is no flag", {"enabled": "yes"}, "$.enabled"),
        case("stop that is no flag", {"stop": 1}, "$.stop"),
        case("no instruction", {"then": []}, "$.then"),
        case("51 instructions", {"then": [{"data": {}}] * 51}, "$.then"),
        case("unknown instruction", {"then": [{"data": {}}, {"teleport": {}}]}, "$.then[1]"),
        case("two instructions in one", {"then": [{"data": {}, "redirect": "/"}]}, "$.then[0]"),
        case("condition that is no object", {"when": []}, "$.when"),
    ],
)
def test_broken_rule_is_refused_when_it_is_saved(shop: Shop, broken: Raw, path: str) -> None:
    shop.publish()

    answer = shop.client.post(RULES, json={**rule(), **broken})

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problems(answer) == [path]
    assert body(shop.client.get(RULES))["total"] == 0


@pytest.mark.parametrize(
    ("when", "path"),
    [
        case("unknown", {"weather": "rain"}, "weather"),
        case("query without a kind", {"query": {"typos": True}}, "query"),
        case("unknown kind of query", {"query": {"is": "a", "like": "b"}}, "query.like"),
        case("query of no word", {"query": {"is": "?!"}}, "query.is"),
        case("no alternative", {"query": {"is": []}}, "query.is"),
        case("alternative that is no text", {"query": {"contains": ["a", 5]}}, "query.contains[1]"),
        case("101 alternatives", {"query": {"ends_with": ["a"] * 101}}, "query.ends_with"),
        case("21 regular expressions", {"query": {"matches": ["a"] * 21}}, "query.matches"),
        case("no regular expression", {"query": {"matches": ["a", "(b"]}}, "query.matches[1]"),
        case("pattern that looks back", {"query": {"matches": r"(a)\1"}}, "query.matches"),
        case("plurals that are no flag", {"query": {"is": "a", "plurals": "en"}}, "query.plurals"),
        case("empty_query that is no flag", {"empty_query": "no"}, "empty_query"),
        case("filter by an unknown field", {"filter": only("colr", "red")}, "filter.field"),
        case("category that is no text", {"category": 3}, "category"),
        case("segment without a name", {"segments": ["vip", ""]}, "segments[1]"),
        case("locale that is no text", {"locale": {}}, "locale"),
        case("unknown sort", {"sort": ["price", "colour"]}, "sort[1]"),
        case("context of the wrong kind", {"context": {"store": {}}}, "context.store"),
        case("time without a zone", {"starts_at": "2026-12-01T00:00:00"}, "starts_at"),
        case("no time", {"ends_at": "soon"}, "ends_at"),
        case("no duration", dict.fromkeys(("starts_at", "ends_at"), moment(0)), "ends_at"),
        case("experiment without an arm", {"experiment": {"key": "autumn"}}, "experiment.arm"),
    ],
)
def test_rule_with_a_broken_condition_is_refused(shop: Shop, when: Raw, path: str) -> None:
    shop.publish()

    answer = shop.client.post(RULES, json=rule(**when))

    assert problems(answer) == [f"$.when.{path}"]
    assert body(shop.client.get(RULES))["total"] == 0


@pytest.mark.parametrize(
    ("kind", "content", "path"),
    [
        case("pin of nothing", "pin", {"position": 1}, ""),
        case("pin of two", "pin", {"item_id": "a", "group_id": "b"}, ""),
        case("pin before the first place", "pin", {"item_id": "a", "position": 0}, ".position"),
        case(
            "pin with an unknown part",
            "pin",
            {"item_id": "a", "ignore_price": True},
            ".ignore_price",
        ),
        case("hide without an item", "hide", {"item_ids": []}, ".item_ids"),
        case("hide by a filter that is none", "hide", {"filter": {"brand": "LG"}}, ".filter"),
        case("boost that lowers", "boost", {"item_ids": ["a"], "by": 0.5}, ".by"),
        case("boost by no factor", "boost", {"item_ids": ["a"]}, ".by"),
        case("bury of two", "bury", {"item_ids": ["a"], "filter": SONY, "by": 2}, ""),
        case("filter that is none", "filter", {"brand": "Sony"}, ""),
        case("replacement of no word", "replace_query", "", ""),
        case("word that is no text", "remove_words", ["a", 1], "[1]"),
        case("synonym of one term", "synonym", {"terms": ["a"]}, ".terms"),
        case("synonym without weight", "synonym", {"terms": ["a", "b"], "weight": 0}, ".weight"),
        case("synonym too heavy", "synonym", {"terms": ["a", "b"], "weight": 1.1}, ".weight"),
        case("redirect to a script", "redirect", "javascript:alert(1)", ""),
        case("banner without a title", "banner", {"text": "a"}, ".title"),
        case("data that is no object", "data", ["a"], ""),
        case("data of more than 8 kB", "data", {"a": "b" * 8_192}, ""),
        case("sort by an unknown field", "sort", "colour", ""),
        case("diversify by a price", "diversify", {"field": "price", "max_per_page": 1}, ".field"),
        case("none a page", "diversify", {"field": "brand", "max_per_page": 0}, ".max_per_page"),
    ],
)
def test_rule_with_a_broken_instruction_is_refused(
    shop: Shop, kind: str, content: object, path: str
) -> None:
    shop.publish()
    then = [{"data": {}}, {kind: content}]

    answer = shop.client.post(RULES, json={**rule(), "then": then})

    assert problems(answer) == [f"$.then[1].{kind}{path}"]
    assert body(shop.client.get(RULES))["total"] == 0


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("POST", RULES),
        ("PUT", f"{RULES}/broken"),
        ("POST", f"{RULES}/validate"),
        ("POST", f"{RULES}/import"),
    ],
)
def test_every_problem_of_a_broken_rule_is_told_at_once(
    shop: Shop, method: str, route: str
) -> None:
    shop.publish()
    broken = {
        "id": "broken",
        "prio": 1,
        "when": {
            "query": {"is": ["lamp", 3], "matches": "["},
            "category": "",
            "context": {"store": [None]},
            "ends_at": "soon",
        },
        "then": [
            {"boost": {"item_ids": ["a b"], "by": 1}},
            {"banner": {"title": "Fine"}},
            {"pin": {"item_id": "a", "position": "first", "ignore_stock": "yes"}},
        ],
    }

    sent = [broken] if route.endswith("import") else broken
    answer = shop.client.request(method, route, json=sent)

    root = "$[0]" if route.endswith("import") else "$"
    assert sorted(problems(answer)) == [
        f"{root}.prio",
        f"{root}.then[0].boost.by",
        f"{root}.then[0].boost.item_ids[0]",
        f"{root}.then[2].pin.ignore_stock",
        f"{root}.then[2].pin.position",
        f"{root}.when.category",
        f"{root}.when.context.store[0]",
        f"{root}.when.ends_at",
        f"{root}.when.query.is[1]",
        f"{root}.when.query.matches",
    ]
    assert body(shop.client.get(RULES))["total"] == 0
