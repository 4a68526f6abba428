"""What the embedded and the server backend do alike: ask for included items, for those that pass a
filter, and for exact scores, and make candidates of what was found."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from indexing.candidates import Candidates, Keys
from indexing.filter_translation import Dialect, translate
from indexing.filters import Filter
from indexing.pool import Scored, assemble, point_key
from indexing.queries import ExpandedQuery

MAX_INCLUDED = 1_000
"""More than all variants of all groups that the pins of one request can name."""

Searches = dict[str, Any]
"""By retriever, what the library takes as a search."""


class QdrantBackend(ABC):
    """`Any` stands for the parts of one library; the other has its own of the same names."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @abstractmethod
    def _scroll(self, condition: Any, limit: int) -> list[int]:
        """The keys of the points that pass; raises `IndexUnavailable`."""

    @abstractmethod
    def _exact_scores(self, keys: Sequence[int], searches: Searches) -> Scored:
        """Every score of every candidate, so that ranking never meets a missing value."""

    def matching(self, keys: Keys, condition: Filter) -> frozenset[int]:
        wanted = self._dialect.filter(
            must=[self._dialect.has_id(keys.tolist()), translate(condition, self._dialect)]
        )
        return frozenset(self._scroll(wanted, len(keys)))

    def _candidates(
        self, query: ExpandedQuery, searches: Searches, found: Sequence[Any], limit: int
    ) -> Candidates:
        """`found` are the library's scored points; without searches they were only browsed."""
        return assemble(
            keys=[point_key(point.id) for point in found],
            fused=[point.score for point in found] if searches else None,
            included=self._included(query),
            limit=limit,
            exact_scores=lambda keys: self._exact_scores(keys, searches),
        )

    def _included(self, query: ExpandedQuery) -> list[int]:
        return [
            key
            for wanted in query.included_filters
            for key in self._scroll(translate(wanted, self._dialect), MAX_INCLUDED)
        ]
