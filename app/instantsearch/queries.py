"""A request in Algolia's words as a query of ours."""

from typing import NamedTuple

import msgspec

from app.instantsearch.conditions import all_of, check_size
from app.instantsearch.errors import BadParameter
from app.instantsearch.filter_text import parse_filter_text
from app.instantsearch.names import Attribute, attribute_of, sort_of
from app.instantsearch.parameters import FINAL, REMOVALS, Parameters
from app.instantsearch.refinements import facet_filters, numeric_filters
from app.search.errors import InvalidFacet
from app.search.facets import check_facets
from indexing.filters import Filter
from indexing.queries import HIGHLIGHTED, MAX_QUERY_LENGTH, FacetSearch, SearchQuery

MAX_LEVELS = 12
"""Of the category tree; an item's path is no longer."""

ALL_FACETS = (
    "brand",
    "categories",
    "categories.lvl0",
    "categories.lvl1",
    "categories.lvl2",
    "in_stock",
    "price",
    "rating",
    "review_count",
)
"""What `*` stands for: attributes of the shop's own are not declared, and must be named."""

_ALL_VALUES = 1_000


class AskedFacet(NamedTuple):
    """`name` is as it was asked for, and as it is answered."""

    name: str
    attribute: Attribute


class Paging(NamedTuple):
    """`page` from 0; `size` may be 0 where only counts are wanted."""

    page: int
    size: int


def paging_of(parameters: Parameters) -> Paging:
    if parameters.offset is not None and parameters.length is not None:
        return Paging(parameters.offset // parameters.length, parameters.length)
    return Paging(parameters.page, parameters.hits_per_page)


def asked_facets(parameters: Parameters) -> list[AskedFacet]:
    """Raises `BadParameter`."""
    names = list(dict.fromkeys(parameters.facets))
    if "*" in names:
        names = list(dict.fromkeys([*(name for name in names if name != "*"), *ALL_FACETS]))
    return [AskedFacet(name, facet_of(name, "facets")) for name in names]


def facet_of(name: str, parameter: str) -> Attribute:
    """Raises `BadParameter` for what has no counts."""
    attribute = attribute_of(name, parameter)
    if attribute.level is not None and attribute.level >= MAX_LEVELS:
        raise BadParameter(parameter, f"{name}: categories have at most {MAX_LEVELS} levels")
    try:
        check_facets((attribute.field,))
    except InvalidFacet as error:
        raise BadParameter(parameter, error.reason) from None
    return attribute


def filter_of(parameters: Parameters) -> Filter | None:
    """All that was chosen, in whichever of the three ways. Raises `BadParameter`."""
    given = {
        "filters": parse_filter_text(parameters.filters),
        "facetFilters": facet_filters(parameters.facet_filters or []),
        "numericFilters": numeric_filters(parameters.numeric_filters or []),
    }
    parts = {name: part for name, part in given.items() if part is not None}
    together = all_of(list(parts.values()))
    if together is not None:
        check_size(together, " and ".join(parts))
    return together


def hits_query(index_name: str, parameters: Parameters) -> SearchQuery:
    """Raises `UnknownIndex` and `BadParameter`."""
    paging = paging_of(parameters)
    facets = [asked.attribute for asked in asked_facets(parameters)]
    return msgspec.structs.replace(
        base_query(index_name, parameters),
        page=paging.page + 1,
        per_page=max(1, paging.size),
        facets=tuple(dict.fromkeys(facet.field for facet in facets)),
        # The tree is cut level by level when it is answered.
        max_facet_values=_ALL_VALUES
        if any(facet.level is not None for facet in facets)
        else parameters.max_values_per_facet,
        highlight=HIGHLIGHTED if paging.size and _shows_words(parameters) else (),
    )


def facet_query(
    index_name: str, parameters: Parameters, facet: Attribute, text: str, most: int
) -> SearchQuery:
    """A search for values of one facet. Raises `UnknownIndex` and `BadParameter`."""
    return msgspec.structs.replace(
        base_query(index_name, parameters),
        per_page=1,
        facets=(facet.field,),
        max_facet_values=most if facet.level is None else _ALL_VALUES,
        facet_query=FacetSearch(facet.field, text) if text.strip() else None,
    )


def base_query(index_name: str, parameters: Parameters) -> SearchQuery:
    """What all searches have in common. Raises `UnknownIndex` and `BadParameter`."""
    return SearchQuery(
        text=parameters.query[:MAX_QUERY_LENGTH],
        filter=filter_of(parameters),
        sort=sort_of(index_name),
        segments=parameters.rule_contexts,
        client_id=parameters.user_token,
        session_id=parameters.user_token,
        # The client asks for the counts of each chosen facet apart, without what is chosen in it.
        disjunctive=False,
        correct=parameters.typo_tolerance is not False,
        group=bool(parameters.distinct),
        relax=REMOVALS[parameters.remove_words_if_no_results],
        personalize=parameters.enable_personalization,
        final=FINAL in parameters.analytics_tags,
    )


def _shows_words(parameters: Parameters) -> bool:
    return bool(parameters.attributes_to_highlight or parameters.attributes_to_snippet)
