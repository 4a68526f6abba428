"""Reads what was sent into changes, with every problem where it breaks the contract."""

from collections.abc import Mapping
from typing import Any

from app.items.changes import Change, Operation, read_version
from app.items.ingest import Incoming
from app.items.repository import put
from indexing.documents import ItemId
from indexing.errors import InvalidItem, ItemProblem, Rule
from indexing.validation import parse_fields, parse_item

VERSION_FIELDS = ("version", "updated_at")
"""Where a document says which version of the item it is; the first that is there counts."""


def read_document(document: object, operation: Operation, item_id: str | None = None) -> Incoming:
    """`item_id`: from the address, where it is there; else the document says it."""
    if not isinstance(document, Mapping):
        problem = ItemProblem("$", "type", f"expected a JSON object, got {_kind(document)}")
        return _refused((problem,), operation, item_id, document)
    raw = dict(document)
    named = raw.get("id")
    if item_id is not None and named not in (None, item_id):
        problem = ItemProblem(
            "$.id", "unreadable", f"the address says {item_id!r}, and the document another"
        )
        return _refused((problem,), operation, item_id, document)
    if item_id is not None:
        raw["id"] = item_id
    shown = raw["id"] if isinstance(raw.get("id"), str) else None
    problems: list[ItemProblem] = []
    version = _version(raw, problems)
    try:
        change = _READERS[operation](raw, version)
    except InvalidItem as error:
        problems += error.problems
    if problems:
        return _refused(tuple(problems), operation, shown, document)
    return Incoming(change=change, item_id=shown, operation=operation, document=document)


def unreadable(reason: str, raw: str, rule: Rule = "unreadable") -> Incoming:
    """Something that is no JSON at all."""
    return Incoming(problems=(ItemProblem("$", rule, reason),), raw=raw)


def _put(raw: dict[str, Any], version: int | None) -> Change:
    return put(parse_item(raw), version)


def _merge(raw: dict[str, Any], version: int | None) -> Change:
    item_id = _id(raw)
    fields = parse_fields({name: value for name, value in raw.items() if name != "id"})
    return Change(operation="merge", item_id=item_id, version=version, fields=fields)


def _delete(raw: dict[str, Any], version: int | None) -> Change:
    return Change(operation="delete", item_id=_id(raw), version=version)


_READERS = {"put": _put, "merge": _merge, "delete": _delete}


def _id(raw: Mapping[str, Any]) -> ItemId:
    """Checked as the id of a whole item is; raises `InvalidItem`."""
    return ItemId(parse_item({"id": raw.get("id"), "title": "any"}).id)


def _version(raw: dict[str, Any], problems: list[ItemProblem]) -> int | None:
    """Takes the fields of the version out; the first that holds one counts."""
    version = None
    for name in VERSION_FIELDS:
        given = raw.pop(name, None)
        if given is None:
            continue
        try:
            number = read_version(given)
        except ValueError as error:
            problems.append(ItemProblem(f"$.{name}", "version", str(error)))
        else:
            version = number if version is None else version
    return version


def _refused(
    problems: tuple[ItemProblem, ...], operation: str, item_id: str | None, document: object
) -> Incoming:
    return Incoming(problems=problems, item_id=item_id, operation=operation, document=document)


def _kind(value: object) -> str:
    names = {list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
