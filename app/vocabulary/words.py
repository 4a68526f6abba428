"""The words of a catalogue at one moment, ready to be looked up in."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from app.vocabulary.counting import CountedWords, fold
from app.vocabulary.nearness import Near, NearWords
from app.vocabulary.prefixes import Prefixes
from rules.tolerance import forms

_AT_ONCE = 1_000
_JOINTS = re.compile(r"([.\-'/])")
_DIGIT = re.compile(r"\d")


class Vocabulary:
    """Never changes, so that a request sees one state of it. Words are compared as `fold` leaves
    them."""

    def __init__(self, counted: CountedWords | None = None) -> None:
        items, spelled = counted or CountedWords({}, {})
        self.counts: Mapping[str, int] = items
        """By word, how many items hold it."""
        self._spelled = spelled
        # Nothing is corrected to a word with a digit.
        lettered = {word: count for word, count in items.items() if not has_digit(word)}
        self._near = NearWords(lettered)
        self.prefixes = Prefixes(lettered)
        self._stems = _stems(lettered)

    def knows(self, word: str) -> bool:
        """Whether the catalogue has the word, or one that a search takes for the same: its
        singular or plural, or one with the same stem. Of `t-shirt` it must have both parts."""
        return all(map(self._knows, parts_of(word)[::2]))

    def items_with(self, word: str) -> int:
        """How many items hold the word, or of its parts the rarest; 1 where they hold it in
        another form only."""
        return min(
            self.counts.get(fold(part), 0) or int(self._knows(part)) for part in parts_of(word)[::2]
        )

    def spelling(self, folded: str) -> str:
        """As the catalogue has it, with its accents."""
        return self._spelled.get(folded, folded)

    def near(self, word: str, typos: int) -> list[Near]:
        """Words of the catalogue, folded, that so many typos part from it."""
        return self._near.within(fold(word), typos)

    def _knows(self, part: str) -> bool:
        folded = fold(part)
        if folded in self.counts or not _stems((folded,)).isdisjoint(self._stems):
            return True
        return any(form in self.counts for form in forms(folded))


def parts_of(word: str) -> list[str]:
    """`t-shirt` gives `t`, `-` and `shirt`: words, and between them the signs that join them."""
    return _JOINTS.split(word)


def has_digit(word: str) -> bool:
    return _DIGIT.search(word) is not None


def _stems(words: Iterable[str]) -> frozenset[str]:
    """As the index of words has them."""
    import Stemmer

    # Not safe to share between threads, as its documentation says.
    stemmer = Stemmer.Stemmer("english")
    stems: set[str] = set()
    remaining = iter(words)
    # In portions, since none of them lets another thread run.
    while portion := list(islice(remaining, _AT_ONCE)):
        stems.update(stemmer.stemWords(portion))
    return frozenset(stems)
