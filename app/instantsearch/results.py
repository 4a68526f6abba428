"""The shapes of the answers to search calls."""

from collections.abc import Mapping
from typing import Any

import msgspec

from app.instantsearch.facets import FacetHit, FacetStats
from app.instantsearch.hits import Record


class Exhaustive(msgspec.Struct, frozen=True, rename="camel"):
    """Whether what is counted is all that there is."""

    nb_hits: bool
    facets_count: bool
    facet_values: bool
    rules_match: bool = True
    typo: bool = True


EXHAUSTIVE = Exhaustive(nb_hits=True, facets_count=True, facet_values=True)


class RuleId(msgspec.Struct, frozen=True):
    object_id: str = msgspec.field(name="objectID")


class HitsResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    hits: tuple[Record, ...]
    nb_hits: int
    page: int | msgspec.UnsetType = msgspec.UNSET
    nb_pages: int | msgspec.UnsetType = msgspec.UNSET
    hits_per_page: int | msgspec.UnsetType = msgspec.UNSET
    offset: int | msgspec.UnsetType = msgspec.UNSET
    length: int | msgspec.UnsetType = msgspec.UNSET
    """In place of the three above, where the request had them."""
    processing_time: int = msgspec.field(name="processingTimeMS")
    query: str
    params: str
    index: str
    exhaustive: Exhaustive
    exhaustive_nb_hits: bool
    exhaustive_facets_count: bool
    exhaustive_typo: bool
    rendering_content: Mapping[str, Any]
    facets: Mapping[str, Mapping[str, int]] | msgspec.UnsetType = msgspec.UNSET
    facets_stats: Mapping[str, FacetStats] | msgspec.UnsetType = msgspec.field(
        name="facets_stats", default=msgspec.UNSET
    )
    query_id: str | msgspec.UnsetType = msgspec.field(name="queryID", default=msgspec.UNSET)
    parsed_query: str | msgspec.UnsetType = msgspec.UNSET
    """The query as it was taken, where a word was corrected."""
    query_after_removal: str | msgspec.UnsetType = msgspec.UNSET
    """As HTML, the words that were left out in `<em>`."""
    user_data: tuple[Mapping[str, Any], ...] | msgspec.UnsetType = msgspec.UNSET
    applied_rules: tuple[RuleId, ...] | msgspec.UnsetType = msgspec.UNSET


class FacetHitsResult(msgspec.Struct, frozen=True, rename="camel"):
    facet_hits: tuple[FacetHit, ...]
    exhaustive_facets_count: bool
    processing_time: int = msgspec.field(name="processingTimeMS")


Result = HitsResult | FacetHitsResult
