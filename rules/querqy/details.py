"""The fields of a rule that its properties give: id, name, priority, state and note."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rules.parse import MAX_PRIORITY
from rules.querqy.ids import MAX_ID
from rules.querqy.lines import storable
from rules.querqy.properties import Property
from rules.querqy.unmapped import CannotMap, Unmapped
from rules.values import MAX_NAME, MAX_TEXT

_NOTE = "Querqy: "


def read_details(properties: Iterable[Property], unmapped: list[Unmapped]) -> dict[str, Any]:
    """Adds a report for each property that cannot be kept."""
    details: dict[str, Any] = {}
    seen: set[str] = set()
    notes: list[str] = []
    room = MAX_TEXT - len(_NOTE)
    for given in properties:
        try:
            if given.name in seen:
                raise CannotMap(f"{given.name} is given twice; the first stays")
            seen.add(given.name)
            if given.name in _FIELDS:
                field, read = _FIELDS[given.name]
                details.setdefault(field, read(given.name, given.value))
                continue
            note = storable(f"{given.name} = {_readable(given.name, given.value)}")
            if len(note) + len("; ") > room:
                raise CannotMap(f"a note takes at most {MAX_TEXT} characters; shorten {given.name}")
            notes.append(note)
            room -= len(note) + len("; ")
        except CannotMap as error:
            unmapped.append(given.line.unmapped(error))
    if notes:
        details["note"] = _NOTE + "; ".join(notes)
    return details


def _readable(name: str, value: object) -> str:
    if isinstance(value, list) and not any(isinstance(part, (dict, list)) for part in value):
        return ", ".join(_readable(name, part) for part in value)
    if isinstance(value, (dict, list)):
        raise CannotMap(
            f"{name} is nested and cannot be kept; where it decides when the rule holds,"
            " give the rule a condition in when.context"
        )
    return value if isinstance(value, str) else json.dumps(value)


def _id(name: str, value: object) -> str:
    fit = re.sub(r"[^A-Za-z0-9._:-]+", "-", _readable(name, value))[:MAX_ID].strip("-")
    if not fit:
        raise CannotMap("an id takes letters, digits, ., _, : and -; one was made from the input")
    return fit


def _name(name: str, value: object) -> str:
    text = storable(_readable(name, value)).strip()[:MAX_NAME]
    if not text:
        raise CannotMap(f"{name} is empty; the input became the name")
    return text


def _priority(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_PRIORITY:
        raise CannotMap(f"{name} takes a whole number of at most {MAX_PRIORITY}")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise CannotMap(f"{name} takes true or false; the rule is enabled")
    return value


_FIELDS: Mapping[str, tuple[str, Callable[[str, object], Any]]] = {
    "_id": ("id", _id),
    "_log": ("name", _name),
    "priority": ("priority", _priority),
    "_enabled": ("enabled", _flag),
    "enabled": ("enabled", _flag),
}
