"""What Algolia's names of indices and attributes are here."""

import re
from typing import NamedTuple

from app.instantsearch.errors import BadParameter, UnknownIndex
from indexing.errors import InvalidSort
from indexing.filters import FIELDS, UNUSABLE_IN_NAMES, attribute_name
from indexing.queries import Sort, parse_sort

INDEX = "items"
SUGGESTIONS_INDEX = "items_query_suggestions"

_LEVEL = re.compile(r"categories\.lvl([0-9]{1,2})")
_DIRECTION = re.compile(r"_(asc|desc)$")


class Attribute(NamedTuple):
    """`level` is of the category tree, counted from 0; None where the attribute is no level."""

    field: str
    level: int | None = None


def sort_of(index_name: str) -> Sort | None:
    """The order that an index, or what would be its replica, stands for: `items` for relevance,
    `items_price_asc`, `items_newest`, `items_attributes.weight_desc`. Raises `UnknownIndex`."""
    base, _, order = index_name.partition("_")
    try:
        if base == INDEX and not index_name.endswith("_"):
            return parse_sort(_DIRECTION.sub(r":\1", order))
    except InvalidSort:
        pass
    raise UnknownIndex(
        f"Index {index_name!r:.80} does not exist; there are {INDEX}, {SUGGESTIONS_INDEX}, and "
        f"{INDEX}_<order>_asc or _desc with price, rating, popularity, newest, reviews or "
        "attributes.<name> as the order"
    )


def attribute_of(name: str, parameter: str) -> Attribute:
    """An item's own field comes before an attribute of the same name, which is to be had as
    `attributes.<name>`. Raises `BadParameter`."""
    if name == "objectID":
        return Attribute("id")
    if level := _LEVEL.fullmatch(name):
        return Attribute("categories", int(level[1]))
    if name in FIELDS:
        return Attribute(name)
    if name.startswith("_") or not name:
        raise BadParameter(parameter, f"there is no attribute {name!r:.60} here")
    field = name if attribute_name(name) is not None else f"attributes.{name}"
    inner = attribute_name(field)
    if not inner or UNUSABLE_IN_NAMES.intersection(inner):
        raise BadParameter(parameter, f"{name!r:.60} is no attribute's name")
    return Attribute(field)
