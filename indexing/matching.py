"""What a query matches in the whole collection, beside the few best that ranking looks at."""

from collections.abc import Sequence

import msgspec
import numpy as np

from indexing.candidates import Keys

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
    """From keys with their scores, best first, as many as the limits let through."""
    # Equal scores come in any order, and the order must not change from page to page.
    by_words = sorted(lexical, key=lambda pair: (-pair[1], pair[0]))
    by_meaning = sorted(semantic, key=lambda pair: (-pair[1], pair[0]))
    least = SEMANTIC_CUTOFF * by_meaning[0][1] if by_meaning else 0.0
    near = [key for key, score in by_meaning if score >= least and score > 0]
    return Matches(
        lexical=_keys([key for key, _ in by_words]),
        semantic=_keys(near),
        nearest=by_meaning[0][1] if near else 0.0,
        capped=len(by_words) >= MATCHED_AT_MOST or len(near) >= SEMANTIC_AT_MOST,
    )


def no_matches() -> Matches:
    return Matches(_keys([]), _keys([]), 0.0, capped=False)


def _keys(keys: list[int]) -> Keys:
    return np.array(keys, np.int64)
