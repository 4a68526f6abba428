"""`/v1/suggest` over HTTP."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.admin.authentication import needs_unless_public
from app.errors import INVALID_REQUEST
from app.live import Live
from app.suggest.schemas import Suggestions

MAX_TYPED = 200
MAX_LIMIT = 20

Typed = Annotated[
    str, QueryParameter(max_length=MAX_TYPED, description="What the shopper has typed so far.")
]
Limit = Annotated[
    int, QueryParameter(ge=1, le=MAX_LIMIT, description="The most suggestions of each kind.")
]


class SuggestController(Controller):
    path = "/v1/suggest"
    tags = ("search",)
    guards = (needs_unless_public("search"),)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def suggest(
        self, services: NamedDependency[Live], q: Typed = "", limit: Limit = 5
    ) -> Suggestions:
        """Queries, items and categories for what was typed so far, the most popular first. Every
        word must match, the last as the beginning of one; words that the catalogue does not have
        are corrected. Nothing typed gives the queries asked most and the largest categories."""
        return services.suggester.suggest(q, limit)
