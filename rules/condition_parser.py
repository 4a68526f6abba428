"""The `when` of a rule from its JSON form."""

from typing import Any

from indexing.queries import ContextValue
from rules.model import Arm, Condition, QueryCondition
from rules.patterns import pattern_problem
from rules.situation import locale_key
from rules.values import MAX_NAME, ValueReader

MAX_ALTERNATIVES = 100
MAX_PATTERNS = 20
MAX_CONTEXT_KEYS = 20
_PHRASES = ("is", "starts_with", "ends_with", "contains")
_QUERY_KEYS = {*_PHRASES, "matches", "plurals", "typos"}
_KEYS = {
    "query",
    "empty_query",
    "filter",
    "category",
    "segments",
    "locale",
    "sort",
    "context",
    "starts_at",
    "ends_at",
    "experiment",
}


def read_condition(raw: Any, path: str, reader: ValueReader) -> Condition:
    """What is wrong is noted in the reader; then the condition must not be used."""
    if not reader.is_object(raw, _KEYS, path):
        return Condition()

    def names(key: str) -> tuple[str, ...]:
        if key not in raw:
            return ()
        return reader.one_or_many(raw[key], f"{path}.{key}", MAX_ALTERNATIVES, reader.name)

    starts = reader.moment(raw.get("starts_at"), f"{path}.starts_at")
    ends = reader.moment(raw.get("ends_at"), f"{path}.ends_at")
    if starts and ends and ends <= starts:
        reader.problem(f"{path}.ends_at", "must be after starts_at")
    sort: tuple[str, ...] = ()
    if "sort" in raw:
        sort = reader.one_or_many(raw["sort"], f"{path}.sort", MAX_ALTERNATIVES, reader.sort)
    return Condition(
        query=_query(raw["query"], f"{path}.query", reader) if "query" in raw else None,
        empty_query=(
            reader.flag(raw, "empty_query", path, default=True) if "empty_query" in raw else None
        ),
        filter=reader.filter(raw["filter"], f"{path}.filter") if "filter" in raw else None,
        category=names("category"),
        segments=names("segments"),
        locale=tuple(locale_key(locale) for locale in names("locale")),
        sort=sort,
        context=_context(raw["context"], f"{path}.context", reader) if "context" in raw else {},
        starts_at=starts,
        ends_at=ends,
        experiment=(
            _arm(raw["experiment"], f"{path}.experiment", reader) if "experiment" in raw else None
        ),
    )


def _query(raw: object, path: str, reader: ValueReader) -> QueryCondition:
    if not isinstance(raw, dict) or not {*_PHRASES, "matches"} & set(raw):
        reader.problem(path, f"expected an object with some of {', '.join(_PHRASES)}, matches")
        return QueryCondition()
    reader.is_object(raw, _QUERY_KEYS, path)
    phrases = {
        key: reader.one_or_many(raw[key], f"{path}.{key}", MAX_ALTERNATIVES, reader.phrase)
        for key in _PHRASES
        if key in raw
    }

    def pattern(value: object, where: str) -> str:
        if not isinstance(value, str):
            reader.problem(where, "expected text")
            return ""
        problem = pattern_problem(value) if reader.storable(value, where) else None
        if problem is not None:
            reader.problem(where, problem)
        return value

    return QueryCondition(
        is_=phrases.get("is", ()),
        starts_with=phrases.get("starts_with", ()),
        ends_with=phrases.get("ends_with", ()),
        contains=phrases.get("contains", ()),
        matches=(
            reader.one_or_many(raw["matches"], f"{path}.matches", MAX_PATTERNS, pattern)
            if "matches" in raw
            else ()
        ),
        plurals=reader.flag(raw, "plurals", path, default=False),
        typos=reader.flag(raw, "typos", path, default=False),
    )


def _context(raw: object, path: str, reader: ValueReader) -> dict[str, tuple[ContextValue, ...]]:
    if not isinstance(raw, dict) or not 0 < len(raw) <= MAX_CONTEXT_KEYS:
        reader.problem(path, f"expected an object with 1 to {MAX_CONTEXT_KEYS} keys")
        return {}

    def value(given: object, where: str) -> ContextValue:
        if isinstance(given, (bool, int, float)):
            return given
        return reader.name(given, where)

    read: dict[str, tuple[ContextValue, ...]] = {}
    for key, values in raw.items():
        where = f"{path}.{key:.60}"
        if not 0 < len(key) <= MAX_NAME:
            reader.problem(where, f"a key has 1 to {MAX_NAME} characters")
        reader.storable(key, where)
        read[key] = reader.one_or_many(values, where, MAX_ALTERNATIVES, value)
    return read


def _arm(raw: Any, path: str, reader: ValueReader) -> Arm | None:
    if not reader.is_object(raw, {"key", "arm"}, path):
        return None
    return Arm(
        reader.name(raw.get("key"), f"{path}.key"), reader.name(raw.get("arm"), f"{path}.arm")
    )
