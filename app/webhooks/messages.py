"""What a webhook in Endcap's own form, `{type, timestamp, data}`, asks for; its controller asks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.items.changes import Change, Operation, read_version
from app.items.reading import VERSION_FIELDS
from app.webhooks.bodies import TOO_DEEP, read_object
from app.webhooks.errors import InvalidMessage
from indexing.documents import ItemId
from indexing.errors import InvalidItem
from indexing.validation import Problems, parse_fields

MAX_TEXT = 1_000
"""Characters of a rebuild's reason, and of an encoder's name."""


class RebuildRequested(msgspec.Struct, frozen=True):
    """The sender wants the index built anew, with the encoder of today where it names none."""

    reason: str = ""
    encoder: str | None = None


class Kind(msgspec.Struct, frozen=True):
    """What a type of message does to an item."""

    operation: Operation
    fields: tuple[str, ...] | None = ()
    """What it takes beside id and version; None: every field of an item, at least one."""
    needed: str | None = None


KINDS: Mapping[str, Kind] = {
    "item.upserted": Kind("merge", None),
    "item.deleted": Kind("delete"),
    "item.price_changed": Kind("merge", ("price", "currency"), "price"),
    "item.stock_changed": Kind("merge", ("in_stock",), "in_stock"),
}
REBUILD = "catalog.rebuild_requested"
MESSAGE_TYPES = (*KINDS, REBUILD)


def read_message(body: bytes) -> Change | RebuildRequested:
    """Raises `InvalidMessage` with all problems, each at its JSON path in the body."""
    message = read_object(body)
    try:
        return _read(message)
    except RecursionError:  # a body that could just be read may still be too deep to speak of
        raise InvalidMessage((TOO_DEEP,)) from None


def _read(message: Mapping[str, Any]) -> Change | RebuildRequested:
    problems = Problems()
    name = message.get("type")
    if name not in MESSAGE_TYPES:
        problems.add("$.type", "type", f"expected one of {', '.join(MESSAGE_TYPES)}{_got(name)}")
    sent_at = _sent_at(message.get("timestamp"), problems)
    data = message.get("data")
    if not isinstance(data, dict):
        problems.add("$.data", "type", "expected an object")
    elif name == REBUILD:
        return _rebuild(data, problems)
    elif name in MESSAGE_TYPES:
        return _change(name, data, sent_at, problems)
    raise _invalid(problems)


def _sent_at(given: object, problems: Problems) -> int | None:
    """When the change was made: a time, which a number is not."""
    if given is None:
        problems.add("$.timestamp", "required", "missing")
    elif not isinstance(given, str) or given.strip().isdecimal():
        problems.add("$.timestamp", "date", "expected a time in ISO 8601 with its zone")
    else:
        return _version("$.timestamp", given, problems)
    return None


def _version(path: str, given: object, problems: Problems) -> int | None:
    try:
        return read_version(given)
    except ValueError as error:
        problems.add(path, "version", str(error))
        return None


def _change(name: str, data: Mapping[str, Any], sent_at: int | None, problems: Problems) -> Change:
    kind = KINDS[name]
    given: Mapping[str, Any] = data
    if kind.fields is not None:
        given = _only(("id", *VERSION_FIELDS, *kind.fields), name, data, problems)
    said = [
        _version(f"$.data.{field}", given[field], problems)
        for field in VERSION_FIELDS
        if given.get(field) is not None
    ]
    version = said[0] if said else sent_at
    given = {field: value for field, value in given.items() if field not in VERSION_FIELDS}
    for field in ("id", kind.needed):
        if field and given.get(field) is None:
            problems.add(f"$.data.{field}", "required", "missing")
    if kind.fields is None and not given.keys() - {"id"}:
        problems.add("$.data", "required", "holds no field to change")
    try:
        fields = parse_fields(given)
    except InvalidItem as error:
        problems.add_others(
            msgspec.structs.replace(problem, path=f"$.data{problem.path.removeprefix('$')}")
            for problem in error.problems
        )
    if problems:
        raise _invalid(problems)
    item_id = ItemId(fields.pop("id"))
    return Change(operation=kind.operation, item_id=item_id, version=version, fields=fields)


def _rebuild(data: Mapping[str, Any], problems: Problems) -> RebuildRequested:
    given = _only(("reason", "encoder"), REBUILD, data, problems)
    for field, value in given.items():
        if value is not None and not isinstance(value, str):
            problems.add(f"$.data.{field}", "type", "expected text")
        elif value and len(value) > MAX_TEXT:
            problems.add(f"$.data.{field}", "length", f"expected at most {MAX_TEXT} characters")
        elif value and "\x00" in value:
            problems.add(f"$.data.{field}", "characters", "holds a NUL character")
    if problems:
        raise _invalid(problems)
    return RebuildRequested(given.get("reason") or "", given.get("encoder") or None)


def _only(
    fields: tuple[str, ...], name: str, data: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """What this type of message takes; that there is more is one problem."""
    others = [field for field in data if field not in fields]
    if others:
        problems.add(
            "$.data", "unknown-field", f"{name} takes {', '.join(fields)}{_got(others[0])}"
        )
    return {field: value for field, value in data.items() if field in fields}


def _got(value: object) -> str:
    return f", got {value[:60]!r}" if isinstance(value, str) else ""


def _invalid(problems: Problems) -> InvalidMessage:
    return InvalidMessage(problems.as_error().problems)
