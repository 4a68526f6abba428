"""What is asked of the index: the shopper's query, and the query after rules."""

from typing import NewType

import msgspec

from indexing.documents import ItemId
from indexing.filters import AnyOf, Filter, Not, both

QueryId = NewType("QueryId", str)

MAX_QUERY_LENGTH = 512
MAX_PER_PAGE = 100


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One request as the shopper made it; `text` may be empty, which browses."""

    text: str = ""
    filter: Filter | None = None
    page: int = 1
    per_page: int = 20
    explain: bool = False


class ExpandedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The request as retrieval sees it, after the rules that act before retrieval."""

    text: str
    filter: Filter | None = None
    hidden: tuple[ItemId, ...] = ()
    included: tuple[ItemId, ...] = ()
    """Must-include ids: they join the candidates wherever the filter lets them."""

    @property
    def effective_filter(self) -> Filter | None:
        """The filter with the hidden items taken out."""
        hidden = Not(AnyOf("id", self.hidden)) if self.hidden else None
        return both(self.filter, hidden)
