"""One search for one page, with everything that the page counts; called by its controllers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from app.catalogue.counting import count_groups
from app.search.facets import FacetCounter
from app.search.result_set import ResultSet
from app.search.schemas import Facet, Hit, SearchResponse
from app.search.shown import Shown
from app.ui.addresses import PER_PAGE, Address
from app.ui.attributes import candidates_of, chosen_of
from app.ui.selection import FIELDS, filter_of
from indexing.filters import attribute_name
from indexing.queries import FacetSearch, SearchQuery, parse_sort

MAX_IDENTITY = 200
"""Characters; the page's own names are shorter."""

STARS = (4, 3, 2)
COUNTED = ("categories", "brand", "price", "in_stock", "currency")
MOST_VALUES = 100


class Searcher(Protocol):
    """Answers one query, and may block while it does."""

    def answer(self, query: SearchQuery, accepted: float | None = None) -> Shown:
        """`accepted` is when the request was, by `perf_counter`."""
        ...

    def show(self, query: SearchQuery) -> Shown:
        """For those who only look something up: nothing is recorded."""
        ...


class Answer(NamedTuple):
    response: SearchResponse
    facets: Mapping[str, Facet] = {}
    attributes: Sequence[str] = ()
    """Those of the facets that are attributes and are offered."""
    stars: Mapping[int, int] = {}
    """How many product groups have so many stars or more."""


def query_of(
    address: Address, client_id: str = "", session_id: str = "", final: bool = False
) -> SearchQuery:
    return SearchQuery(
        text=address.q,
        filter=filter_of(address),
        sort=parse_sort(address.sort),
        page=address.page,
        per_page=PER_PAGE,
        explain=address.explain,
        client_id=client_id[:MAX_IDENTITY],
        session_id=session_id[:MAX_IDENTITY],
        facets=COUNTED,
        max_facet_values=MOST_VALUES,
        highlight=("title",),
        correct=not address.exact,
        final=final,
    )


def answer(
    search: Searcher, query: SearchQuery, address: Address, accepted: float | None = None
) -> Answer:
    """The attributes to offer are those of the first page's hits, on every page, and are counted in
    the result set that is answered from."""
    shown = search.answer(query, accepted)
    response, results = shown.response, shown.ranking.results
    given = {} if response.facets is msgspec.UNSET else dict(response.facets)
    if results is None:
        return Answer(response, given)
    chosen = list(dict.fromkeys(f for f, _ in address.chosen if attribute_name(f) is not None))
    candidates = candidates_of(
        [hit.item.attributes for hit in _first_hits(search, query, response)]
    )
    counted = FacetCounter(results, MOST_VALUES).count(dict.fromkeys([*chosen, *candidates]))
    return Answer(response, {**given, **counted}, chosen_of(counted, chosen), _count_stars(results))


def _first_hits(search: Searcher, query: SearchQuery, response: SearchResponse) -> Sequence[Hit]:
    if query.page == 1:
        return response.hits
    first = msgspec.structs.replace(query, page=1, facets=(), highlight=())
    return search.show(first).response.hits


def find_values(search: Searcher, query: SearchQuery, facet: str, text: str) -> Facet:
    """Of one facet, the values of which words begin so."""
    field = FIELDS.get(facet, facet)
    asked = msgspec.structs.replace(
        query, facets=(field,), facet_query=FacetSearch(field, text), page=1, highlight=()
    )
    found = search.show(asked).response.facets
    return () if found is msgspec.UNSET else found.get(field, ())


def _count_stars(results: ResultSet) -> dict[int, int]:
    among = results.all_but("rating")
    ratings = results.columns.numbers("rating", results.rows[among])
    groups = results.groups[among]
    return {stars: count_groups(groups[ratings >= stars]) for stars in STARS}
