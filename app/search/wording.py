"""Other forms of a query's words that the catalogue has: `head phones` also as `headphones`, `mice`
also as `mouse`, and of a last word that is still being typed the commonest that begins so. They are
found beside the words as they were typed."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from app.vocabulary.counting import fold
from app.vocabulary.words import Vocabulary
from indexing.matching import Terms
from rules.text import exchange, words
from rules.tolerance import singular

MAX_FORMS = 3
_SHORTEST_JOINED = 5
"""Letters; shorter ones are names of something else."""

_SHORTEST_BEGINNING = 3
_LEAST_ITEMS = 2

Forms = Callable[[str, Callable[[str], Terms]], list[str]]
"""From a text, and what gives the terms of a word, to other ways to write it."""


def as_typed(text: str, terms: Callable[[str], Terms]) -> list[str]:
    """For those who know no vocabulary."""
    return []


def forms_by(current: Callable[[], Vocabulary]) -> Forms:
    """By the catalogue's words as they are at each request."""

    def forms(text: str, terms: Callable[[str], Terms]) -> list[str]:
        vocabulary = current()
        known = vocabulary.counts
        asked = words(text)
        if not known or not asked:
            return []
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
        if is_unfinished(asked, vocabulary):
            whole = vocabulary.prefixes.commonest(fold(asked[-1]))
            found.append(" ".join([*asked[:-1], whole or asked[-1]]))
        return found[:MAX_FORMS]

    return forms


def is_unfinished(asked: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether the last word is no word of the catalogue, and words of several items begin so."""
    last = fold(asked[-1]) if asked else ""
    return (
        len(last) >= _SHORTEST_BEGINNING
        and not vocabulary.knows(last)
        and vocabulary.prefixes.weight(last) >= _LEAST_ITEMS
    )


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
