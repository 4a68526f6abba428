"""Checks raw items, whole ones and changes of single fields, against the data contract, and
reports every problem, not only the first."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_type_hints

import msgspec

from indexing.documents import MAX_ATTRIBUTES, AttributeValue, Item, Name
from indexing.errors import InvalidItem, ItemProblem, Rule
from indexing.filters import UNUSABLE_IN_NAMES

_TYPES: dict[str, Any] = get_type_hints(Item, include_extras=True)
_CATEGORIES: Any = Annotated[tuple[Any, ...], *_TYPES["categories"].__metadata__]
"""Their number without what each must be."""
_REQUIRED = tuple(field.name for field in msgspec.structs.fields(Item) if field.required)
MAX_ATTRIBUTE_NAME = 200
MAX_ATTRIBUTE_TEXT = 20_000
MAX_PROBLEMS = 50
"""Of one item: ten thousand bad attributes make no report of a megabyte."""
MAX_REASON = 300
"""Characters."""
# The item's own patterns, said in words, and without their leave for a line's end at the end.
_SHAPES = {
    "id": (re.compile(r"\S{1,128}"), "expected 1 to 128 characters without blanks"),
    "currency": (re.compile(r"[A-Z]{3}"), "expected three capital letters such as EUR"),
}
# What msgspec says of a value, and the contract's rule behind it; any other is of a wrong type.
_SAID: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (re.compile("Expected `array` of length"), "too-many"),
    (re.compile("Expected `str` of length"), "length"),
    (re.compile("Expected `(?:int|float)` [<>]="), "range"),
    (re.compile("Number out of range"), "finite"),
    (re.compile("RFC3339"), "date"),
)
# A name that RFC 9535 lets stand behind a dot; any other is quoted.
_PLAIN = re.compile(r"(?!\d)[0-9A-Za-z_\xa0-\ud7ff\ue000-\U0010ffff]+", re.ASCII)
_HALF = re.compile(r"[\ud800-\udfff]")
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff'\\]")


class Problems:
    """Gathers what is wrong with one item; beyond `MAX_PROBLEMS` only that there is more."""

    def __init__(self) -> None:
        self._found: list[ItemProblem] = []

    def add(self, path: str, rule: Rule, reason: str) -> None:
        if len(self._found) < MAX_PROBLEMS:
            if len(reason) > MAX_REASON:
                reason = f"{reason[: MAX_REASON - 1]}…"
            self._found.append(ItemProblem(path, rule, reason))
        else:
            self._found[-1] = ItemProblem("$", "too-many", "further problems are not listed")

    def add_others(self, problems: Iterable[ItemProblem]) -> None:
        """Those at other paths than what was found before."""
        known = {problem.path for problem in self._found}
        for problem in problems:
            if problem.path not in known:
                self.add(problem.path, problem.rule, problem.reason)

    def __bool__(self) -> bool:
        return bool(self._found)

    def as_error(self) -> InvalidItem:
        return InvalidItem(tuple(self._found))


class _Broken(ValueError):
    """One value breaks one rule."""

    def __init__(self, rule: Rule, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule


def parse_item(raw: object) -> Item:
    """The item, with dates and numbers in their types; raises `InvalidItem` with all problems."""
    problems = Problems()
    given = _object(raw, problems)
    for name in _REQUIRED:
        if given.get(name) is None:
            problems.add(f"$.{name}", "required", "missing")
    present = {name: value for name, value in given.items() if value is not None}
    fields = _fields(present, problems, removable=False)
    if problems:
        raise problems.as_error()
    return Item(**fields)


def parse_fields(raw: object) -> dict[str, Any]:
    """The changed fields of a merge patch, in their types; None removes a field, all attributes,
    or a single one. Raises `InvalidItem` with all problems."""
    problems = Problems()
    given = _object(raw, problems)
    for name in _REQUIRED:
        if name in given and given[name] is None:
            problems.add(f"$.{name}", "required", "cannot be removed")
    fields = _fields(given, problems, removable=True)
    if problems:
        raise problems.as_error()
    return fields


def _object(raw: object, problems: Problems) -> Mapping[str, object]:
    if isinstance(raw, Mapping):
        return raw
    problems.add("$", "type", "expected an object of fields and values")
    return {}


def _fields(given: Mapping[str, object], problems: Problems, *, removable: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _TYPES:
            problems.add(f"${_step(name)}", "unknown-field", "not a field of an item")
        elif value is None:
            fields[name] = None
        elif name == "attributes":
            fields[name] = _attributes(value, problems, removable=removable)
        elif name == "categories":
            fields[name] = _categories(value, problems)
        else:
            try:
                fields[name] = _field(name, value)
            except _Broken as broken:
                problems.add(f"$.{name}", broken.rule, str(broken))
    return fields


def _field(name: str, value: object) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise _Broken("finite", f"expected a finite number, got {value}")
    if isinstance(value, str):
        _check_characters(value)
        if name in _SHAPES:
            _check_shape(name, value)
        if name == "title" and not value.strip():
            raise _Broken("required", "missing")
    converted = _converted(value, _TYPES[name])
    return _in_utc(converted) if isinstance(converted, datetime) else converted


def _check_characters(text: str) -> None:
    if "\x00" in text:
        raise _Broken("characters", "holds a NUL character")
    if not text.isascii() and _HALF.search(text):
        raise _Broken("characters", "holds half of a surrogate pair")


def _check_shape(name: str, text: str) -> None:
    pattern, expected = _SHAPES[name]
    if not pattern.fullmatch(text):
        only_long = name == "id" and not any(map(str.isspace, text))
        raise _Broken("length" if only_long else "pattern", f"{expected}, got {_shown(text)}")


def _converted(value: object, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        said = re.sub(r" - at `\$[^`]*`$", "", str(error))
    rule: Rule = next((rule for pattern, rule in _SAID if pattern.search(said)), "type")
    raise _Broken(rule, said)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # an empty date of .NET with a zone: 0001-01-01T00:00:00+01:00
        raise _Broken("date", f"expected a date from the year 1 to 9999, got {moment}") from None


def _categories(value: object, problems: Problems) -> object:
    """Name by name, so that each wrong one is told."""
    try:
        names = _converted(value, _CATEGORIES)
    except _Broken as broken:
        problems.add("$.categories", broken.rule, str(broken))
        return None
    for place, name in enumerate(names):
        try:
            if isinstance(name, str):
                _check_characters(name)
            _converted(name, Name)
        except _Broken as broken:
            problems.add(f"$.categories[{place}]", broken.rule, f"{broken} - at `$[{place}]`")
    return names


def _attributes(value: object, problems: Problems, *, removable: bool) -> object:
    if not isinstance(value, Mapping):
        problems.add("$.attributes", "type", "expected an object of names and values")
        return None
    if len(value) > MAX_ATTRIBUTES:
        reason = f"at most {MAX_ATTRIBUTES} attributes, got {len(value)}"
        problems.add("$.attributes", "too-many", reason)
        return None
    attributes: dict[str, AttributeValue | None] = {}
    for name, held in value.items():
        try:
            _check_attribute_name(name)
            attributes[name] = None if held is None and removable else _attribute(name, held)
        except _Broken as broken:
            problems.add(f"$.attributes{_step(name)}", broken.rule, str(broken))
    return attributes


def _check_attribute_name(name: object) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ATTRIBUTE_NAME:
        said = f"a name has 1 to {MAX_ATTRIBUTE_NAME} characters, got {_shown(name)}"
        raise _Broken("length", said)
    if UNUSABLE_IN_NAMES.intersection(name):
        said = f"a name holds no quotes, backslashes or control characters: {_shown(name)}"
        raise _Broken("pattern", said)
    if _HALF.search(name):
        raise _Broken("characters", f"a name holds half of a surrogate pair: {_shown(name)}")


def _attribute(name: str, held: object) -> AttributeValue:
    if isinstance(held, bool):
        return held
    if isinstance(held, (int, float)):
        return _finite(name, held)
    if not isinstance(held, str):
        raise _Broken("type", f"{name}: holds text, a number or a boolean")
    if len(held) > MAX_ATTRIBUTE_TEXT or "\x00" in held:
        rule: Rule = "length" if len(held) > MAX_ATTRIBUTE_TEXT else "characters"
        raise _Broken(rule, f"{name}: at most {MAX_ATTRIBUTE_TEXT} characters and no NUL")
    try:
        _check_characters(held)
    except _Broken as broken:
        raise _Broken(broken.rule, f"{name}: {broken}") from None
    return held


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits, which JSON allows
        number = math.inf
    if not math.isfinite(number):
        raise _Broken("finite", f"{name}: expected a finite number")
    return number


def _shown(value: object) -> str:
    """The beginning of a text that may be endless, with anything unprintable escaped."""
    return f"{value[:60]!r:.60}" if isinstance(value, str) else type(value).__name__


def _step(name: object) -> str:
    """One step down a JSON path (RFC 9535): `.colour`, or `['größe cm']`."""
    text = name if isinstance(name, str) else type(name).__name__
    if len(text) > MAX_ATTRIBUTE_NAME:
        text = f"{text[:60]}…"
    if _PLAIN.fullmatch(text):
        return f".{text}"
    return f"['{_ESCAPED.sub(_escape, text)}']"


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return f"\\{character}" if character in "'\\" else f"\\u{ord(character):04x}"
