"""Tells typing from searching: a list that its shopper soon replaces by typing on was a step on the
way to a search, and none by itself. Pure; counting and replay ask it about lists, the migration
about texts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from rapidfuzz.distance import OSA

SECONDS = 4.0
"""How soon the next list must follow. Later than that, the shopper has read what was shown."""

MOST = 50
"""Of the lists that a shopper is shown so soon after one, so many are looked at: nobody types
faster, and a robot that searches hundreds of times a second must not hold up the counting."""

_WITHIN = timedelta(seconds=SECONDS)


class TypedList(msgspec.Struct, frozen=True):
    """A list as far as it tells whether it was typing."""

    at: datetime
    query: str
    """As `normal_query` gives it."""
    first: int
    sort: str
    item_keys: Sequence[int]
    final: bool
    """The request said that the shopper meant this one."""


def takes_the_place(later: TypedList, earlier: TypedList) -> bool:
    """Whether the earlier list was typing if the same shopper was shown the later one too and did
    nothing with the earlier. Never typing are a list that is final, one of no text, which nobody
    typed, and a later page, which somebody asked for.

    The same text with another filter, order or page is a refinement. Only where a final list shows
    the same page again, as when Enter follows the last letter, are the two one search."""
    if earlier.final or not earlier.query or earlier.first:
        return False
    if not timedelta() < later.at - earlier.at <= _WITHIN:
        return False
    if later.query == earlier.query:
        return later.final and _page(later) == _page(earlier)
    return is_rewritten(earlier.query, later.query)


def is_rewritten(earlier: str, later: str) -> bool:
    """Whether the later text is the earlier one after more typing:

    - it goes on from it, or is what deleting from its end has left, be it nothing;
    - it has all of its words, the last at least as a beginning: `shoe`, `running shoes`;
    - one is the beginning of the other but for typos, of which a text of 4 characters may have
      one and one of 8 may have two: `runing sh`, `running shoes`."""
    if not earlier or earlier == later:
        return False
    if later.startswith(earlier) or earlier.startswith(later):
        return True
    return _has_words_of(earlier, later) or _is_corrected(earlier, later)


def _page(shown: TypedList) -> tuple[int, str, tuple[int, ...]]:
    return shown.first, shown.sort, tuple(shown.item_keys)


def _has_words_of(earlier: str, later: str) -> bool:
    *whole, last = earlier.split()
    words = later.split()
    return set(whole) <= set(words) and any(word.startswith(last) for word in words)


def _is_corrected(earlier: str, later: str) -> bool:
    short, long = sorted((earlier, later), key=len)
    typos = 2 if len(short) >= 8 else 1 if len(short) >= 4 else 0
    return any(
        OSA.distance(short, long[:length], score_cutoff=typos) <= typos
        for length in range(len(short) - typos, len(short) + typos + 1)
        if typos
    )
