"""The `then` of a rule from its JSON form: what is read, and every problem with its path."""

from typing import Any

import pytest

from indexing.documents import ItemId
from indexing.filters import AnyOf
from indexing.queries import Sort
from rules.instruction_parser import (
    MAX_DATA_BYTES,
    MAX_ITEM_IDS,
    MAX_PHRASES,
    MAX_POSITION,
    MAX_TERMS,
    READERS,
)
from rules.model import (
    Banner,
    Boost,
    Bury,
    Data,
    Diversify,
    Hide,
    Instruction,
    Pin,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    SortBy,
    Synonym,
    kind_of,
)
from rules.parse import parse_rules
from tests.rule_factories import problems_of, raw_rule

KORI = {"field": "brand", "any_of": ["Kori"]}
BRAND_KORI = AnyOf("brand", ("Kori",))
ONE, TWO = ItemId("1"), ItemId("2")

READ: list[tuple[dict[str, Any], Instruction]] = [
    ({"pin": {"item_id": "1"}}, Pin(position=1, item_id=ONE)),
    (
        {"pin": {"item_id": "1", "position": MAX_POSITION, "ignore_filters": True}},
        Pin(position=200, item_id=ONE, ignore_filters=True),
    ),
    (
        {"pin": {"group_id": "Mugs 2", "position": 3, "ignore_stock": True}},
        Pin(position=3, group_id="Mugs 2", ignore_stock=True),
    ),
    ({"hide": {"item_ids": ["1", "2"]}}, Hide((ONE, TWO))),
    ({"hide": {"filter": KORI}}, Hide((), BRAND_KORI)),
    ({"boost": {"item_ids": ["1"], "by": 2}}, Boost(2, (ONE,))),
    ({"boost": {"filter": KORI, "by": 1_000}}, Boost(1_000, (), BRAND_KORI)),
    ({"bury": {"item_ids": ["1"], "by": 1.001}}, Bury(1.001, (ONE,))),
    ({"filter": KORI}, Restrict(BRAND_KORI)),
    ({"replace_query": " Note  book! "}, ReplaceQuery("Note book!")),
    ({"remove_words": "CHEAP"}, RemoveWords(("cheap",))),
    ({"remove_words": ["Cheap", "on  sale"]}, RemoveWords(("cheap", "on sale"))),
    ({"synonym": {"terms": ["Laptop", "note book"]}}, Synonym(("laptop", "note book"))),
    (
        {"synonym": {"terms": ["tv", "television", "telly"], "weight": 0.5, "one_way": True}},
        Synonym(("tv", "television", "telly"), 0.5, one_way=True),
    ),
    ({"redirect": "https://shop.example/sale"}, Redirect("https://shop.example/sale")),
    ({"redirect": "http://shop.example"}, Redirect("http://shop.example")),
    ({"redirect": "/sale?a=1"}, Redirect("/sale?a=1")),
    ({"banner": {"title": "Sale"}}, Banner("Sale")),
    (
        {"banner": {"title": "Sale", "text": "Now", "image_url": "/s.jpg", "url": ""}},
        Banner("Sale", "Now", "/s.jpg"),
    ),
    ({"data": {}}, Data({})),
    ({"data": {"a": [1, None, {"b": "ü"}]}}, Data({"a": [1, None, {"b": "ü"}]})),
    ({"sort": "price"}, SortBy(Sort("price", descending=False))),
    ({"sort": "price:desc"}, SortBy(Sort("price", descending=True))),
    ({"sort": "newest"}, SortBy(Sort("newest", descending=True))),
    ({"diversify": {"field": "brand", "max_per_page": 3}}, Diversify("brand", 3)),
    (
        {"diversify": {"field": "attributes.colour", "max_per_page": 100}},
        Diversify("attributes.colour", 100),
    ),
]


@pytest.mark.parametrize(("raw", "instruction"), READ, ids=str)
def test_instruction_is_read(raw: dict[str, Any], instruction: Instruction) -> None:
    (rule,) = parse_rules([raw_rule(then=[raw])])

    assert rule.then == (instruction,)
    assert kind_of(instruction) == next(iter(raw))


def test_every_kind_of_instruction_is_read_above() -> None:
    assert {next(iter(raw)) for raw, _ in READ} == set(READERS)


def too_much_data(text: str = "") -> dict[str, str]:
    """One byte more than may be, with its quotes, colon and braces."""
    return {"a": text + "x" * (MAX_DATA_BYTES + 1 - len('{"a":""}') - len(text.encode()))}


@pytest.mark.parametrize(
    ("instruction", "path", "reason"),
    [
        (None, "", "expected an object with one of pin, hide, boost, bury, filter"),
        ({}, "", "expected an object with one of pin, hide"),
        ({"pin": {}, "hide": {}}, "", "expected an object with one of pin, hide"),
        ({"promote": {}}, "", "expected an object with one of pin, hide"),
        (["pin"], "", "expected an object with one of pin, hide"),
        ({"pin": "7"}, ".pin", "expected an object"),
        ({"pin": {}}, ".pin", "needs either item_id or group_id"),
        ({"pin": {"item_id": "7", "group_id": "7"}}, ".pin", "needs either item_id or group_id"),
        ({"pin": {"item_id": None}}, ".pin.item_id", "an item's id: text of 1 to 128 characters"),
        ({"pin": {"item_id": 7}}, ".pin.item_id", "expected an item's id: text"),
        ({"pin": {"item_id": ""}}, ".pin.item_id", "expected an item's id: text of 1 to 128"),
        ({"pin": {"item_id": "x" * 129}}, ".pin.item_id", "expected an item's id: text of 1 to"),
        ({"pin": {"item_id": "7 "}}, ".pin.item_id", "no item's id holds blanks, got '7 '"),
        ({"pin": {"item_id": "7\x00"}}, ".pin.item_id", "holds a NUL character"),
        ({"pin": {"item_id": "\ud83d"}}, ".pin.item_id", "holds half a character"),
        ({"pin": {"item_id": "7", "to": 1}}, ".pin.to", "unknown; known are group_id, ignore_"),
        ({"pin": {"group_id": ""}}, ".pin.group_id", "expected text of 1 to 200 characters"),
        ({"pin": {"group_id": 7}}, ".pin.group_id", "expected text of 1 to 200 characters"),
        ({"pin": {"item_id": "7", "position": 0}}, ".pin.position", "from 1 to 200"),
        (
            {"pin": {"item_id": "7", "position": MAX_POSITION + 1}},
            ".pin.position",
            "expected a whole number from 1 to 200",
        ),
        ({"pin": {"item_id": "7", "position": 1.5}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "position": True}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "position": None}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "position": "first"}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "ignore_stock": 1}}, ".pin.ignore_stock", "true or false"),
        ({"pin": {"item_id": "7", "ignore_filters": None}}, ".pin.ignore_filters", "true or"),
        ({"hide": []}, ".hide", "expected an object"),
        ({"hide": {}}, ".hide", "needs either item_ids or filter"),
        ({"hide": {"item_ids": ["1"], "by": 2}}, ".hide.by", "unknown; known are filter, item_ids"),
        ({"hide": {"item_ids": ["1"], "filter": KORI}}, ".hide", "needs either item_ids or filter"),
        ({"hide": {"item_ids": []}}, ".hide.item_ids", "expected a list of 1 to 500"),
        ({"hide": {"item_ids": "1"}}, ".hide.item_ids", "expected a list of 1 to 500"),
        (
            {"hide": {"item_ids": ["1"] * (MAX_ITEM_IDS + 1)}},
            ".hide.item_ids",
            "expected a list of 1 to 500",
        ),
        ({"hide": {"item_ids": ["1", 2]}}, ".hide.item_ids[1]", "expected an item's id: text"),
        ({"hide": {"item_ids": [["1"]]}}, ".hide.item_ids[0]", "expected an item's id: text"),
        ({"hide": {"filter": None}}, ".hide.filter", "expected an object, got null"),
        (
            {"hide": {"filter": {"all": [{"field": "colour", "any_of": ["red"]}]}}},
            ".hide.filter.all[0].field",
            "unknown field 'colour'",
        ),
        ({"boost": 2}, ".boost", "expected an object"),
        ({"boost": {"item_ids": ["1"]}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": 1}}, ".boost.by", "above 1 and at most 1000"),
        ({"boost": {"item_ids": ["1"], "by": "2"}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": True}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": 1e4}}, ".boost.by", "at most 1000"),
        ({"bury": {"item_ids": ["1"], "by": 0.5}}, ".bury.by", "expected a factor above 1"),
        ({"bury": {"item_ids": ["1"], "by": float("nan")}}, ".bury.by", "a factor above 1"),
        ({"bury": {"item_ids": ["1"], "by": 10**400}}, ".bury.by", "a factor above 1"),
        ({"bury": {"by": 2}}, ".bury", "needs either item_ids or filter"),
        ({"filter": {"field": "price", "gt": "1"}}, ".filter.gt", "price holds numbers, got text"),
        ({"filter": []}, ".filter", "expected an object, got a list"),
        ({"replace_query": None}, ".replace_query", "expected text"),
        ({"replace_query": ["a"]}, ".replace_query", "expected text"),
        ({"replace_query": " ?!"}, ".replace_query", "holds no word"),
        ({"replace_query": "x" * 513}, ".replace_query", "at most 512 characters"),
        ({"replace_query": "x\x00"}, ".replace_query", "holds a NUL character"),
        ({"remove_words": []}, ".remove_words", "expected a list of 1 to 50"),
        (
            {"remove_words": ["a"] * (MAX_PHRASES + 1)},
            ".remove_words",
            "expected a list of 1 to 50",
        ),
        ({"remove_words": ["a", ""]}, ".remove_words[1]", "holds no word"),
        ({"remove_words": 7}, ".remove_words", "expected text"),
        ({"synonym": ["a", "b"]}, ".synonym", "expected an object"),
        ({"synonym": {}}, ".synonym.terms", "expected a list of 2 to 20"),
        ({"synonym": {"terms": ["a"]}}, ".synonym.terms", "expected a list of 2 to 20"),
        ({"synonym": {"terms": "a, b"}}, ".synonym.terms", "expected a list of 2 to 20"),
        (
            {"synonym": {"terms": [f"t{n}" for n in range(MAX_TERMS + 1)]}},
            ".synonym.terms",
            "expected a list of 2 to 20",
        ),
        ({"synonym": {"terms": ["a", "b", "?"]}}, ".synonym.terms[2]", "holds no word"),
        ({"synonym": {"terms": ["tv", "TV!"]}}, ".synonym.terms", "holds a term twice"),
        ({"synonym": {"terms": ["a", "b"], "weight": 0}}, ".synonym.weight", "above 0 and at"),
        ({"synonym": {"terms": ["a", "b"], "weight": 1.1}}, ".synonym.weight", "at most 1"),
        ({"synonym": {"terms": ["a", "b"], "weight": True}}, ".synonym.weight", "a number above 0"),
        ({"synonym": {"terms": ["a", "b"], "weight": None}}, ".synonym.weight", "a number above 0"),
        ({"synonym": {"terms": ["a", "b"], "one_way": 1}}, ".synonym.one_way", "true or false"),
        ({"synonym": {"terms": ["a", "b"], "both": True}}, ".synonym.both", "unknown; known are"),
        ({"redirect": None}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": ""}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "sale"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "javascript:alert(1)"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "//evil.example"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "/a b"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "/a\nSet-Cookie: x"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "/\ud800"}, ".redirect", "begins with https://, http:// or /"),
        ({"redirect": "/" + "x" * 2_000}, ".redirect", "begins with https://, http:// or /"),
        ({"banner": "Sale"}, ".banner", "expected an object"),
        ({"banner": {}}, ".banner.title", "missing"),
        ({"banner": {"title": " "}}, ".banner.title", "missing"),
        ({"banner": {"title": 7}}, ".banner.title", "expected text of at most 2000 characters"),
        ({"banner": {"title": "a", "text": None}}, ".banner.text", "expected text of at most"),
        ({"banner": {"title": "a", "url": "x.example"}}, ".banner.url", "begins with https://"),
        ({"banner": {"title": "a", "url": 0}}, ".banner.url", "begins with https://"),
        ({"banner": {"title": "a", "image_url": []}}, ".banner.image_url", "begins with https://"),
        ({"banner": {"title": "a", "colour": "red"}}, ".banner.colour", "unknown; known are"),
        ({"data": []}, ".data", "expected an object"),
        ({"data": too_much_data()}, ".data", "at most 8192 bytes of JSON, got 8193"),
        ({"data": too_much_data("ü")}, ".data", "at most 8192 bytes of JSON, got 8193"),
        ({"data": {"a": ["\x00"]}}, ".data", "holds a NUL character"),
        ({"data": {"a": ["\ud800"]}}, ".data", "holds half a character"),
        ({"data": {"\udfff": 1}}, ".data", "holds half a character"),
        ({"sort": "colour"}, ".sort", "cannot sort by 'colour'"),
        ({"sort": "relevance"}, ".sort", "in the order of relevance anyway"),
        ({"sort": ""}, ".sort", "expected what to sort by"),
        ({"sort": ["price"]}, ".sort", "expected what to sort by"),
        ({"diversify": "brand"}, ".diversify", "expected an object"),
        ({"diversify": {"max_per_page": 1}}, ".diversify.field", "missing"),
        ({"diversify": {"field": "brand"}}, ".diversify.max_per_page", "from 1 to 100"),
        (
            {"diversify": {"field": "price", "max_per_page": 1}},
            ".diversify.field",
            "expected brand, categories, group_id or attributes.<name>",
        ),
        (
            {"diversify": {"field": "attributes.", "max_per_page": 1}},
            ".diversify.field",
            "expected brand, categories, group_id or attributes.<name>",
        ),
        (
            {"diversify": {"field": "brand", "max_per_page": 0}},
            ".diversify.max_per_page",
            "from 1 to 100",
        ),
        (
            {"diversify": {"field": "brand", "max_per_page": 101}},
            ".diversify.max_per_page",
            "from 1 to 100",
        ),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_problem_of_an_instruction_names_its_place(
    instruction: object, path: str, reason: str
) -> None:
    ((found_path, found_reason),) = problems_of([raw_rule(then=[{"filter": KORI}, instruction])])

    assert found_path == f"$[0].then[1]{path}"
    assert reason in found_reason


def test_data_that_nests_too_deep_is_a_problem_and_no_crash() -> None:
    nested: dict[str, object] = {}
    for _ in range(5_000):
        nested = {"a": nested}

    assert problems_of([raw_rule(then=[{"data": nested}])]) == [
        ("$[0].then[0].data", "nests too deep")
    ]


def test_data_of_just_the_size_is_taken() -> None:
    data = {"a": too_much_data()["a"][1:]}

    (rule,) = parse_rules([raw_rule(then=[{"data": data}])])

    assert rule.then == (Data(data),)


def test_condition_of_a_rule_that_has_a_problem_elsewhere_is_read_all_the_same() -> None:
    found = problems_of([raw_rule(when={"query": {"is": ""}}, then=[{"pin": {}}, {"sort": 1}])])

    assert [path for path, _ in found] == [
        "$[0].when.query.is",
        "$[0].then[0].pin",
        "$[0].then[1].sort",
    ]
