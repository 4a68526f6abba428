"""What a query matches in the whole collection, beside the few best that ranking looks at."""

from collections.abc import Sequence

import msgspec
import numpy as np

from indexing.candidates import Keys, Scores, best_first

MATCHED_AT_MOST = 20_000
"""Items that are found by their words; where there are more, counts are capped."""

SEMANTIC_AT_MOST = 500
"""Items that are found by their meaning alone: each costs Qdrant Edge two microseconds."""

SEMANTIC_CUTOFF = 0.6
"""An item is near enough in meaning when its cosine is at least this share of the best one's. A
share, since what is near differs from one encoder to the next."""

Terms = tuple[int, ...]


class Matches(msgspec.Struct, frozen=True):
    """Both best first; an item may be in both."""

    lexical: Keys
    """Those that have all words of the query, or of another way to say it."""
    semantic: Keys
    """Those that are near enough in meaning."""
    nearest: float
    """The cosine of the first of them."""
    capped: bool
    """Whether a limit cut either off."""


def matches_of(
    lexical: Sequence[tuple[int, float]], semantic: Sequence[tuple[int, float]]
) -> Matches:
    """From keys with their scores, as many as the limits let through."""
    by_words, _ = best_first(*_columns(lexical))
    by_meaning, cosines = best_first(*_columns(semantic))
    nearest = float(cosines[0]) if len(cosines) and cosines[0] > 0 else 0.0
    near = by_meaning[(cosines >= SEMANTIC_CUTOFF * nearest) & (cosines > 0)]
    return Matches(
        lexical=by_words,
        semantic=near,
        nearest=nearest,
        capped=len(by_words) >= MATCHED_AT_MOST or len(near) >= SEMANTIC_AT_MOST,
    )


def _columns(found: Sequence[tuple[int, float]]) -> tuple[Keys, Scores]:
    keys, scores = zip(*found, strict=True) if found else ((), ())
    return np.array(keys, np.int64), np.array(scores, np.float64)
