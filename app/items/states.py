"""How changes of one item become its state, whatever the order in which they arrive.

Each field is a last-writer-wins register: a change at a version sets what was set at that version
or before. So any order of the same changes, also with repetitions, gives the same item (a state-
based CRDT; Shapiro, Preguiça, Baquero, Zawirski, 2011, section 3.2.2). Of changes at one version
the one that arrives later counts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.items.changes import Change
from indexing.documents import Item, ItemId

ATTRIBUTES = "attributes"
_PREFIX = "attributes."
_DEFAULTS: Mapping[str, Any] = {
    field.name: field.default
    for field in msgspec.structs.fields(Item)
    if field.name not in ("id", "title", ATTRIBUTES)
} | {"title": "", ATTRIBUTES: {}}


class ItemState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one id: an item, what is left of one, or parts of one to come."""

    values: Mapping[str, Any] = msgspec.field(default_factory=lambda: _DEFAULTS)
    """Every field but the id; an empty title where there is no item to show."""
    base_version: int = 0
    """Of the last put or deletion, which set all fields."""
    field_versions: Mapping[str, int] = {}
    """Of fields that a merge set at `base_version` or later; attributes by `attributes.NAME`, and
    `attributes` where a merge removed them all."""
    deleted: bool = False
    """Whether the base is a deletion."""

    @property
    def live(self) -> bool:
        return bool(self.values["title"])

    @property
    def version(self) -> int:
        """The newest of all versions in it."""
        return max(self.base_version, *self.field_versions.values(), 0)

    def item(self, item_id: ItemId) -> Item:
        return Item(id=item_id, **self.values)


def apply(state: ItemState, change: Change) -> ItemState:
    """The state after the change; the same object where all of it is older than what is known."""
    version = state.version if change.version is None else change.version
    if change.operation == "merge":
        return _merge(state, change.fields, version)
    if version < state.base_version:
        return state
    given = change.fields if change.operation == "put" else {}
    return _put(state, given, version, deleted=change.operation == "delete")


def _put(state: ItemState, given: Mapping[str, Any], version: int, deleted: bool) -> ItemState:
    """Everything is set but what a merge has set at a later version."""
    later = {name: at for name, at in state.field_versions.items() if at > version}
    values = dict(_DEFAULTS) | dict(given)
    values[ATTRIBUTES] = {} if ATTRIBUTES in later else dict(values[ATTRIBUTES])
    for name in later:
        _copy(name, state.values, values)
    return ItemState(values=values, base_version=version, field_versions=later, deleted=deleted)


def _merge(state: ItemState, given: Mapping[str, Any], version: int) -> ItemState:
    if version < state.base_version:
        return state
    versions = dict(state.field_versions)
    values = dict(state.values)
    values[ATTRIBUTES] = dict(values[ATTRIBUTES])
    applied = False
    for name, value in _registers(given):
        known = versions.get(name, 0)
        if name.startswith(_PREFIX):
            known = max(known, versions.get(ATTRIBUTES, 0))
        if version < known:
            continue
        applied = True
        versions[name] = version
        if name == ATTRIBUTES:
            _clear_attributes(values, versions, version)
        else:
            _set(name, value, values)
    if not applied:
        return state
    return ItemState(
        values=values,
        base_version=state.base_version,
        field_versions=versions,
        deleted=state.deleted,
    )


def _registers(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each thing that has a version of its own, with its new value."""
    for name, value in given.items():
        if name != ATTRIBUTES or value is None:
            yield name, value
        else:
            yield from ((f"{_PREFIX}{attribute}", held) for attribute, held in value.items())


def _set(name: str, value: Any, values: dict[str, Any]) -> None:
    if not name.startswith(_PREFIX):
        values[name] = _DEFAULTS[name] if value is None else value
    elif value is None:
        values[ATTRIBUTES].pop(name.removeprefix(_PREFIX), None)
    else:
        values[ATTRIBUTES][name.removeprefix(_PREFIX)] = value


def _copy(name: str, source: Mapping[str, Any], values: dict[str, Any]) -> None:
    """Take one register from the state before."""
    if name == ATTRIBUTES:
        return
    if name.startswith(_PREFIX):
        _set(name, source[ATTRIBUTES].get(name.removeprefix(_PREFIX)), values)
    else:
        values[name] = source[name]


def _clear_attributes(values: dict[str, Any], versions: dict[str, int], version: int) -> None:
    """Remove all attributes but those that were set at a later version."""
    values[ATTRIBUTES] = {
        attribute: held
        for attribute, held in values[ATTRIBUTES].items()
        if versions.get(f"{_PREFIX}{attribute}", 0) > version
    }
    for name in [n for n, at in versions.items() if n.startswith(_PREFIX) and at <= version]:
        del versions[name]
