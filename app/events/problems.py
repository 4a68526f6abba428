"""What can be wrong with an event, by the rules of `contracts/event.odcs.yaml`."""

import re
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

EventRule = Literal[
    "required",
    "type",
    "range",
    "finite",
    "length",
    "characters",
    "date",
    "future",
    "too-many",
    "unreadable",
]
MAX_MESSAGE = 300
"""Characters."""


class EventProblem(msgspec.Struct, frozen=True):
    """One thing wrong with an event. `path` is the JSON path of the value at fault."""

    path: str
    rule: EventRule
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class RefusedEvent(Exception):
    """An event that breaks the contract, with every problem."""

    def __init__(self, *problems: EventProblem, event_id: str | None = None) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
        self.event_id = event_id


# What msgspec says of a value, and the contract's rule behind it; any other is of a wrong type.
_SAID: tuple[tuple[re.Pattern[str], EventRule], ...] = (
    (re.compile("Expected `array` of length"), "too-many"),
    (re.compile("Expected `str` of length"), "length"),
    (re.compile("Expected `(?:int|float)` [<>]="), "range"),
)
_PLACE = re.compile(r" - at `\$([^`]*)`$")


def problems_of(
    raw: Mapping[str, Any], shape: type[msgspec.Struct], at: str = "$"
) -> list[EventProblem]:
    """Each field at fault, where a conversion as a whole would tell the first alone."""
    return list(_problems(raw, shape, at))


def _problems(
    raw: Mapping[str, Any], shape: type[msgspec.Struct], at: str
) -> Iterator[EventProblem]:
    for field in msgspec.structs.fields(shape):
        value, path = raw.get(field.encode_name), f"{at}.{field.encode_name}"
        if value is None:
            if field.required:
                yield EventProblem(path, "required", "missing")
        elif (inner := _struct_in(field.type)) is not None and isinstance(value, Mapping):
            yield from _problems(value, inner, path)
        else:
            try:
                msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                yield _problem(path, str(error))


def _problem(path: str, said: str) -> EventProblem:
    rule: EventRule = next((rule for pattern, rule in _SAID if pattern.search(said)), "type")
    place = _PLACE.search(said)
    inside = place[1] if place else ""
    return EventProblem(f"{path}{inside}", rule, _PLACE.sub("", said)[:MAX_MESSAGE])


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """`Shape` of `Shape | None`."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    structs = [p for p in parts if isinstance(p, type) and issubclass(p, msgspec.Struct)]
    return structs[0] if structs else None
