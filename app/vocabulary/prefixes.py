"""What words begin with, for a word that is still being typed."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

import numpy as np

from rules.tolerance import allowed_typos

LETTERS = 40
"""The most common ones are tried in the place of a wrong one: an alphabet and its accents, not all
signs of a script that has thousands."""

LONGEST = 24
FIRST_MAY_DIFFER_FROM = 6
"""Letters of a word, in a shorter one of which another first letter makes another word."""

_LAST = "\U0010ffff"


class Prefixes:
    """Of words with how many items hold each."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._words = sorted(counts)
        self._before = [0, *accumulate(counts[word] for word in self._words)]
        self._letters = _common_letters(self._words)

    def weight(self, prefix: str) -> int:
        """Over all words that begin with it, how many items hold each; 0 where none does."""
        first = bisect_left(self._words, prefix)
        if first == len(self._words) or not self._words[first].startswith(prefix):
            return 0
        return self._before[bisect_left(self._words, prefix + _LAST, first)] - self._before[first]

    def commonest(self, prefix: str) -> str | None:
        """Of the words that begin with it, the one that most items hold; None where none does."""
        first = bisect_left(self._words, prefix)
        last = bisect_left(self._words, prefix + _LAST, first)
        found = range(first, last)
        best = max(found, key=lambda n: self._before[n + 1] - self._before[n], default=None)
        return None if best is None else self._words[best]

    def nearest(self, prefix: str) -> str | None:
        """What the beginning of a word was meant to be, from 4 letters on and with one typo: of
        all that words begin with, what most items hold. One letter too many is thought of last,
        since what is shorter begins more words. None where words begin with it as it is."""
        if not allowed_typos(prefix) or len(prefix) > LONGEST or self.weight(prefix):
            return None
        reach = next(n for n in range(len(prefix)) if not self.weight(prefix[: n + 1]))
        return self._best(prefix, self._replaced(prefix, reach)) or self._best(
            prefix, (prefix[:n] + prefix[n + 1 :] for n in range(reach + 1))
        )

    def _replaced(self, prefix: str, reach: int) -> Iterator[str]:
        """A typo behind `reach` would leave a beginning in place that no word has."""
        for n in range(reach + 1):
            before, after = prefix[:n], prefix[n:]
            if len(after) > 1:
                yield before + after[1] + after[0] + after[2:]
            for letter in self._letters:
                yield before + letter + after[1:]
                yield before + letter + after

    def _best(self, prefix: str, variants: Iterable[str]) -> str | None:
        found = [
            (variant[0] == prefix[0], weight, variant)
            for variant in variants
            if (weight := self.weight(variant))
            and (variant[0] == prefix[0] or len(prefix) >= FIRST_MAY_DIFFER_FROM)
        ]
        return max(found)[2] if found else None


def _common_letters(words: list[str]) -> str:
    joined = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    letters, counts = np.unique(joined, return_counts=True)
    return "".join(chr(letter) for letter in letters[np.argsort(-counts)][:LETTERS].tolist())
