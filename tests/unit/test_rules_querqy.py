"""Querqy's common rules: what each line becomes, and what is reported with which advice."""

import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.parse import MAX_PRIORITY, parse_rule, parse_rules
from rules.patterns import compiled
from rules.querqy import QuerqyImport, Unmapped, read_querqy
from rules.text import words
from rules.values import MAX_NAME, MAX_TEXT

SONY = {"field": "brand", "any_of": ["Sony"]}


def rule_of(*lines: str) -> dict[str, Any]:
    """The one rule of these lines, of which nothing was lost, and which can be saved."""
    read = read_querqy("\n".join(lines))
    assert read.unmapped == ()
    (rule,) = read.rules
    parse_rule(rule)
    return rule


def query_of(text: str) -> dict[str, Any]:
    """The condition on the query that this input becomes."""
    query: dict[str, Any] = rule_of(f"{text} =>", "  DECORATE: x")["when"]["query"]
    return query


def then_of(instruction: str, text: str = "cheap phone") -> dict[str, Any]:
    """What this instruction becomes."""
    (then,) = rule_of(f"{text} =>", f"  {instruction}")["then"]
    return dict(then)


def filter_of(raw_query: str) -> dict[str, Any]:
    return dict(then_of(f"FILTER: * {raw_query}")["filter"])


def details_of(*properties: str) -> dict[str, Any]:
    """The rule with these properties, without what comes from its input and instruction."""
    rule = rule_of("a =>", "  DELETE", *properties)
    return {key: value for key, value in rule.items() if key not in ("when", "then")}


def only_report(*lines: str) -> tuple[int, str, str]:
    (report,) = read_querqy("\n".join(lines)).unmapped
    return report.line, report.text, report.reason


def reason_for(instruction: str, text: str = "cheap phone") -> str:
    """Why this instruction cannot be mapped, between two that can."""
    read = read_querqy(f"{text} =>\n  DECORATE: 1\n  {instruction}\n  DECORATE: 2")
    (report,) = read.unmapped
    assert (report.line, report.text) == (3, instruction)
    assert [len(rule["then"]) for rule in read.rules] == [2]
    return report.reason


def reason_for_input(text: str) -> str:
    """Why this input cannot be mapped, with a rule before and behind that can."""
    read = read_querqy(f"a =>\n  DELETE\n{text} =>\n  DELETE: x\nb =>\n  DELETE")
    (report,) = read.unmapped
    assert (report.line, report.text) == (3, f"{text} =>")
    assert [rule["name"] for rule in read.rules] == ["a", "b"]
    reason, _, lost = report.reason.partition("; lost with it: ")
    assert lost == "line 4 DELETE: x"
    return reason


def reason_for_property(*lines: str) -> str:
    """Why this property cannot be kept; the rule and its other properties are."""
    read = read_querqy("\n".join(("a =>", "  DELETE", *lines, "@priority: 7")))
    (report,) = read.unmapped
    assert (report.line, report.text) == (3, lines[0])
    assert [rule["priority"] for rule in read.rules] == [7]
    return report.reason


def is_found(pattern: str, query: str) -> bool:
    return compiled(pattern).search(" ".join(words(query))) is not None


def test_whole_rule_is_read() -> None:
    read = read_querqy(
        """
        # Notebooks, as agreed in March.
        "notebook =>   # at the start only
          SYNONYM: laptop
            SYNONYM(0.5): desktop computer
        UP(10): * price:[350 TO 450]
          DOWN(20): * category:accessories
          FILTER: * -brand:Sony
          DELETE: cheap
          DECORATE: REDIRECT /notebooks
          @_id: "ID1"
          @_log: "notebooks, March"
          @enabled: false
          @{
            priority: 100,
            tenant: ["t1", 	'shop two'],  # a comment
            "group": "electronics",
          }@
        """
    )

    assert read.unmapped == ()
    assert read.rules == (
        {
            "id": "ID1",
            "name": "notebooks, March",
            "enabled": False,
            "priority": 100,
            "note": "Querqy: tenant = t1, shop two; group = electronics",
            "when": {"query": {"starts_with": "notebook"}},
            "then": [
                {"synonym": {"terms": ["notebook", "laptop"], "weight": 1, "one_way": True}},
                {
                    "synonym": {
                        "terms": ["notebook", "desktop computer"],
                        "weight": 0.5,
                        "one_way": True,
                    }
                },
                {"boost": {"filter": {"field": "price", "gte": 350, "lte": 450}, "by": 11}},
                {"bury": {"filter": {"field": "categories", "any_of": ["accessories"]}, "by": 21}},
                {"filter": {"not": SONY}},
                {"remove_words": ["cheap"]},
                {"redirect": "/notebooks"},
            ],
        },
    )
    assert len(parse_rules(list(read.rules))) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff# with a byte order mark"])
def test_text_without_rules_gives_none(text: str) -> None:
    assert read_querqy(text) == QuerqyImport((), ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_do(end: str) -> None:
    text = end.join(["a\u2028b =>", "  DELETE: a\x0bb", "  WHAT: x"])

    assert [report.line for report in read_querqy(text).unmapped] == [3]


def test_byte_order_mark_is_no_part_of_the_first_input() -> None:
    assert rule_of("\ufeffpc =>", "DELETE")["name"] == "pc"


# Inputs


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("personal  Computer", {"contains": "personal Computer"}),
        ('"personal computer"', {"is": "personal computer"}),
        ('"personal computer', {"starts_with": "personal computer"}),
        ('personal computer"', {"ends_with": "personal computer"}),
        ('" pc "', {"is": "pc"}),
        (r"4\" phone", {"contains": '4" phone'}),
        (r"phone 4\"", {"contains": 'phone 4"'}),
        (r"c\# book", {"contains": "c# book"}),
        (r"5\* hotel", {"contains": "5* hotel"}),
        (r"\AND more", {"contains": "AND more"}),
        ("tv (55 zoll)", {"contains": "tv (55 zoll)"}),
        ("bed and breakfast", {"contains": "bed and breakfast"}),
        ("$1 store", {"contains": "$1 store"}),
    ],
)
def test_input_becomes_a_condition_on_the_query(text: str, query: dict[str, Any]) -> None:
    assert query_of(text) == query


def test_alternatives_become_a_list_of_one_kind() -> None:
    assert query_of("pc OR personal computer OR mac") == {
        "contains": ["pc", "personal computer", "mac"]
    }
    assert query_of('"pc" OR "mac"') == {"is": ["pc", "mac"]}
    assert query_of("sofa* OR couch*") == {"matches": ["(?:^| )sofa[^ ]", "(?:^| )couch[^ ]"]}


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("sofa*", ["sofabed", "red Sofa-bed", "sofaübe"], ["sofa", "schlaf-sofabed", "so fabed"]),
        ('"sofa*', ["sofabed", "sofabed red"], ["red sofabed"]),
        ("red sofa*", ["a red sofabed"], ["red big sofabed", "red sofa bed"]),
        ("öl*", ["Ölfarbe", "rote ölfarbe"], ["öl", "olivenölfarbe"]),
        ("usb.c*", ["usb.cable"], ["usbxcable"]),
    ],
)
def test_wildcard_finds_words_that_go_on(text: str, found: list[str], missed: list[str]) -> None:
    pattern = query_of(text)["matches"]

    assert [query for query in found if not is_found(pattern, query)] == []
    assert [query for query in missed if is_found(pattern, query)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pc AND mac", "without AND, NOT and parentheses"),
        ("NOT pc", "without AND, NOT and parentheses"),
        ("(pc OR mac) AND cheap", "without AND, NOT and parentheses"),
        ("(pc OR mac)", "without AND, NOT and parentheses"),
        ("NOT(pc)", "without AND, NOT and parentheses"),
        ("pc OR", "OR needs words on both sides"),
        ("pc OR OR mac", "OR needs words on both sides"),
        ("OR", "OR needs words on both sides"),
        ('pc OR "mac"', "write a rule for each"),
        ("pc OR mac*", "write a rule for each"),
        ("so*fa", "at the very end"),
        ('sofa*"', "at the very end"),
        ("sofa *", "the beginning of a word"),
        ("sofa -*", "the beginning of a word"),
        ("*", "write at least one letter or digit"),
        ("brand:sony", "write it without the field"),
        ("{brand,name}:sony tv", "write it without the field"),
        ("", "write at least one letter or digit"),
        ('""', "write at least one letter or digit"),
        ('"', "write at least one letter or digit"),
        ("?!", "write at least one letter or digit"),
        ("x" * 513, "at most 512 characters"),
        (" OR ".join(f"a{n}" for n in range(101)), "a list of 1 to 100"),
        (" OR ".join(f"a{n}*" for n in range(21)), "a list of 1 to 20"),
        (f"{'x' * 500}*", "1 to 500 characters"),
        ("$brand tv", "import the rules that they expand to"),
    ],
)
def test_input_that_cannot_be_mapped_takes_its_rule_with_it(text: str, reason: str) -> None:
    if not text:
        assert reason in only_report("=>", "  DELETE: x")[2]
    else:
        assert reason in reason_for_input(text)


def test_every_instruction_that_an_input_takes_with_it_is_named() -> None:
    assert only_report("a AND b =>", "  SYNONYM: c", "", "  UP: d  # e") == (
        1,
        "a AND b =>",
        "of boolean inputs only a OR b can be mapped, without AND, NOT and parentheses; a pattern"
        " in query.matches may say what is meant; lost with it: line 2 SYNONYM: c, line 4 UP: d"
        "  # e",
    )


def test_input_with_its_instruction_on_the_same_line_gives_none_to_the_rule_above() -> None:
    read = read_querqy("a =>\n  SYNONYM: b\nc => SYNONYM: d\n  SYNONYM: e")

    assert [rule["then"] for rule in read.rules] == [
        [{"synonym": {"terms": ["a", "b"], "weight": 1, "one_way": True}}]
    ]
    assert [(report.line, report.reason) for report in read.unmapped] == [
        (
            3,
            "the line must end with =>; put the instructions on lines of their own;"
            " lost with it: line 4 SYNONYM: e",
        )
    ]


def test_template_gives_no_instruction_to_the_rule_above() -> None:
    read = read_querqy(
        "a =>\n  DELETE\ndef raised(x, n):\n  UP(5): * brand:Sony\nb =>\n  DELETE\n"
        "  SYNONYM: $x\n  << raised: x = 1 || n = 2 >>"
    )

    assert [rule["then"] for rule in read.rules] == [
        [{"remove_words": ["a"]}],
        [{"remove_words": ["b"]}],
    ]
    assert [report.line for report in read.unmapped] == [3, 7, 8]
    assert all("import the rules that they expand to" in r.reason for r in read.unmapped)


def test_def_may_begin_an_input() -> None:
    assert query_of("def leppard") == {"contains": "def leppard"}


def test_rule_without_instructions_is_reported_and_left_out() -> None:
    read = read_querqy("a =>\nb =>\n  DELETE\nc =>\n  @priority: 1")

    assert [rule["name"] for rule in read.rules] == ["b"]
    assert read.unmapped == (
        Unmapped(1, "a =>", "does nothing; write an instruction below it"),
        Unmapped(4, "c =>", "does nothing; write an instruction below it"),
    )


def test_rule_of_which_nothing_can_be_mapped_is_left_out() -> None:
    read = read_querqy("a =>\n  UP: x\n  FILTER: y")

    assert read.rules == ()
    assert [report.line for report in read.unmapped] == [2, 3]


@pytest.mark.parametrize("line", ["SYNONYM: b", "@priority: 1", "@{", "some text"])
def test_line_before_the_first_input_is_reported(line: str) -> None:
    assert only_report(line, "a =>", "DELETE") == (
        1,
        line,
        "belongs to no rule; begin with an input: word =>",
    )


# Synonyms


@pytest.mark.parametrize(
    ("instruction", "synonym", "weight"),
    [
        ("SYNONYM: mobile phone", "mobile phone", 1),
        ("synonym:mobile", "mobile", 1),
        ("Synonym ( 0.25 ) : mobile", "mobile", 0.25),
        ("SYNONYM(1.0): mobile", "mobile", 1),
        (r"SYNONYM: c\# phone", "c# phone", 1),
    ],
)
def test_synonym_goes_one_way(instruction: str, synonym: str, weight: float) -> None:
    assert then_of(instruction, "Phone") == {
        "synonym": {"terms": ["Phone", synonym], "weight": weight, "one_way": True}
    }


@pytest.mark.parametrize(
    ("instruction", "text", "reason"),
    [
        ("SYNONYM(1.5): b", "a", "above 0 and at most 1"),
        ("SYNONYM(0): b", "a", "above 0 and at most 1"),
        ("SYNONYM(-1): b", "a", "above 0 and at most 1"),
        ("SYNONYM(much): b", "a", "takes a number in parentheses"),
        ("SYNONYM(): b", "a", "takes a number in parentheses"),
        ("SYNONYM: b $1", "a", "write words"),
        ("SYNONYM: b*", "a", "write words"),
        ("SYNONYM: color:red", "a", "write it without the field"),
        ("SYNONYM: !", "a", "at least one letter or digit"),
        ("SYNONYM: " + "x" * 513, "a", "at most 512 characters"),
        ("SYNONYM: PC!", "pc", "holds a term twice"),
        ("SYNONYM:", "a", "needs a value"),
        ("SYNONYM", "a", "needs a value"),
        ("SYNONYM: b", "a*", "without OR and wildcard"),
        ("SYNONYM: b $1", "a*", "without OR and wildcard"),
        ("SYNONYM: b", "a OR c", "without OR and wildcard"),
    ],
)
def test_synonym_that_cannot_be_mapped_is_reported(
    instruction: str, text: str, reason: str
) -> None:
    assert reason in reason_for(instruction, text)


# Boosts and filters


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("UP: * brand:Sony", {"boost": {"filter": SONY, "by": 2}}),
        ("UP(0.5): * brand:Sony", {"boost": {"filter": SONY, "by": 1.5}}),
        ("up(10):* brand:Sony", {"boost": {"filter": SONY, "by": 11}}),
        ("DOWN(20): *brand:Sony", {"bury": {"filter": SONY, "by": 21}}),
        ("UP(999): * brand:Sony", {"boost": {"filter": SONY, "by": 1000}}),
        ("UP(1e5): * brand:Sony", {"boost": {"filter": SONY, "by": 1000}}),
        ("DOWN(1e999): * brand:Sony", {"bury": {"filter": SONY, "by": 1000}}),
    ],
)
def test_up_and_down_multiply_the_odds_by_one_more_than_their_number(
    instruction: str, expected: dict[str, Any]
) -> None:
    assert then_of(instruction) == expected


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("UP(10): apple", "only conditions on a field, as in UP(10): * brand:Sony; fields are"),
        ("DOWN: case", "as in DOWN(10): * brand:Sony"),
        ("UP: brand:Sony", "as in UP(10): * brand:Sony"),
        ("UP: $1", "free text cannot be mapped"),
        ("UP: * brand:$1", "write the value out"),
        ("UP: * brand:%%brand%%", "write the value out"),
        ("UP(0): * brand:Sony", "needs a number above 0"),
        ("UP(-3): * brand:Sony", "needs a number above 0"),
        ("UP(1e-30): * brand:Sony", "needs a number above 0"),
        ("UP(nan): * brand:Sony", "takes a number in parentheses"),
        ("UP(10: * brand:Sony", "not an instruction"),
        ("UP(10) * brand:Sony", "not an instruction"),
        ("UP(10):", "needs a value"),
        ('UP: * {"term": {"brand": "Sony"}}', "a raw query is read as field:value"),
        ("FILTER: apple", "as in FILTER: * brand:Sony"),
        ("FILTER: -case", "as in FILTER: * brand:Sony"),
        ("FILTER(2): * brand:Sony", "takes nothing in parentheses"),
        ("FILTER:", "needs a value"),
        ("FILTER: *", "a raw query is read as field:value"),
    ],
)
def test_boost_or_filter_that_cannot_be_mapped_is_reported(instruction: str, reason: str) -> None:
    assert reason in reason_for(instruction)


@pytest.mark.parametrize(
    ("raw_query", "expected"),
    [
        ("brand:Sony", SONY),
        ("brand: Sony", SONY),
        ("+brand:Sony", SONY),
        ('brand:"Red Bull"', {"field": "brand", "any_of": ["Red Bull"]}),
        (r"brand:Red\ Bull", {"field": "brand", "any_of": ["Red Bull"]}),
        (r'brand:"4\" \\ co"', {"field": "brand", "any_of": ['4" \\ co']}),
        (
            'brand:(Sony OR doOR || "Red Bull")',
            {"field": "brand", "any_of": ["Sony", "doOR", "Red Bull"]},
        ),
        ("brand:( Sony )", SONY),
        ("category:tv", {"field": "categories", "any_of": ["tv"]}),
        ("categories:tv", {"field": "categories", "any_of": ["tv"]}),
        ("id:4711", {"field": "id", "any_of": ["4711"]}),
        ("group_id:g", {"field": "group_id", "any_of": ["g"]}),
        ("currency:EUR", {"field": "currency", "any_of": ["EUR"]}),
        ("in_stock:true", {"field": "in_stock", "any_of": [True]}),
        ("in_stock:false", {"field": "in_stock", "any_of": [False]}),
        ("price:100", {"field": "price", "any_of": [100]}),
        ("price:[10 TO 50]", {"field": "price", "gte": 10, "lte": 50}),
        ("price:{10 TO 50.5}", {"field": "price", "gt": 10, "lt": 50.5}),
        ("price:[* TO 50}", {"field": "price", "lt": 50}),
        ("rating:[4 TO *]", {"field": "rating", "gte": 4}),
        ("review_count:{-1 TO *]", {"field": "review_count", "gt": -1}),
        ("popularity:[.5 TO 1e3]", {"field": "popularity", "gte": 0.5, "lte": 1000}),
        (
            'released_at:["2024-01-01T00:00:00Z" TO *]',
            {"field": "released_at", "gte": "2024-01-01T00:00:00Z"},
        ),
        ("colour:red", {"field": "attributes.colour", "any_of": ["red"]}),
        ("attributes.colour:red", {"field": "attributes.colour", "any_of": ["red"]}),
        ("farbe:grün", {"field": "attributes.farbe", "any_of": ["grün"]}),
        ("inch:[10 TO 12]", {"field": "attributes.inch", "gte": 10, "lte": 12}),
        ("ram:16", {"field": "attributes.ram", "any_of": ["16", 16]}),
        ('ram:"16"', {"field": "attributes.ram", "any_of": ["16"]}),
        ("new:true", {"field": "attributes.new", "any_of": ["true", True]}),
        ("-brand:Sony", {"not": SONY}),
        ("!brand:Sony", {"not": SONY}),
        ("NOT brand:Sony", {"not": SONY}),
        (
            "brand:Sony AND -category:tv",
            {"all": [SONY, {"not": {"field": "categories", "any_of": ["tv"]}}]},
        ),
        ("+brand:Sony -price:1", {"all": [SONY, {"not": {"field": "price", "any_of": [1]}}]}),
        ("brand:Sony && price:1", {"all": [SONY, {"field": "price", "any_of": [1]}]}),
        ("brand:Sony OR price:1", {"any": [SONY, {"field": "price", "any_of": [1]}]}),
    ],
)
def test_raw_query_becomes_a_filter(raw_query: str, expected: dict[str, Any]) -> None:
    assert filter_of(raw_query) == expected


@pytest.mark.parametrize(
    ("raw_query", "reason"),
    [
        ("brand:So*", "a raw query is read as field:value"),
        ("brand:Sony^2", "a raw query is read as field:value"),
        ("brand:Sony~", "a raw query is read as field:value"),
        ("brand:/Sony/", "a raw query is read as field:value"),
        ("inch:>10", "a raw query is read as field:value"),
        ("*:*", "a raw query is read as field:value"),
        ("_query_:x", "a raw query is read as field:value"),
        ("{!func}price", "a raw query is read as field:value"),
        ("-(brand:Sony AND price:1)", "a raw query is read as field:value"),
        ("brand:(Sony OR (LG))", "a raw query is read as field:value"),
        ("brand:Sony AND", "a raw query is read as field:value"),
        ("brand:Sony apple", "not readable from: apple"),
        ("brand:(Sony LG)", "(a OR b OR"),
        ("brand:(Sony AND LG)", "(a OR b OR"),
        ("brand:(Sony OR)", "(a OR b OR"),
        ("brand:()", "(a OR b OR"),
        ("brand:Sony price:1", "join the conditions by AND"),
        ("brand:Sony AND price:1 OR price:2", "join the conditions by AND"),
        ("brand:Sony OR -price:1", "join the conditions by AND"),
        ("title:phone", "title cannot be filtered by; fields are brand"),
        ("description:phone", "description cannot be filtered by"),
        ("attributes:phone", "attributes cannot be filtered by"),
        ("price:cheap", "filter.any_of[0]: price holds numbers"),
        ("in_stock:yes", "in_stock is true or false"),
        ("price:[a TO b]", "a range takes numbers"),
        ("price:[* TO *]", "a range needs a bound"),
        ("brand:[1 TO 2]", "brand has no order"),
        ("released_at:[NOW-7DAYS TO *]", "is not an ISO 8601 date"),
        (" AND ".join(["price:1"] * 101), "at most 100 conditions"),
        (f"brand:({' OR '.join(map(str, range(1001)))})", "at most 1000 values"),
    ],
)
def test_raw_query_that_cannot_be_read_is_reported(raw_query: str, reason: str) -> None:
    assert reason in reason_for(f"FILTER: * {raw_query}")


# Deletions and decorations


@pytest.mark.parametrize(
    ("instruction", "text", "removed"),
    [
        ("DELETE", "cheap phone", ["cheap phone"]),
        ("delete:", '"Cheap phone"', ["Cheap phone"]),
        ("DELETE: cheap", "cheap phone", ["cheap"]),
        ("DELETE: cheap phone cheap", "cheap phone", ["cheap", "phone"]),
        ("DELETE: cheap", "cheap phone*", ["cheap"]),
        ("DELETE: cheap", "cheap OR phone", ["cheap"]),
    ],
)
def test_delete_removes_words(instruction: str, text: str, removed: list[str]) -> None:
    assert then_of(instruction, text) == {"remove_words": removed}


@pytest.mark.parametrize(
    ("instruction", "text", "reason"),
    [
        ("DELETE", "phone*", "say which words go"),
        ("DELETE", "cheap OR phone", "say which words go"),
        ("DELETE: phone*", "phone*", "write words"),
        ("DELETE: name:phone", "phone", "write it without the field"),
        ("DELETE: !", "phone", "at least one letter or digit"),
        ("DELETE(2): phone", "phone", "takes nothing in parentheses"),
        ("DELETE phone", "phone", "not an instruction"),
        ("DELETE: " + " ".join(map(str, range(51))), "phone", "a list of 1 to 50"),
    ],
)
def test_delete_that_cannot_be_mapped_is_reported(instruction: str, text: str, reason: str) -> None:
    assert reason in reason_for(instruction, text)


@pytest.mark.parametrize(
    ("instruction", "address"),
    [
        ("DECORATE: REDIRECT /faq", "/faq"),
        ("DECORATE: redirect, /faq", "/faq"),
        ("DECORATE: REDIRECT https://shop.example/faq?a=b", "https://shop.example/faq?a=b"),
        (r"DECORATE: REDIRECT /faq\#returns", "/faq#returns"),
    ],
)
def test_redirect_decoration_redirects(instruction: str, address: str) -> None:
    assert then_of(instruction) == {"redirect": address}


@pytest.mark.parametrize(
    ("instruction", "data"),
    [
        ("DECORATE: deco 1", {"decorate": "deco 1"}),
        ("DECORATE: redirection", {"decorate": "redirection"}),
        ('DECORATE: [{"intent": "x", "n": 1.5}]', {"decorate": [{"intent": "x", "n": 1.5}]}),
        ("DECORATE: {broken", {"decorate": "{broken"}),
        ("DECORATE: NaN", {"decorate": "NaN"}),
        ("DECORATE(teaser): 7", {"teaser": 7}),
        ("DECORATE(redirect): /faq", {"redirect": "/faq"}),
    ],
)
def test_other_decoration_becomes_data(instruction: str, data: dict[str, Any]) -> None:
    assert then_of(instruction) == {"data": data}


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("DECORATE:", "needs a value"),
        ("DECORATE(): x", "the key in parentheses"),
        ("DECORATE(a b): x", "the key in parentheses"),
        ("DECORATE: REDIRECT", "expected an address"),
        ("DECORATE: REDIRECT faq", "expected an address"),
        ("DECORATE: REDIRECT //evil.example", "expected an address"),
        ("DECORATE: REDIRECT /a b", "expected an address"),
        ("DECORATE: " + "x" * 8_200, "at most 8192 bytes"),
        (r'DECORATE: "\u0000"', "holds a NUL character"),
        ("BOOST: x", "known are SYNONYM, UP, DOWN, FILTER, DELETE, DECORATE"),
        ("property.priority: 2", "not an instruction"),
        ("some text", "not an instruction"),
    ],
)
def test_decoration_or_other_line_that_cannot_be_mapped_is_reported(
    instruction: str, reason: str
) -> None:
    assert reason in reason_for(instruction)


def test_instruction_beyond_the_most_that_a_rule_does_is_reported() -> None:
    read = read_querqy("a =>\n" + "DECORATE: x\n" * 52)

    assert len(read.rules[0]["then"]) == 50
    assert [report.line for report in read.unmapped] == [52, 53]
    assert "a rule does at most 50 things" in read.unmapped[0].reason


# Properties


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (["@_id: 'ID 1/ä:x.y_z-'"], {"id": "ID-1-:x.y_z", "name": "a"}),
        (["@_id: 42"], {"id": "42", "name": "a"}),
        (['@_id: "x"', '@_log: "by hand"'], {"id": "x", "name": "by hand"}),
        (["@_id: x", "@_log: by hand, in March"], {"id": "x", "name": "by hand, in March"}),
        (["@_id: x", "@_log: https://wiki.example/42"], {"id": "x", "name": "https://wiki.example/42"}),
        (["@ _id : x", r"@_log: 'it\'s \"new\"'"], {"id": "x", "name": 'it\'s "new"'}),
        (["@_id: x", r'@_log: "ticket \#4"'], {"id": "x", "name": "ticket #4"}),
        (["@_id: x", "@priority: -5"], {"id": "x", "name": "a", "priority": -5}),
        (["@_id: x", "@priority: 007"], {"id": "x", "name": "a", "priority": 7}),
        (["@_id: x", "@_enabled: true"], {"id": "x", "name": "a", "enabled": True}),
        (["@_id: x", "@enabled: false"], {"id": "x", "name": "a", "enabled": False}),
        (
            ["@_id: x", "@group: tea", "@n: 1.5", "@top: true", "@no: null"],
            {"id": "x", "name": "a", "note": "Querqy: group = tea; n = 1.5; top = true; no = null"},
        ),
        (
            ["@_id: x", '@tenant: ["t1", 2, true]'],
            {"id": "x", "name": "a", "note": "Querqy: tenant = t1, 2, true"},
        ),
        (['@{_id: "x", priority: 1}@'], {"id": "x", "name": "a", "priority": 1}),
        (
            ['@{ "_id" :', "", "# why", "'x',", "'priority': 1,", "}@"],
            {"id": "x", "name": "a", "priority": 1},
        ),
    ],
)  # fmt: skip
def test_properties_become_fields_of_the_rule(
    properties: list[str], expected: dict[str, Any]
) -> None:
    assert details_of(*properties) == expected


def test_properties_may_stand_before_instructions() -> None:
    assert rule_of("a =>", "@_id: x", "DELETE")["id"] == "x"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (['@culture: {"lang": "en"}'], "culture is nested and cannot be kept"),
        (["@tenants: [[1]]"], "tenants is nested"),
        (["@{", 'culture: {"lang": "en"}', "}@"], "a condition in when.context"),
        (["@_id: {}"], "_id is nested"),
        (['@_id: "ä"'], "one was made from the input"),
        (['@_log: ""'], "the input became the name"),
        (["@_enabled: no"], "takes true or false"),
        (["@broken"], "write @name: value"),
        (["@"], "it is empty"),
        (["@name:"], "write @name: value"),
        (['@name: "open'], "a quote is not closed"),
        (['@name: [1, "b"'], "write @name: value"),
        (["@name: [bare]"], "bare needs quotes"),
        (["@{", "a: 1, a: 2", "}@"], "not readable, lost down to line 5: a name is given twice"),
        (["@{a: b}@"], "b needs quotes"),
        (["@{}}@"], "not readable"),
        (["@ {", '_id: "x"', "}", "}@"], "not readable, lost down to line 6"),
        (["@{big: " + "9" * 5_000 + "}@"], "digits"),
        (["@deep: " + "[" * 100_000], "not readable"),
        (["@long: " + "x" * MAX_TEXT], "a note takes at most"),
    ],
)
def test_property_that_cannot_be_kept_is_reported(lines: list[str], reason: str) -> None:
    assert reason in reason_for_property(*lines)


@pytest.mark.parametrize("value", ["1.5", "true", '"high"', str(MAX_PRIORITY + 1)])
def test_priority_that_is_no_whole_number_is_reported(value: str) -> None:
    line, _, reason = only_report("a =>", "DELETE", f"@priority: {value}")

    assert line == 3
    assert "takes a whole number" in reason


def test_property_given_twice_keeps_its_first_value() -> None:
    read = read_querqy("a =>\nDELETE\n@priority: 1\n@priority: 2")

    assert read.rules[0]["priority"] == 1
    assert read.unmapped == (
        Unmapped(4, "@priority: 2", "priority is given twice; the first stays"),
    )


@pytest.mark.parametrize("behind", ["", "\nb =>\n  DELETE"])
def test_object_that_nothing_closes_costs_only_its_rule_its_properties(behind: str) -> None:
    read = read_querqy(f"a =>\n  DELETE\n  @{{\n    priority: 1\n  }}{behind}")

    assert [rule["name"] for rule in read.rules] == (["a", "b"] if behind else ["a"])
    assert "priority" not in read.rules[0]
    assert read.unmapped == (
        Unmapped(3, "@{", "no }@ closes it; its properties, down to line 5, are lost"),
    )


def test_note_holds_what_fits() -> None:
    lines = [f"@p{n}: {'x' * 90}" for n in range(30)]
    read = read_querqy("\n".join(["a =>", "DELETE", *lines]))

    assert 1_900 < len(read.rules[0]["note"]) <= MAX_TEXT
    assert [report.line for report in read.unmapped] == list(range(23, 33))


def test_long_name_is_cut() -> None:
    assert details_of("@_id: x", f"@_log: {'n' * 300}")["name"] == "n" * MAX_NAME


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    rule = rule_of("a\x00b =>", "DECORATE: c\x00d\ud800", r'@_log: "\u0000\ud800"', "@x: e\x00")

    assert rule["when"] == {"query": {"contains": "a\ufffdb"}}
    assert rule["then"] == [{"data": {"decorate": "c\ufffdd?"}}]
    assert (rule["name"], rule["note"]) == ("\ufffd?", "Querqy: x = e\ufffd")


# Ids


def test_id_is_made_from_input_and_instructions_wherever_they_stand() -> None:
    (first,) = read_querqy('"Öl Farbe" =>\n  DELETE').rules
    other, again = read_querqy('x =>\n DELETE\n\n"Öl Farbe" =>  # paint\n DELETE\n').rules
    (changed,) = read_querqy('"Öl Farbe" =>\n  DELETE: Öl').rules

    assert first["id"].startswith("ol-farbe-")
    assert first["id"] == again["id"]
    assert len({first["id"], other["id"], changed["id"]}) == 3


def test_input_without_latin_letters_has_an_id_too() -> None:
    assert rule_of("手机 =>", "DELETE")["id"].startswith("rule-")


def test_ids_are_unique() -> None:
    given = ["x", "x-2", "x", "x", "y" * 128, "y" * 128]
    read = read_querqy("".join(f"a =>\n  DELETE\n  @_id: {rule_id}\n" for rule_id in given))

    assert [rule["id"] for rule in read.rules] == [
        "x",
        "x-2",
        "x-3",
        "x-4",
        "y" * 128,
        "y" * 118 + "-2",
    ]


def test_equal_rules_get_different_ids() -> None:
    first, second = read_querqy("a =>\n  DELETE\n" * 2).rules

    assert second["id"] == f"{first['id']}-2"


# The whole


PIECES = st.sampled_from(
    [
        "=>", "a", "öl", '"', "*", "AND", "OR", "(", ")", "\\", "#", ":", "@", "{", "}", "}@", "@{",
        "[", "]", ",", "'", "$1", "$x", "%%", "<<", "def f(", "SYNONYM", "UP", "DOWN(2)", "FILTER:",
        "DELETE", "DECORATE(k)", "REDIRECT /x", "* brand:Sony", "price:[1 TO *]", "-", "+",
        "_id: 1", "priority", "1", "0.5", "true", " ", "\t", "\n", "\r\n", "\r",
        "\u2028", "\x00",
    ]
)  # fmt: skip
LINES = st.sampled_from(
    [
        "a =>", "a =>", '"öl* =>', "a OR b =>", "a AND b =>", "=>", "  DELETE", "  DELETE: a",
        "  SYNONYM(0.5): c", "  SYNONYM: a", "  UP(3): * brand:Sony", "  FILTER: * -price:[1 TO 2]",
        "  DECORATE: REDIRECT /x", '  DECORATE(k): {"n": [1]}', "  @_id: x", "  @priority: 1",
        '  @x: ["t1"]', "  @{", "    n: {m: 1},", "  }@", "# why", "",
    ]
)  # fmt: skip
TEXTS = st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join)
RULES = st.lists(LINES | st.lists(PIECES, max_size=8).map(" ".join), max_size=30).map("\n".join)


@settings(deadline=None)
@given(TEXTS | RULES)
@example("a =>\nDECORATE: " + "[" * 5_000 + "]" * 5_000)
@example("a =>\n@a: \ud800")
def test_any_text_is_read_into_rules_that_can_be_saved_and_reports_of_its_lines(text: str) -> None:
    read = read_querqy(text)

    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(1 <= report.line <= len(lines) and report.reason for report in read.unmapped)
    assert [report.line for report in read.unmapped] == sorted(r.line for r in read.unmapped)
    for rule in read.rules:
        parse_rule(rule)
    assert len({rule["id"] for rule in read.rules}) == len(read.rules)


@pytest.mark.parametrize(
    "text",
    [
        "a =>\n" + "  UP: x\n" * 20_000,
        "a =>\n@{\n" * 10_000,
        ("a =>\n DELETE\n @_id: " + "x" * 128 + "\n") * 5_000,
        "a =>\n DECORATE: " + "\\#" * 200_000,
        "a =>\n UP(" + "0" * 200_000 + "x): * brand:Sony",
        "a =>\n SYNONYM" + " " * 200_000 + "x",
        "a =>\n @a: " + '"\\' * 200_000,
        "a =>\n @a: " + "0" * 200_000 + "x",
        "a =>\n UP: * " + "a:b AND " * 20_000 + "c:d",
        "a =>\n UP: * a:" + "b" * 200_000 + "*",
        "a =>\n UP: * a:(" + "b" * 200_000 + " c)",
        "(" * 200_000 + " AND =>",
    ],
    ids=range(12),
)
def test_no_text_takes_more_than_linear_time(text: str) -> None:
    # Quadratic work on these takes minutes; the bound leaves room for a slow machine.
    start = time.process_time()

    read_querqy(text)

    assert time.process_time() - start < 10
