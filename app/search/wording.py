"""Other forms of a query's words that the catalogue has: `head phones` also as `headphones`, `mice`
also as `mouse`. They are found beside the words as they were typed."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from indexing.matching import Terms
from rules.text import exchange, words
from rules.tolerance import singular

MAX_FORMS = 3
_SHORTEST_JOINED = 5
"""Letters; shorter ones are names of something else."""

_LEAST_ITEMS = 2

Forms = Callable[[str, Callable[[str], Terms]], list[str]]
"""From a text, and what gives the terms of a word, to other ways to write it."""


def as_typed(text: str, terms: Callable[[str], Terms]) -> list[str]:
    """For those who know no vocabulary."""
    return []


def forms_by(counts: Callable[[], Mapping[str, int]]) -> Forms:
    """`counts` gives by word how many items of the catalogue have it."""

    def forms(text: str, terms: Callable[[str], Terms]) -> list[str]:
        known = counts()
        if not known:
            return []
        asked = words(text)
        spaced = " ".join(asked)
        found = [
            exchange(spaced, f"{one} {other}", one + other)
            for one, other in pairwise(asked)
            if _is_one_word(one, other, known)
        ]
        found += [
            exchange(spaced, word, singular(word))
            for word in asked
            if singular(word) in known and terms(singular(word)) != terms(word)
        ]
        return found[:MAX_FORMS]

    return forms


def _is_one_word(one: str, other: str, known: Mapping[str, int]) -> bool:
    """The catalogue writes it so more often than it has the rarer of the two."""
    joined = known.get(one + other, 0)
    return (
        one.isalpha()
        and other.isalpha()
        and len(one + other) >= _SHORTEST_JOINED
        and joined >= _LEAST_ITEMS
        and joined > min(known.get(one, 0), known.get(other, 0))
    )
