"""Regular expressions of rules: what is refused, and finding many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.patterns import MAX_PATTERN_LENGTH, PatternIndex, compiled, pattern_problem


@pytest.mark.parametrize(
    "pattern",
    ["a", "^a$", r"\d+ (gb|tb)", "(?i)a", "(?P<n>a)", r"\p{Greek}", "x" * MAX_PATTERN_LENGTH, ".*"],
)
def test_usual_expression_has_no_problem(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)b", "invalid perl operator"),
        ("(?<!a)b", "invalid perl operator"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("(", "missing )"),
        ("[", "missing ]"),
        ("a**", "bad repetition operator"),
        ("a{1001}", "invalid repetition size"),
        ("(a{1000}){1000}", "invalid repetition size"),
        ("*", "no argument for repetition operator"),
    ],
)
def test_expression_that_cannot_be_used_is_refused_in_clear_text(pattern: str, reason: str) -> None:
    problem = pattern_problem(pattern)

    assert problem is not None
    assert problem.startswith(f"not a regular expression that RE2 takes: {reason}")
    assert "look-around, back references and very large repetitions are not supported" in problem


@pytest.mark.parametrize("pattern", [r"\pL{999}", r"(\pL{100}){9}", r"(\pL+){500}"])
def test_expression_that_grows_too_large_is_refused(pattern: str) -> None:
    problem = pattern_problem(pattern)

    assert problem is not None
    assert "too large" in problem


@pytest.mark.parametrize("pattern", ["", "x" * (MAX_PATTERN_LENGTH + 1)])
def test_length_of_an_expression_is_bounded(pattern: str) -> None:
    assert pattern_problem(pattern) == "expected a regular expression of 1 to 500 characters"


def test_expression_that_runs_away_elsewhere_is_searched_in_no_time() -> None:
    text = "a" * 512

    assert compiled("(a+)+$").search(text + "!") is None
    assert PatternIndex(["(a+)+b$"]).found_in(text) == []


def test_index_finds_every_expression_that_occurs_each_once() -> None:
    index = PatternIndex(["desk", "lamp$", "^lamp", r"d.sk\b", "desk", "chair"])

    assert index.found_in("desk lamp") == ["desk", "lamp$", r"d.sk\b"]
    assert index.found_in("") == []


def test_index_of_nothing_finds_nothing() -> None:
    assert PatternIndex([]).found_in("lamp") == []
    assert PatternIndex([]).open_patterns == ()


def test_index_finds_expressions_for_the_empty_query() -> None:
    assert PatternIndex(["^$", ".*", "lamp"]).found_in("") == ["^$", ".*"]


@pytest.mark.parametrize(
    "pattern", [".*", "^$", r"\d+", "[a-z]+", "tv", "ab|lamp", "a.b", "(lamp)?", "l?a?m?p?"]
)
def test_expression_without_three_fixed_letters_must_be_tried_on_every_query(pattern: str) -> None:
    assert PatternIndex([pattern, "lamp"]).open_patterns == (pattern,)


@pytest.mark.parametrize(
    "pattern", ["lamp", "^lamp$", "x{3}", r"\d{3} lamp", "lamps?", "lamp|desk", "[ab]cd"]
)
def test_expression_with_three_fixed_letters_is_tried_only_where_they_occur(pattern: str) -> None:
    assert PatternIndex([pattern]).open_patterns == ()


# Small expressions, put together from parts that are right by themselves.
atoms = st.sampled_from(["a", "b", "lamp", "desk", "ä", ".", r"\b", " ", "[ab]", "[^a]", r"\d"])
parts = st.builds("".join, st.tuples(atoms, st.sampled_from(["", "", "?", "*", "+", "{2}"])))
expressions = st.builds("".join, st.lists(parts, min_size=1, max_size=4)).filter(
    lambda pattern: pattern_problem(pattern) is None
)
texts = st.lists(st.sampled_from(["a", "ab", "b", "lamp", "desk", "ä", "1"]), max_size=4).map(
    " ".join
)


@given(st.lists(expressions | st.tuples(expressions, expressions).map("|".join), max_size=8), texts)
def test_index_finds_what_each_expression_finds_by_itself(patterns: list[str], text: str) -> None:
    expected = [p for p in dict.fromkeys(patterns) if compiled(p).search(text)]

    assert sorted(PatternIndex(patterns).found_in(text)) == sorted(expected)
