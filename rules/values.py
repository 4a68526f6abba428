"""Reads the primitive values of a rule's JSON form, and notes what is wrong."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from indexing.documents import ItemId
from indexing.errors import InvalidFilter, InvalidSort
from indexing.filter_parser import parse_filter
from indexing.filters import Filter
from indexing.queries import MAX_QUERY_LENGTH, parse_sort
from rules.errors import Problem
from rules.text import words

MAX_TEXT = 2_000
MAX_NAME = 200
MAX_ITEM_ID = 128
_LARGEST = 10**9
Value = TypeVar("Value")


class ValueReader:
    """Notes what is wrong and goes on with a harmless value, so that all problems come at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def problem(self, path: str, reason: str) -> None:
        self.problems.append(Problem(path, reason))

    def is_object(self, raw: object, keys: set[str], path: str) -> bool:
        """Whether it is one; keys that are not known are problems, but it remains an object."""
        if not isinstance(raw, dict):
            self.problem(path, "expected an object")
            return False
        for key in sorted(str(key) for key in set(raw) - keys):
            self.problem(f"{path}.{key:.60}", f"unknown; known are {', '.join(sorted(keys))}")
        return True

    def text(
        self, raw: dict[Any, Any], key: str, path: str, required: bool = False, most: int = MAX_TEXT
    ) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            self.problem(f"{path}.{key}", f"expected text of at most {most} characters")
            return ""
        if required and not value.strip():
            self.problem(f"{path}.{key}", "missing")
        self.storable(value, f"{path}.{key}")
        return value

    def storable(self, value: str, path: str) -> bool:
        nul = "\x00" in value  # which Postgres cannot store
        if nul:
            self.problem(path, "holds a NUL character")
        # Half of a pair of UTF-16 units, which JSON can spell and UTF-8 cannot.
        half = any("\ud800" <= character <= "\udfff" for character in value)
        if half:
            self.problem(path, "holds half a character")
        return not (nul or half)

    def name(self, value: object, path: str) -> str:
        """One word or name that the shop uses: a segment, a category, an arm."""
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_NAME:
            self.problem(path, f"expected text of 1 to {MAX_NAME} characters")
            return ""
        self.storable(value, path)
        return value

    def item_id(self, value: object, path: str) -> ItemId:
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ITEM_ID:
            self.problem(path, f"expected an item's id: text of 1 to {MAX_ITEM_ID} characters")
            return ItemId("")
        if any(character.isspace() for character in value):
            self.problem(path, f"no item's id holds blanks, got {value!r}")
        self.storable(value, path)
        return ItemId(value)

    def flag(self, raw: dict[Any, Any], key: str, path: str, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.problem(f"{path}.{key}", "expected true or false")
            return default
        return value

    def whole_number(self, value: object, path: str, low: int, high: int) -> int:
        number = _number(value)
        if number is None or number != int(number) or not low <= number <= high:
            self.problem(path, f"expected a whole number from {low} to {high}")
            return low
        return int(number)

    def factor(self, value: object, path: str, high: float) -> float:
        number = _number(value)
        if number is None or not 1 < number <= high:
            self.problem(path, f"expected a factor above 1 and at most {high:g}")
            return high
        return number

    def share(self, value: object, path: str) -> float:
        number = _number(value)
        if number is None or not 0 < number <= 1:
            self.problem(path, "expected a number above 0 and at most 1")
            return 1.0
        return float(number)

    def moment(self, value: object, path: str) -> datetime | None:
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.problem(path, "expected an ISO 8601 time with its zone: 2026-11-27T00:00:00+01:00")
            return None
        return moment

    def filter(self, raw: object, path: str) -> Filter | None:
        try:
            return parse_filter(raw, path)
        except InvalidFilter as error:
            self.problem(error.path, error.reason)
            return None

    def sort(self, raw: object, path: str) -> str:
        """In the one spelling that conditions compare."""
        try:
            if isinstance(raw, str) and raw:
                sort = parse_sort(raw)
                return "relevance" if sort is None else str(sort)
            self.problem(path, "expected what to sort by: price, rating:asc, relevance, …")
        except InvalidSort as error:
            self.problem(path, str(error))
        return ""

    def phrase(self, raw: object, path: str) -> str:
        """Words in their normal form, with single blanks between them."""
        if not isinstance(raw, str):
            self.problem(path, "expected text")
            return ""
        self.storable(raw, path)
        if len(raw) > MAX_QUERY_LENGTH:
            self.problem(path, f"at most {MAX_QUERY_LENGTH} characters")
            return ""
        normal = " ".join(words(raw))
        if not normal:
            self.problem(path, "holds no word; for the empty query use empty_query")
        return normal

    def address(self, raw: object, path: str) -> str:
        """Where a browser may be sent: another site, or a page of this one."""
        if (
            not isinstance(raw, str)
            or len(raw) > MAX_TEXT
            or not raw.startswith(("http://", "https://", "/"))
            or raw.startswith("//")
            or any(character.isspace() or not character.isprintable() for character in raw)
        ):
            self.problem(path, "expected an address that begins with https://, http:// or /")
            return ""
        return raw

    def one_or_many(
        self, raw: object, path: str, most: int, read: Callable[[object, str], Value]
    ) -> tuple[Value, ...]:
        """A value or a list of alternatives."""
        if not isinstance(raw, list):
            return (read(raw, path),)
        return self.many(raw, path, 1, most, read)

    def many(
        self, raw: object, path: str, least: int, most: int, read: Callable[[object, str], Value]
    ) -> tuple[Value, ...]:
        if not isinstance(raw, list) or not least <= len(raw) <= most:
            self.problem(path, f"expected a list of {least} to {most}")
            return ()
        return tuple(read(value, f"{path}[{n}]") for n, value in enumerate(raw))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Not a number is not below anything either; a huge whole number would overflow elsewhere.
    return value if abs(value) <= _LARGEST else None
