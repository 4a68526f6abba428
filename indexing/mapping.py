"""The declarative way from a feed's fields to an item's: a TOML file, applied to each row."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from indexing.documents import Item, ItemId
from indexing.errors import InvalidItem, InvalidMapping, Rule
from indexing.feed_values import is_absent, read_date, read_flag, read_number, read_text
from indexing.feeds import FeedFormat
from indexing.validation import Problems, parse_fields, parse_item

_FIELDS = tuple(field.name for field in msgspec.structs.fields(Item) if field.name != "attributes")
_TOO_DEEP = "nested too deep"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one field's value comes from. `path` may be a list: the first that holds a value."""

    path: str | tuple[str, ...] | None = None
    constant: str | float | bool | None = None
    join: tuple[str, ...] = ()
    separator: str = " "
    split: str | None = None
    scale: float | None = None
    decimal_comma: bool = False
    missing: tuple[str | float | bool, ...] = ()
    """Values that mean that nothing is known, such as a price of 0."""
    values: dict[str, str | float | bool] = {}
    """Replaces a value by another: `{"In stock" = true}`."""
    date_format: str | None = None
    default: str | float | bool | None = None


class AttributeSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields gathered by prefix, the prefix taken off, and single ones under a name of one's own;
    a feed's own object `attributes` is taken as it is."""

    prefixes: tuple[str, ...] = ()
    fields: dict[str, str | Source] = {}


class FeedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: FeedFormat | None = None


class MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item: dict[str, str | Source]
    attributes: AttributeSources = AttributeSources()
    feed: FeedSettings = FeedSettings()


class FeedMapping:
    """Applies one mapping file; raises `InvalidItem` with all reasons for a row that fails."""

    def __init__(self, mapping: MappingFile) -> None:
        self.format: FeedFormat | None = mapping.feed.format
        self._fields = {name: _source(source) for name, source in mapping.item.items()}
        self._attributes = {n: _source(s) for n, s in mapping.attributes.fields.items()}
        self._prefixes = mapping.attributes.prefixes

    def apply(self, row: Mapping[str, object]) -> Item:
        raw: dict[str, object] = {}
        problems = Problems()
        for name, source in self._fields.items():
            try:
                value = _typed(name, _value(source, row), source)
            except ValueError as error:
                rule: Rule = "date" if name == "released_at" else "type"
                problems.add(f"$.{name}", rule, str(error))
            except RecursionError:
                problems.add(f"$.{name}", "unreadable", _TOO_DEEP)
            else:
                if value is not None:
                    raw[name] = value
        try:
            raw["attributes"] = {
                n: _flat(v) for n, v in self._attributes_of(row) if not is_absent(v)
            }
        except ValueError as error:
            problems.add("$.attributes", "type", str(error))
        except RecursionError:
            problems.add("$.attributes", "unreadable", _TOO_DEEP)
        try:
            item = parse_item(raw)
        except InvalidItem as error:
            # A field that could not even be read is no longer merely missing.
            problems.add_others(error.problems)
            raise problems.as_error() from None
        if problems:
            raise problems.as_error()
        return item

    def id_of(self, row: Mapping[str, object]) -> ItemId | None:
        """By which a row's item is known even where the rest of the row fails; None where even
        that fails."""
        source = self._fields["id"]
        try:
            item_id = _typed("id", _value(source, row), source)
            return ItemId(parse_fields({"id": item_id})["id"])
        except (ValueError, InvalidItem, RecursionError):
            return None

    def _attributes_of(self, row: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """Names with values; of two under one name, the later that holds something counts."""
        own = row.get("attributes")
        if isinstance(own, dict):
            yield from own.items()
        for field, value in row.items():
            prefix = next((prefix for prefix in self._prefixes if field.startswith(prefix)), None)
            if prefix is not None:
                yield field.removeprefix(prefix), value
        for name, source in self._attributes.items():
            yield name, _value(source, row)


def load_mapping(path: Path) -> FeedMapping:
    """Read a mapping file; raises `InvalidMapping` with one line that says what to mend."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        _check_sources(path, raw)
        mapping = msgspec.convert(raw, MappingFile)
    except OSError as error:
        raise InvalidMapping(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidMapping(f"{path}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise InvalidMapping(f"{path}: {error}") from error
    unknown = sorted(set(mapping.item) - set(_FIELDS))
    if unknown:
        raise InvalidMapping(
            f"{path}: [item] {unknown[0]} is not a field of an item; "
            f"fields are {', '.join(_FIELDS)}"
        )
    for name in ("id", "title"):
        if name not in mapping.item:
            raise InvalidMapping(f"{path}: [item] must say where `{name}` comes from")
    for name, source in {**mapping.item, **mapping.attributes.fields}.items():
        given = _source(source)
        if [given.path is not None, given.constant is not None, bool(given.join)].count(True) != 1:
            raise InvalidMapping(f"{path}: {name} needs exactly one of path, constant and join")
    return FeedMapping(mapping)


def _check_sources(path: Path, raw: Mapping[str, object]) -> None:
    """Each source by itself, because msgspec's own message does not name a table's key."""
    attributes = raw.get("attributes")
    fields = attributes.get("fields") if isinstance(attributes, dict) else None
    for table, sources in (("item", raw.get("item")), ("attributes.fields", fields)):
        for name, source in sources.items() if isinstance(sources, dict) else ():
            try:
                msgspec.convert(source, str | Source)
            except msgspec.ValidationError as error:
                raise InvalidMapping(f"{path}: [{table}] {name}: {error}") from error


def identity_mapping() -> FeedMapping:
    """For a feed that is already in the item's own shape, such as the sample catalogue."""
    return FeedMapping(MappingFile({name: name for name in _FIELDS}))


def _source(source: str | Source) -> Source:
    return Source(path=source) if isinstance(source, str) else source


def _value(source: Source, row: Mapping[str, object]) -> object:
    if source.constant is not None:
        return source.constant
    if source.join:
        parts = [_at(row, path) for path in source.join]
        held = [read_text(part) for part in parts if not is_absent(part)]
        return source.separator.join(held) if held else source.default
    paths = (source.path,) if isinstance(source.path, str) else source.path or ()
    for path in paths:
        value = _at(row, path)
        if not is_absent(value) and not _stands_for_nothing(value, source):
            break
    else:
        return source.default
    if source.values and not isinstance(value, (list, dict)):
        value = source.values.get(read_text(value), value)
    if source.split is not None and isinstance(value, str):
        return [part.strip() for part in value.split(source.split) if part.strip()]
    return value


def _at(row: Mapping[str, object], path: str) -> object:
    """A field by its whole name, else by dots through objects and list positions."""
    if path in row:
        return row[path]
    value: object = row
    for step in path.split("."):
        match value:
            case Mapping():
                value = value.get(step)
            case list() if step.isdecimal():
                value = value[int(step)] if int(step) < len(value) else None
            case _:
                return None
    return value


def _stands_for_nothing(value: object, source: Source) -> bool:
    # Compared as text: 0 in the mapping is also the "0" of a CSV file, but never `false`.
    return not isinstance(value, (list, dict)) and read_text(value) in map(
        read_text, source.missing
    )


def _typed(name: str, value: object, source: Source) -> object:
    if is_absent(value):
        return None
    match name:
        case "price" | "rating" | "popularity":
            return read_number(value, source.decimal_comma, source.scale)
        case "review_count":
            number = read_number(value, source.decimal_comma, source.scale)
            if not number.is_integer():
                raise ValueError(f"expected a whole number, got {value!r:.60}")
            return int(number)
        case "in_stock":
            return read_flag(value)
        case "released_at":
            return read_date(value, source.date_format)
        case "categories":
            parts = value if isinstance(value, list) else [value]
            return [read_text(part) for part in parts if not is_absent(part)]
        case _:
            return read_text(value)


def _flat(value: object) -> object:
    """An attribute holds one value; a list becomes its text."""
    return read_text(value) if isinstance(value, (str, list)) else value
