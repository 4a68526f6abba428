"""What those who keep a record are told of each answered page; the pipeline calls them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from app.search.ranking import Ranking
from app.search.schemas import SearchResponse
from indexing.queries import SearchQuery
from rules.arrange import Placed


class Shown(NamedTuple):
    """One page as it was answered, with all that was known when it was."""

    at: datetime
    query: SearchQuery
    ranking: Ranking
    page: Sequence[Placed]
    first: int
    """How many hits stand on earlier pages."""
    response: SearchResponse

    @property
    def beyond_last(self) -> bool:
        """Whether so many hits were not found: there is no such page, and nothing was shown."""
        return 0 < self.first >= self.ranking.total


class Recorder(Protocol):
    """Called by the request itself, so it takes note and leaves the writing to others."""

    def record(self, shown: Shown) -> None: ...
