"""Finds the items that events name: by their own id, or by a code such as an EAN that stands among
their attributes; bulk look-ups through a cache."""

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from cachetools import TTLCache
from sqlalchemy import Connection, text

from app.items.repository import keys_of
from indexing.documents import ItemKey

KNOWN = 200_000
KNOWN_SECONDS = 600.0
UNKNOWN = 50_000
UNKNOWN_SECONDS = 5.0
"""So soon an item that has just come is found."""

CODE_NAMES = r"(^|_)(ean|gtin|upc|isbn|mpn|sku|asin|barcode|code|number|id)[0-9]*$"
"""Attributes whose values are indexed as codes: the function `item_codes` in the database has the
same pattern, and a test compares them."""

OWN_ID = frozenset({"", "id", "_id", "item_id", "object_id", "product_id"})
"""What an `object_id_field` calls an item's own id."""

_CODE_NAME = re.compile(CODE_NAMES, re.IGNORECASE)
_BREAK = re.compile(r"[,;\s]+")
_ATTRIBUTES = "attributes."
_PRIMARY = "primary_"


class ObjectRef(NamedTuple):
    """One name of an object: `field` says what kind of name it is, empty for an item's own id."""

    field: str
    value: str


class ItemFinder:
    """Knows what it found for a while. `aliases`: by an `object_id_field`, the attribute that it
    means; an attribute that is not indexed is read from all items, once."""

    def __init__(self, aliases: Mapping[str, str] = MappingProxyType({})) -> None:
        self._aliases = aliases
        self._lock = threading.Lock()
        self._known: TTLCache[str, int] = TTLCache(KNOWN, KNOWN_SECONDS)
        self._unknown: TTLCache[str, None] = TTLCache(UNKNOWN, UNKNOWN_SECONDS)
        self._read: dict[str, dict[str, int]] = {}

    def find(
        self, connection: Connection, objects: Sequence[Sequence[ObjectRef]]
    ) -> list[ItemKey | None]:
        """For each object the key of the item that the first of its names which is known has."""
        named = [[name for ref in refs for name in self._names(ref)] for refs in objects]
        with self._lock:
            missing = {
                name
                for names in named
                for name in names
                if name not in self._known and name not in self._unknown
            }
            if missing:
                found = self._look_up(connection, missing)
                self._known.update(found)
                self._unknown.update(dict.fromkeys(missing - found.keys()))
            keys = [[self._known.get(name) for name in names] for names in named]
        return [next((ItemKey(key) for key in of_one if key is not None), None) for of_one in keys]

    def _names(self, ref: ObjectRef) -> list[str]:
        """The ref as `=id` or as `attribute=code`, in the order in which they are believed."""
        alias = self._aliases.get(ref.field)
        field = (ref.field if alias is None else alias).removeprefix(_ATTRIBUTES)
        if field in OWN_ID:
            return [f"={ref.value}"]
        if alias is not None:
            return [f"{field}={ref.value}".lower()]
        if not _CODE_NAME.search(field):
            return [f"={ref.value}"]
        fields = dict.fromkeys((field, field.removeprefix(_PRIMARY)))
        return [*(f"{name}={ref.value}".lower() for name in fields), f"={ref.value}"]

    def _look_up(self, connection: Connection, names: Collection[str]) -> dict[str, int]:
        ids = [name[1:] for name in names if name.startswith("=")]
        coded = [name for name in names if not name.startswith("=")]
        found = {f"={item_id}": key for item_id, key in keys_of(connection, ids).items()}
        indexed = [name for name in coded if _CODE_NAME.search(name.partition("=")[0])]
        if indexed:
            rows = connection.execute(_BY_CODE, {"wanted": indexed})
            found |= {row.code: row.key for row in rows}
        for name in set(coded) - set(indexed):
            attribute, _, code = name.partition("=")
            if attribute not in self._read:
                self._read[attribute] = _read_all(connection, attribute)
            if code in self._read[attribute]:
                found[name] = self._read[attribute][code]
        return found


def _read_all(connection: Connection, attribute: str) -> dict[str, int]:
    rows = connection.execute(_ALL_OF, {"attribute": attribute})
    return {code: row.key for row in rows for code in _BREAK.split(row.value.lower()) if code}


# Where two items have one code, the older keeps it: rows come with the youngest first.
_BY_CODE = text(
    "select i.key, c.code from items i, unnest(item_codes(i.attributes)) as c(code) "
    "where item_codes(i.attributes) && cast(:wanted as text[]) and i.state = 'live' "
    "and c.code = any(cast(:wanted as text[])) order by i.key desc"
)
_ALL_OF = text(
    "select i.key, a.value from items i, jsonb_each_text(i.attributes) as a(name, value) "
    "where i.state = 'live' and lower(a.name) = :attribute order by i.key desc"
)
