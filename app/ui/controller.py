"""The search page at `/`: the whole page for a browser, the results alone for htmx."""

import logging
from typing import Protocol

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromQuery, SkipValidation
from litestar.plugins.htmx import HTMXRequest, HTMXTemplate
from litestar.response import Template

from app.search.errors import InvalidSearch
from app.search.schemas import SearchResponse
from app.ui.addresses import PER_PAGE, Address, is_on, read_address
from app.ui.headers import page_headers
from app.ui.view import Problem, Results, view_results
from indexing.queries import SearchQuery

_log = logging.getLogger(__name__)
MAX_IDENTITY = 200
"""Characters; the page's own names are shorter."""

_HEADERS = {
    **page_headers(),
    # One address has two answers, and a browser's back button must not show the fragment.
    "Vary": "HX-Request, HX-History-Restore-Request",
}


class Searcher(Protocol):
    """Answers one query, and may block while it does."""

    def search(self, query: SearchQuery) -> SearchResponse: ...


class SearchPage(Controller):
    path = "/"
    include_in_schema = False
    request_class = HTMXRequest

    @get("/", sync_to_thread=True, name="search-page")
    def show(
        self,
        request: HTMXRequest,
        search: NamedDependency[SkipValidation[Searcher]],
        q: FromQuery[str] = "",
        page: FromQuery[str] = "1",
        explain: FromQuery[str] = "",
        client_id: FromQuery[str] = "",
        session_id: FromQuery[str] = "",
    ) -> Template:
        """`page` and `explain` are read as text, so that a mistyped one is answered as a page."""
        try:
            address = read_address(q, page, explain)
        except InvalidSearch as error:
            wanted = Address(q=q.strip(), explain=is_on(explain))
            return _render(request, wanted, 400, problem=Problem("request", str(error)))
        query = SearchQuery(
            text=address.q,
            page=address.page,
            per_page=PER_PAGE,
            explain=address.explain,
            client_id=client_id[:MAX_IDENTITY],
            session_id=session_id[:MAX_IDENTITY],
        )
        try:
            response = search.search(query)
        except InvalidSearch as error:
            return _render(request, address, 400, problem=Problem("request", str(error)))
        except Exception as error:
            # Whatever failed, the shopper gets a page that still works instead of problem+json.
            _log.exception("the search page could not answer")
            status = error.status_code if isinstance(error, HTTPException) else 500
            sentence = "The search could not be answered just now. Please try again in a moment."
            return _render(request, address, status, problem=Problem("service", sentence))
        return _render(request, address, 200, results=view_results(response, address))


def _render(
    request: HTMXRequest,
    address: Address,
    status: int,
    *,
    results: Results | None = None,
    problem: Problem | None = None,
) -> Template:
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    context = {"address": address, "results": results, "problem": problem, "fragment": fragment}
    name = "fragment.html" if fragment else "page.html"
    if fragment and results:
        return HTMXTemplate(
            template_name=name, context=context, headers=dict(_HEADERS), push_url=address.url
        )
    return Template(template_name=name, context=context, headers=dict(_HEADERS), status_code=status)
