"""Answers of ours in Algolia's form."""

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from app.instantsearch.facets import counted, facet_hits
from app.instantsearch.hits import records_of
from app.instantsearch.names import Attribute
from app.instantsearch.queries import Paging, asked_facets, paging_of
from app.instantsearch.requests import FacetRequest, HitsRequest
from app.instantsearch.results import Exhaustive, FacetHitsResult, HitsResult, RuleId
from app.search.schemas import QueryEcho, SearchResponse
from rules.model import Banner


def hits_result(request: HitsRequest, found: SearchResponse, *, with_hits: bool) -> HitsResult:
    """`with_hits`: whether the hits that were found belong to the page that was asked for. Raises
    `BadParameter`."""
    parameters = request.parameters
    paging = paging_of(parameters)
    exact = found.total.relation == "exact"
    query_id = found.query_id if parameters.click_analytics else None
    asked = asked_facets(parameters)
    facets = None
    if asked and found.facets is not msgspec.UNSET:
        facets = counted(asked, found.facets, parameters)
    relaxed = _after_removal(found.query)
    return msgspec.structs.replace(
        HitsResult(
            hits=records_of(found.hits if with_hits else (), parameters, query_id),
            nb_hits=found.total.value,
            processing_time=_milliseconds(found),
            query=parameters.query,
            params=_params(request.sent),
            index=request.index_name,
            exhaustive=Exhaustive(nb_hits=exact, facets_count=exact, facet_values=exact),
            exhaustive_nb_hits=exact,
            exhaustive_facets_count=exact,
            exhaustive_typo=True,
            rendering_content=_rendering_content(found),
            facets=facets.counts if facets else msgspec.UNSET,
            facets_stats=facets.stats if facets and facets.stats else msgspec.UNSET,
            query_id=query_id or msgspec.UNSET,
            parsed_query=found.query.corrected or msgspec.UNSET,
            query_after_removal=relaxed or msgspec.UNSET,
            user_data=found.data or msgspec.UNSET,
            applied_rules=tuple(RuleId(rule.id) for rule in found.applied_rules) or msgspec.UNSET,
        ),
        **_pages(paging, found.total.value, by_offset=parameters.offset is not None),
    )


def facet_hits_result(
    request: FacetRequest, attribute: Attribute, found: SearchResponse
) -> FacetHitsResult:
    """Empty where a rule sends the query elsewhere, so that nothing was counted."""
    counts = () if found.facets is msgspec.UNSET else found.facets.get(attribute.field, ())
    return FacetHitsResult(
        facet_hits(attribute, counts, request.text, request.most, request.parameters),
        found.total.relation == "exact",
        _milliseconds(found),
    )


def _pages(paging: Paging, total: int, *, by_offset: bool) -> dict[str, int]:
    if by_offset:
        return {"offset": paging.page * paging.size, "length": paging.size}
    last = -(-total // paging.size) if paging.size else 0
    return {"page": paging.page, "nb_pages": last, "hits_per_page": paging.size}


def _milliseconds(found: SearchResponse) -> int:
    return round(found.timings_ms.total)


def _params(sent: Mapping[str, Any]) -> str:
    texts = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in sent.items()
    }
    return urlencode(texts)


def _after_removal(query: QueryEcho) -> str:
    """Empty where no word was left out."""
    dropped = {step.word.casefold() for step in query.relaxed if step.step == "drop_word"}
    if not dropped:
        return ""
    shown = (query.corrected or query.original).split()
    return " ".join(
        f"<em>{html.escape(word)}</em>" if word.casefold() in dropped else html.escape(word)
        for word in shown
    )


def _rendering_content(found: SearchResponse) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if found.redirect is not None:
        content["redirect"] = {"url": found.redirect}
    if found.banners:
        content["widgets"] = {"banners": [_banner(banner) for banner in found.banners]}
    return content


def _banner(banner: Banner) -> dict[str, Any]:
    """As the widget `hits` shows it: a picture that leads somewhere."""
    shown: dict[str, Any] = {
        "image": {
            "urls": [{"url": banner.image_url}] if banner.image_url else [],
            "title": banner.title,
        }
    }
    if banner.url:
        shown["link"] = {"url": banner.url}
    return shown
