"""What is asked of the index: the shopper's query, and the query after rules."""

from collections.abc import Mapping
from typing import Literal, NewType

import msgspec

from indexing.errors import InvalidSort
from indexing.filters import UNUSABLE_IN_NAMES, Filter, Not, attribute_name, both

QueryId = NewType("QueryId", str)

MAX_QUERY_LENGTH = 512
MAX_PER_PAGE = 100

RELEVANCE = "relevance"
"""How conditions and requests name the order of the model, which is no `Sort`."""

SORT_FIELDS: Mapping[str, bool] = {
    "price": False,
    "rating": True,
    "popularity": True,
    "newest": True,
    "reviews": True,
}
"""What results may be sorted by, and whether the highest comes first unless said otherwise."""

DIRECTIONS = (":asc", ":desc")

ContextValue = str | float | bool


class Sort(msgspec.Struct, frozen=True):
    """An order that the shopper or a rule asks for."""

    field: str
    descending: bool

    def __str__(self) -> str:
        return f"{self.field}:{'desc' if self.descending else 'asc'}"


def parse_sort(text: str) -> Sort | None:
    """`price`, `price:desc`, `attributes.weight:asc`, …; None for `relevance` and for nothing.
    Raises `InvalidSort`."""
    if text in ("", RELEVANCE):
        return None
    field, _, direction = text.rpartition(":") if text.endswith(DIRECTIONS) else (text, "", "")
    attribute = attribute_name(field)
    if field not in SORT_FIELDS and (not attribute or UNUSABLE_IN_NAMES.intersection(attribute)):
        known = ", ".join((RELEVANCE, *SORT_FIELDS, "attributes.<name>"))
        raise InvalidSort(
            f"cannot sort by {text!r:.60}; known are {known}, with :asc or :desc behind the field"
        )
    return Sort(field, direction == "desc" if direction else SORT_FIELDS.get(field, False))


Relax = Literal["none", "words", "filters"]
"""What may be let go of where nothing is found: nothing, words of the query, or the shopper's
filters, too, after the words."""

HIGHLIGHTED = ("title", "description")


class FacetSearch(msgspec.Struct, frozen=True):
    """Values of one facet, by the beginnings of their words."""

    field: str
    text: str


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One request as the shopper made it; `text` may be empty, which browses."""

    text: str = ""
    filter: Filter | None = None
    sort: Sort | None = None
    page: int = 1
    per_page: int = 20
    explain: bool = False
    segments: tuple[str, ...] = ()
    """The groups of shoppers that this one belongs to, as the shop names them."""
    locale: str = ""
    context: Mapping[str, ContextValue] = {}
    """Whatever else the caller knows and rules may ask for."""
    experiments: Mapping[str, str] = {}
    """By experiment, the arm that this shopper is in."""
    client_id: str = ""
    """The shopper's browser or device, as the shop names it; empty where it does not say."""
    session_id: str = ""
    facets: tuple[str, ...] = ()
    """Fields whose values are counted."""
    max_facet_values: int = 100
    facet_query: FacetSearch | None = None
    disjunctive: bool = True
    """Whether the counts of a facet leave out what is chosen in it."""
    highlight: tuple[str, ...] = ()
    """Fields of the hits that are given with the query's words marked."""
    correct: bool = True
    """Whether a word that the catalogue does not know may be taken for one that it does."""
    relax: Relax = "words"
    group: bool = True
    """Whether a product's variants are one hit, and counted once."""
    personalize: bool = True
    """Whether the session's own interests count."""
    final: bool = False
    """Whether the shopper is known to mean this one, and not to be still typing."""


class Variant(msgspec.Struct, frozen=True):
    """Another way to say the query, which finds as well; `weight` is above 0 and at most 1."""

    text: str
    weight: float


class ExpandedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The request as retrieval sees it, after the rules that act before retrieval."""

    text: str
    variants: tuple[Variant, ...] = ()
    """What synonyms make of the text."""
    filter: Filter | None = None
    """The shopper's and the rules' together."""
    restriction: Filter | None = None
    """The rules' part of it."""
    hidden: Filter | None = None
    """Items that nothing brings in."""
    included: Filter | None = None
    """Must-include items: they join the candidates where `filter` lets them."""
    forced: Filter | None = None
    """Must-include items that `filter` does not stop."""

    @property
    def effective_filter(self) -> Filter | None:
        """What candidates must pass."""
        return both(self.filter, self._shown)

    @property
    def base_filter(self) -> Filter | None:
        """What candidates would have to pass if the shopper had chosen nothing."""
        return both(self.restriction, self._shown)

    @property
    def included_filters(self) -> tuple[Filter, ...]:
        """What brings must-include items in."""
        found = both(self.included, self.effective_filter) if self.included else None
        forced = both(self.forced, self._shown) if self.forced else None
        return tuple(part for part in (found, forced) if part is not None)

    @property
    def _shown(self) -> Filter | None:
        return Not(self.hidden) if self.hidden else None
