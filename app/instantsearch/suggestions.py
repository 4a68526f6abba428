"""The index of query suggestions: what shoppers have searched for and found, as hits."""

from collections.abc import Callable
from time import perf_counter

from app.instantsearch.hits import Record
from app.instantsearch.marking import Marking, Part, mark_beginnings
from app.instantsearch.queries import paging_of
from app.instantsearch.requests import HitsRequest
from app.instantsearch.results import Exhaustive, HitsResult
from app.suggest.schemas import QuerySuggestion, Suggestions

MAX_SUGGESTIONS = 20
MAX_TYPED = 200

Suggest = Callable[[str, int], Suggestions]
"""From what was typed so far, and how many of each kind."""


def suggestions_result(request: HitsRequest, suggest: Suggest, accepted: float) -> HitsResult:
    """What else was asked for, such as filters, says nothing about queries and is left aside."""
    parameters = request.parameters
    paging = paging_of(parameters)
    first = paging.page * paging.size
    # One more tells whether there is another page.
    limit = min(first + paging.size + 1, MAX_SUGGESTIONS)
    found = suggest(parameters.query[:MAX_TYPED], limit).queries
    marking = Marking.of(parameters)
    page = found[first : first + paging.size]
    return HitsResult(
        hits=tuple(_record(each, parameters.query, marking) for each in page),
        nb_hits=len(found),
        page=paging.page,
        nb_pages=-(-len(found) // paging.size) if paging.size else 0,
        hits_per_page=paging.size,
        processing_time=round((perf_counter() - accepted) * 1e3),
        query=parameters.query,
        params="",
        index=request.index_name,
        exhaustive=Exhaustive(nb_hits=False, facets_count=True, facet_values=True),
        exhaustive_nb_hits=False,
        exhaustive_facets_count=True,
        exhaustive_typo=True,
        rendering_content={},
    )


def _record(suggestion: QuerySuggestion, typed: str, marking: Marking) -> Record:
    parts = mark_beginnings(suggestion.text, typed) or [Part(suggestion.text)]
    return {
        "objectID": suggestion.text,
        "query": suggestion.text,
        "nb_words": len(suggestion.text.split()),
        "nb_hits": suggestion.hits,
        "_highlightResult": {"query": marking.highlight(parts)},
    }
