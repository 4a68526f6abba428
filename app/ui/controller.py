"""The search page at `/`: the whole page for a browser, the results alone for htmx."""

import logging
from collections.abc import Mapping
from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromQuery, SkipValidation
from litestar.plugins.htmx import HTMXRequest, HTMXTemplate
from litestar.response import Redirect, Template

from app.search.errors import InvalidSearch
from app.ui.addresses import Address, is_canonical, is_on, read_address
from app.ui.headers import page_headers
from app.ui.menus import view_found
from app.ui.modules import SHOP, page_modules
from app.ui.recommendations import Recommending, Shelf, for_session
from app.ui.searching import Searcher, answer, find_values, query_of
from app.ui.view import Problem, view_results
from indexing.errors import InvalidSort
from indexing.filters import attribute_name

_log = logging.getLogger(__name__)


def shop_headers() -> dict[str, str]:
    return {
        **page_headers(page_modules(SHOP).digest),
        # One address has two answers, and a browser's back button must not show the fragment.
        "Vary": "HX-Request, HX-History-Restore-Request",
    }


class SearchPage(Controller):
    path = "/"
    include_in_schema = False
    request_class = HTMXRequest

    @get("/", sync_to_thread=True, name="search-page")
    def show(
        self,
        request: HTMXRequest,
        search: NamedDependency[SkipValidation[Searcher]],
        recommending: NamedDependency[SkipValidation[Recommending]],
        accepted: NamedDependency[float],
        client_id: FromQuery[str] = "",
        session_id: FromQuery[str] = "",
        final: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Everything else in the address is read as text, so that a mistyped one is answered as a
        page."""
        pairs = _pairs(request)
        try:
            address = read_address(pairs)
        except InvalidSearch as error:
            q = dict(pairs).get("q", "").strip()
            return _render(request, Address(q=q), 400, problem=Problem("request", str(error)))
        if not request.htmx and not is_canonical(pairs):
            return Redirect(address.url, status_code=303)
        try:
            # Only scripts ask while somebody types; what a browser opens by itself is meant.
            meant = not _wants_fragment(request) or is_on(final)
            query = query_of(address, client_id, session_id, meant)
            answered = answer(search, query, address, accepted)
        except (InvalidSearch, InvalidSort) as error:
            return _render(request, address, 400, problem=Problem("request", str(error)))
        except Exception as error:
            # Whatever failed, the shopper gets a page that still works instead of problem+json.
            _log.exception("the search page could not answer")
            status = error.status_code if isinstance(error, HTTPException) else 500
            sentence = "The search could not be answered just now. Please try again in a moment."
            return _render(request, address, status, problem=Problem("service", sentence))
        shelf = for_session(recommending, client_id, session_id) if address.is_start else None
        results = view_results(answered, address)
        return _render(request, address, 200, results=results, shelf=shelf)

    @get("/facet-values", sync_to_thread=True, name="facet-values")
    def find(
        self,
        request: HTMXRequest,
        search: NamedDependency[SkipValidation[Searcher]],
        facet: FromQuery[str] = "",
        facet_query: FromQuery[str] = "",
    ) -> Template:
        """The values of one facet of which words begin so, among what the page has found."""
        address = Address()
        found = None
        if facet == "brand" or attribute_name(facet):
            try:
                address = read_address(_pairs(request))
                counts = find_values(search, query_of(address), facet, facet_query[:200])
                found = view_found(facet, counts, address, facet_query)
            except InvalidSearch:
                _log.debug("nothing to look in")
        return Template(
            template_name="facet_values.html", context={"menu": found}, headers=shop_headers()
        )

    @get("/for-you", sync_to_thread=True, name="for-you")
    def recommend(
        self,
        recommending: NamedDependency[SkipValidation[Recommending]],
        client_id: FromQuery[str] = "",
        session_id: FromQuery[str] = "",
    ) -> Template:
        """What fits what this session has looked at; the start page asks when it knows whose."""
        shelf = for_session(recommending, client_id, session_id)
        return Template(
            template_name="shelf.html", context={"shelf": shelf}, headers=shop_headers()
        )


def _pairs(request: HTMXRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in request.query_params.multi_items()]


def _wants_fragment(request: HTMXRequest) -> bool:
    return bool(request.htmx) and not request.htmx.history_restore_request


def _render(
    request: HTMXRequest,
    address: Address,
    status: int,
    *,
    shelf: Shelf | None = None,
    **parts: Any,
) -> Template:
    fragment = _wants_fragment(request)
    context: Mapping[str, Any] = {
        "address": address,
        "fragment": fragment,
        "shelf": shelf,
        "modules": page_modules(SHOP),
        "results": None,
        "problem": None,
        **parts,
    }
    name = "fragment.html" if fragment else "search.html"
    if fragment and context["results"]:
        return HTMXTemplate(
            template_name=name,
            context=dict(context),
            headers=shop_headers(),
            push_url=address.url,
        )
    return Template(
        template_name=name, context=dict(context), headers=shop_headers(), status_code=status
    )
