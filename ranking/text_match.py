"""Where the words of a query occur in the texts of a list of items, for all items at once."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from ranking.facts import TEXT_FIELDS, ItemFacts, token
from ranking.text import stems

# Words that say nothing of what is sought; a query of nothing else is taken as it is.
_FILLERS = frozenset(stems("a an and are as at be by for from in is it of on or the to with"))


class TextMatch(msgspec.Struct, frozen=True):
    """For `terms` query words, `n` items and the five text fields."""

    found: npt.NDArray[np.bool_]
    """Shape `(terms, n, fields)`: whether the word, or its compound with a neighbour, occurs."""
    title_position: npt.NDArray[np.int64]
    """Shape `(terms, n)`: how many words precede the first match in the title, -1 for none."""


def query_terms(query: str) -> tuple[str, ...]:
    """The stems of a query that say what is sought."""
    words = stems(query)
    return tuple(word for word in words if word not in _FILLERS) or words


def match_texts(terms: Sequence[str], facts: Sequence[ItemFacts]) -> TextMatch:
    """A word also matches where it is written together with its neighbour in the query: of
    `head set` both words match `headset`."""
    fields = len(TEXT_FIELDS)
    lengths = np.concatenate([fact.lengths for fact in facts] or [np.empty(0, np.int64)])
    tokens = np.concatenate([fact.tokens for fact in facts] or [np.empty(0, np.uint32)])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    found = np.zeros((len(terms), len(lengths)), dtype=np.bool_)
    position = np.full((len(terms), len(facts)), -1, dtype=np.int64)
    for n, spellings in enumerate(_spellings(terms)):
        matching = tokens == spellings[0]
        for spelling in spellings[1:]:
            matching |= tokens == spelling
        places = np.flatnonzero(matching)
        # The segment, one field of one item, that each match lies in.
        hit = np.searchsorted(ends, places, side="right")
        found[n, hit] = True
        in_title = hit % fields == 0
        # Written backwards, so that the first match in a title is the one that stays.
        titles = hit[in_title][::-1]
        position[n, titles // fields] = places[in_title][::-1] - starts[titles]
    return TextMatch(found.reshape(len(terms), len(facts), fields), position)


def _spellings(terms: Sequence[str]) -> list[list[int]]:
    """Each term by itself, and together with the one before and the one behind it."""
    joined = [token("".join(pair)) for pair in pairwise(terms)]
    return [[token(term), *joined[max(n - 1, 0) : n + 1]] for n, term in enumerate(terms)]
