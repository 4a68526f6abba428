"""Raw queries, `* brand:Sony AND price:[10 TO 50]` for one, as filters in their JSON form."""

import re
from typing import Any

from indexing.documents import Item
from indexing.filters import ATTRIBUTE_PREFIX, DATE_FIELDS, FIELDS, FLAG_FIELDS, NUMBER_FIELDS
from rules.querqy.unmapped import CannotMap

# One clause of a Lucene query. Anything more (wildcards, fuzziness, boosts, functions, patterns,
# comparisons, nested groups) does not match, and is reported.
_CLAUSE = re.compile(
    r"""
    (?P<sign> [+\-!] | NOT\s+ )?
    (?P<field> [^\W\d_] [\w.\-]* ) :\s*
    (?: (?P<text> "(?:[^"\\]|\\.)*" | (?![/<>=])(?:[^\s()\[\]{}"~^*?:\\]|\\.)+ )
      | (?P<open> [\[{] ) \s* (?P<low> [^\s\]}]+ ) \s+TO\s+
        (?P<high> [^\s\]}]+ ) \s* (?P<close> [\]}] )
      | \( (?P<group> [^()]* ) \)
    ) (?= \s | $ )
    """,
    re.VERBOSE,
)
_OPERATOR = re.compile(r"\s+(?:(AND|OR|&&|\|\|)\s+)?")
_OPERATOR_NAMES = {"&&": "AND", "||": "OR", None: ""}
_ALTERNATIVE = re.compile(
    r'("(?:[^"\\]|\\.)*"|(?![/<>=])(?:[^\s\[\]{}"~^*?:\\]|\\.)+)(?:\s+(OR|\|\|)\s+|$)'
)
_PARAMETER = re.compile(r"%%|\$\d")
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

_KNOWN_FIELDS = f"{', '.join(sorted(FIELDS))} and attributes.<name>"
_UNFILTERABLE = frozenset(Item.__struct_fields__) - FIELDS


def read_raw_query(text: str, *, example: str) -> dict[str, Any]:
    """The `example` of how to write it stands in the advice for free text."""
    if not text.startswith("*"):
        raise CannotMap(
            f"free text cannot be mapped, only conditions on a field, as in {example};"
            f" fields are {_KNOWN_FIELDS}"
        )
    query = text[1:].strip()
    if _PARAMETER.search(query):
        raise CannotMap("parameters (%%…%%, $1) cannot be mapped; write the value out")
    return _joined_clauses(query)


def _joined_clauses(query: str) -> dict[str, Any]:
    """Clauses that are joined by AND, or all signed with + and -, or joined by OR."""
    conditions: list[dict[str, Any]] = []
    signs: list[str] = []
    operators: set[str] = set()
    position = 0
    while clause := _CLAUSE.match(query, position):
        sign = (clause["sign"] or "").strip()
        condition = _condition(clause)
        conditions.append(condition if sign in ("", "+") else {"not": condition})
        signs.append(sign)
        operator = _OPERATOR.match(query, clause.end())
        if operator is None:
            break
        operators.add(_OPERATOR_NAMES.get(operator[1], operator[1]))
        position = operator.end()
    if clause is None:
        raise CannotMap(
            'a raw query is read as field:value, field:"two words", field:(a OR b) or'
            f" field:[10 TO 50], joined by AND; not readable from: {query[position:][:60]}"
        )
    if len(conditions) == 1:
        return conditions[0]
    if operators == {"AND"} or (operators == {""} and all(signs)):
        return {"all": conditions}
    if operators == {"OR"} and not any(signs):
        return {"any": conditions}
    raise CannotMap("join the conditions by AND, all of them; a - may stand before each")


def _condition(clause: re.Match[str]) -> dict[str, Any]:
    field = _field(clause["field"])
    if clause["open"]:
        return {"field": field, **_bounds(field, clause)}
    texts = [clause["text"]] if clause["text"] else _alternatives(clause["group"])
    return {"field": field, "any_of": [value for text in texts for value in _values(field, text)]}


def _field(name: str) -> str:
    """Ours for the name; one that is none of ours is an attribute's."""
    if name in _UNFILTERABLE:
        raise CannotMap(f"{name} cannot be filtered by; fields are {_KNOWN_FIELDS}")
    if name == "category":
        return "categories"
    if name in FIELDS or name.startswith(ATTRIBUTE_PREFIX):
        return name
    return f"{ATTRIBUTE_PREFIX}{name}"


def _bounds(field: str, clause: re.Match[str]) -> dict[str, str | float]:
    bounds = (
        ("gte" if clause["open"] == "[" else "gt", clause["low"]),
        ("lte" if clause["close"] == "]" else "lt", clause["high"]),
    )
    given = {name: _bound(field, text) for name, text in bounds if text != "*"}
    if not given:
        raise CannotMap("a range needs a bound; write a number for one of the two *")
    return given


def _bound(field: str, text: str) -> str | float:
    if field in DATE_FIELDS:
        return text.strip('"')
    number = read_number(text)
    if number is None:
        raise CannotMap(f"a range takes numbers, as in {field}:[10 TO 50]")
    return number


def _alternatives(group: str) -> list[str]:
    """`a OR "b c"`, taken apart."""
    group = group.strip()
    texts: list[str] = []
    position = 0
    while found := _ALTERNATIVE.match(group, position):
        texts.append(found[1])
        position = found.end()
        if found[2] is None:
            return texts
    raise CannotMap('write the values in parentheses as (a OR b OR "two words")')


def _values(field: str, text: str) -> list[str | float | bool]:
    """What a text stands for in this field. Solr compares texts; an attribute here may be a number
    or a truth value as well, so `ram:16` means both."""
    quoted = text.startswith('"')
    plain = re.sub(r"\\(.)", r"\1", text[1:-1] if quoted else text)
    flag = {"true": True, "false": False}.get(plain)
    if field in FLAG_FIELDS:
        return [plain if flag is None else flag]
    number = read_number(plain)
    if field in NUMBER_FIELDS:
        return [plain if number is None else number]
    if field in FIELDS or quoted:
        return [plain]
    return [plain, *(value for value in (flag, number) if value is not None)]


def read_number(text: str) -> float | None:
    """Whole numbers stay whole, to be read as they were written."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
