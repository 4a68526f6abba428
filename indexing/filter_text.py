"""The filter language as a line of text, for addresses and people; `docs/filters.md` has the
grammar. Called by the search API and its page.

The text is read into the JSON form and that is checked by `filter_parser`, so that both forms mean
and allow the same."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

import msgspec
from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from indexing.errors import InvalidFilter
from indexing.filter_parser import parse_filter
from indexing.filters import (
    ATTRIBUTE_PREFIX,
    DATE_FIELDS,
    TEXT_FIELDS,
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
    Value,
    attribute_name,
)

MAX_TEXT_LENGTH = 8_000
"""Characters; about what servers and browsers take in an address."""

_GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: part (_AND part)*
?part: "(" either ")"
    | NOT part                              -> negated
    | ALL "(" [either ("," either)*] ")"    -> all_of
    | ANY "(" either ("," either)* ")"      -> any_of
    | _field _EQUAL _value                  -> equal
    | _field _UNEQUAL _value                -> unequal
    | _field _IN _values                    -> equal
    | _field NOT _IN _values                -> not_among
    | _field _value _TO _value              -> between
    | _field (COMPARISON _value)+           -> compared
_field: WORD | QUOTED_FIELD
_values: "[" _value ("," _value)* "]"
_value: WORD | STRING

_AND.2: /and(?![^\s()\[\],=!<>"\\])/i
_OR.2: /or(?![^\s()\[\],=!<>"\\])/i
NOT.2: /not(?![^\s()\[\],=!<>"\\])/i
_IN.2: /in(?![^\s()\[\],=!<>"\\])/i
_TO.2: /to(?![^\s()\[\],=!<>"\\])/i
ALL.2: /all(?=\s*\()/i
ANY.2: /any(?=\s*\()/i
_EQUAL: "="
_UNEQUAL: "!="
COMPARISON: ">=" | "<=" | ">" | "<"
QUOTED_FIELD.1: /attributes\."(?:[^"\\]|\\.)*"/s
STRING: /"(?:[^"\\]|\\.)*"/s
WORD: /[^\s()\[\],=!<>"\\]+/
%ignore /\s+/
"""
_EXPECTED = {
    "_EQUAL": "=",
    "_UNEQUAL": "!=",
    "COMPARISON": "<, <=, >, >=",
    "_IN": "IN",
    "NOT": "NOT IN",
    "WORD": "a value",
    "_TO": "TO, as in price 10 TO 50",
    "LSQB": "[",
    "_AND": "AND",
    "_OR": "OR",
    "COMMA": "a comma",
    "RSQB": "]",
    "RPAR": ")",
    "$END": "the end",
}
_BOUNDS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_KEYWORDS = frozenset({"and", "or", "not", "in", "to", "all", "any", "true", "false"})
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BARE_VALUE = re.compile(r"[^\W\d_][\w.-]*")
_BARE_NAME = re.compile(r"[\w.-]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_STEP = re.compile(r"\.(?:all|any)\[(\d+)\]|\.not")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is put on after the sum


def parse_filter_text(text: str, path: str = "$.filter") -> Filter:
    """Raises `InvalidFilter` with `path` and the place in the text, of which the first character is
    number 1."""
    if len(text) > MAX_TEXT_LENGTH:
        raise InvalidFilter(path, f"a filter's text has at most {MAX_TEXT_LENGTH} characters")
    try:
        part: _Part = _parser().parse(text)  # type: ignore[assignment]  # what `_Reader` makes
    except _Misread as error:
        raise _invalid(path, error.place, error.reason) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        place = len(text) if ended else error.token.start_pos or 0
        found = "" if ended else f", got {error.token!s:.40}"
        raise _invalid(path, place, f"expected {_expected(error.accepts)}{found}") from None
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
        reason = "the quoted text that begins here has no end"
        if text[place] != '"':
            reason = f"{text[place]} has no meaning here; a text with it stands in quotes"
        raise _invalid(path, place, reason) from None
    try:
        return parse_filter(part.raw, path)
    except InvalidFilter as error:
        place = part.place_of(error.path.removeprefix(path))
        raise _invalid(path, place, error.reason) from None


def filter_text(condition: Filter) -> str:
    """What `parse_filter_text` reads as the same filter."""
    match condition:
        case All(parts):
            return _combined("ALL", " AND ", parts)
        case Either(parts):
            return _combined("ANY", " OR ", parts)
        case Not(AnyOf(field, (value,))):
            return f"{_field_text(field)} != {_value_text(value)}"
        case Not(AnyOf(field, values)):
            return f"{_field_text(field)} NOT IN [{', '.join(map(_value_text, values))}]"
        case Not(part):
            return f"NOT {_operand(part)}"
        case AnyOf(field, (value,)):
            return f"{_field_text(field)} = {_value_text(value)}"
        case AnyOf(field, values):
            return f"{_field_text(field)} IN [{', '.join(map(_value_text, values))}]"
        case Range(field):
            return f"{_field_text(field)} {_bounds_text(condition)}"


class _Misread(Exception):
    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


class _Part(msgspec.Struct, frozen=True):
    """A filter in its JSON form, with the places in the text that its parts come from."""

    raw: dict[str, object]
    place: int
    places: Mapping[str, int] = {}
    """Of a condition's field and values, by their JSON paths within it."""
    parts: Sequence["_Part"] = ()

    def place_of(self, path: str) -> int:
        part = self
        while step := _STEP.match(path):
            part = part.parts[int(step[1] or 0)]
            path = path[step.end() :]
        return part.places.get(path, part.place)


@v_args(inline=True)
class _Reader(Transformer[Token, _Part]):
    """Works while the parser does, so that depth, which only `filter_parser` bounds, never becomes
    depth of Python's stack."""

    def either(self, *parts: _Part) -> _Part:
        return _Part({"any": [part.raw for part in parts]}, parts[0].place, parts=parts)

    def both(self, *parts: _Part) -> _Part:
        return _Part({"all": [part.raw for part in parts]}, parts[0].place, parts=parts)

    def all_of(self, sign: Token, *parts: _Part | None) -> _Part:
        given = [part for part in parts if part is not None]
        return _Part({"all": [part.raw for part in given]}, _place(sign), parts=given)

    def any_of(self, sign: Token, *parts: _Part) -> _Part:
        return _Part({"any": [part.raw for part in parts]}, _place(sign), parts=parts)

    def negated(self, sign: Token, part: _Part) -> _Part:
        return _Part({"not": part.raw}, _place(sign), parts=(part,))

    def equal(self, field: Token, *values: Token) -> _Part:
        name = _unquoted(field)
        places = {f".any_of[{n}]": _place(value) for n, value in enumerate(values)}
        any_of = [_value(name, value) for value in values]
        return _Part({"field": name, "any_of": any_of}, _place(field), places)

    def unequal(self, field: Token, value: Token) -> _Part:
        part = self.equal(field, value)
        return _Part({"not": part.raw}, part.place, parts=(part,))

    def not_among(self, field: Token, _not: Token, *values: Token) -> _Part:
        part = self.equal(field, *values)
        return _Part({"not": part.raw}, part.place, parts=(part,))

    def between(self, field: Token, least: Token, most: Token) -> _Part:
        return _compared(field, (("gte", least, least), ("lte", most, most)))

    def compared(self, field: Token, *signs_and_values: Token) -> _Part:
        signs, values = signs_and_values[::2], signs_and_values[1::2]
        return _compared(field, [(_BOUNDS[s], s, v) for s, v in zip(signs, values, strict=True)])


def _compared(field: Token, bounds: Sequence[tuple[str, Token, Token]]) -> _Part:
    name = _unquoted(field)
    raw: dict[str, object] = {"field": name}
    places = {}
    for bound, sign, value in bounds:
        if bound in raw:
            raise _Misread(_place(sign), f"{sign} stands here for the second time")
        raw[bound] = _value(name, value)
        places[f".{bound}"] = _place(value)
    return _Part(raw, _place(field), places)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(
        _GRAMMAR, parser="lalr", lexer="contextual", transformer=_Reader(), maybe_placeholders=False
    )


def _place(token: Token) -> int:
    return token.start_pos or 0


def _unquoted(token: Token) -> str:
    if token.type == "WORD":
        return str(token)
    before, _, quoted = token.partition('"')
    for escape in _ESCAPE.finditer(quoted):
        if escape[1] not in '"\\':
            place = _place(token) + len(before) + 1 + escape.start()
            raise _Misread(place, r'a backslash stands only before " and \, as \" and \\')
    return before + _ESCAPE.sub(r"\1", quoted[:-1])


def _value(field: str, token: Token) -> Value:
    """A bare word is the number or the flag that it looks like, unless its field holds text."""
    text = _unquoted(token)
    if token.type == "STRING" or field in TEXT_FIELDS or field in DATE_FIELDS:
        return text
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return float(text) if _NUMBER.fullmatch(text) else text


def _expected(accepted: set[str]) -> str:
    if "QUOTED_FIELD" in accepted:
        return "a condition, such as brand = HP"
    return " or ".join(words for name, words in _EXPECTED.items() if name in accepted)


def _invalid(path: str, place: int, reason: str) -> InvalidFilter:
    return InvalidFilter(path, f"at character {place + 1}: {reason}")


def _combined(name: str, joint: str, parts: Sequence[Filter]) -> str:
    if len(parts) < 2:
        return f"{name}({''.join(map(filter_text, parts))})"
    return joint.join(map(_operand, parts))


def _operand(part: Filter) -> str:
    text = filter_text(part)
    return f"({text})" if isinstance(part, (All, Either)) and len(part.parts) > 1 else text


def _field_text(field: str) -> str:
    name = attribute_name(field)
    if name is None or _BARE_NAME.fullmatch(name):
        return field
    return f'{ATTRIBUTE_PREFIX}"{name}"'


def _value_text(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            if _BARE_VALUE.fullmatch(value) and value.lower() not in _KEYWORDS:
                return value
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case _:
            return repr(float(value)).removesuffix(".0")


def _bounds_text(bounds: Range) -> str:
    write = _moment_text if bounds.field in DATE_FIELDS else _value_text
    if bounds.gte is not None and bounds.lte is not None and bounds.gt is bounds.lt is None:
        return f"{write(bounds.gte)} TO {write(bounds.lte)}"
    given = ((sign, getattr(bounds, name)) for sign, name in _BOUNDS.items())
    return " ".join(f"{sign} {write(bound)}" for sign, bound in given if bound is not None)


def _moment_text(seconds: float) -> str:
    """A date where it is midnight in UTC."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
        zone = UTC
    except OverflowError:  # a moment that lies in the years 1 to 9999 only where it was written
        zone = timezone((timedelta(days=1) - timedelta.resolution) * (-1 if seconds > 0 else 1))
        moment = _EPOCH + (timedelta(seconds=seconds) + zone.utcoffset(None))
    text = moment.replace(tzinfo=zone).isoformat()
    return text.removesuffix("+00:00").removesuffix("T00:00:00") if zone is UTC else text
