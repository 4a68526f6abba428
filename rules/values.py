"""Reads the primitive values of a rule's JSON form for `parse`, and notes what is wrong."""

from datetime import datetime
from typing import Any

from indexing.documents import ItemId
from rules.errors import Problem

MAX_TEXT = 2_000
MAX_ITEM_ID = 128
_LARGEST = 10**9


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
            self.problem(f"{path}.{key}", f"unknown; known are {', '.join(sorted(keys))}")
        return True

    def text(self, raw: dict[Any, Any], key: str, path: str, required: bool = False) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            self.problem(f"{path}.{key}", f"expected text of at most {MAX_TEXT} characters")
            return ""
        if required and not value.strip():
            self.problem(f"{path}.{key}", "missing")
        self.storable(value, f"{path}.{key}")
        return value

    def storable(self, value: str, path: str) -> None:
        if "\x00" in value:  # which Postgres cannot store
            self.problem(path, "holds a NUL character")

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


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Not a number is not below anything either; a huge whole number would overflow elsewhere.
    return value if abs(value) <= _LARGEST else None
