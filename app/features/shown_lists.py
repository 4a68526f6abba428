"""Lists as shown, as far as drift is told by them: what a training profiles and what the watch
looks at are read here, so that the two are alike."""

from datetime import datetime

import msgspec
import numpy as np
from sqlalchemy import Connection, text

from indexing.candidates import Floats
from ranking.feature_checks import PROFILED_HITS
from ranking.features import FEATURES, FINGERPRINT


class ShownLists(msgspec.Struct, frozen=True):
    queries: tuple[str, ...]
    """Of each list, as it was asked for."""
    values: Floats
    """Of their first hits, shape `(rows, len(FEATURES))`."""

    @property
    def lists(self) -> int:
        return len(self.queries)


# First pages in the order of relevance: what a sort by price puts on top, and what is left for the
# second page, looks otherwise without anything having changed.
_SHOWN = text(
    """
    select query, features from ranking_events
    where at > :since and at <= :until and feature_fingerprint = :fingerprint
        and features is not null and source = 'search'
        and sort = 'relevance' and first = 0 and query <> '' and not typing
        and (cast(:model as text) is null or model_version = :model)
    order by at desc limit :most
    """
)


def read_shown_lists(
    connection: Connection,
    since: datetime,
    until: datetime,
    most: int,
    model_version: str | None = None,
) -> ShownLists:
    """The latest ones of that time, with `model_version` those in the order of that model alone."""
    rows = connection.execute(
        _SHOWN,
        {
            "since": since,
            "until": until,
            "fingerprint": FINGERPRINT,
            "most": most,
            "model": model_version,
        },
    ).all()
    empty = np.empty((0, len(FEATURES)), np.float32)
    pages = [np.frombuffer(row.features, "<f4").reshape(-1, len(FEATURES)) for row in rows]
    return ShownLists(
        tuple(row.query for row in rows),
        np.concatenate([empty, *(page[:PROFILED_HITS] for page in pages)]),
    )
