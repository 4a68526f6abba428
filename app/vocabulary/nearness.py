"""Finds the words that a few typos part from a given one."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Signatures = npt.NDArray[np.uint32]


class Near(NamedTuple):
    word: str
    typos: int


class NearWords:
    """Words by length, each with a signature: the set of its letters as 32 bits. A typo changes at
    most two bits, so nearly all words are ruled out by numpy in one sweep, and only the rest is
    compared letter by letter."""

    def __init__(self, words: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = {}
        for word in words:
            by_length.setdefault(len(word), []).append(word)
        self._by_length = {
            length: (of_length, _signatures(of_length, length))
            for length, of_length in by_length.items()
        }

    def within(self, word: str, typos: int) -> list[Near]:
        """Letters inserted, left out, changed, or swapped with a neighbour (optimal string
        alignment distance). In no particular order."""
        # Imported here, since most commands correct nothing.
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        signature = _signatures([word], len(word))[0]
        likely: list[str] = []
        for length in range(len(word) - typos, len(word) + typos + 1):
            if length in self._by_length:
                words, signatures = self._by_length[length]
                apart = _ones(signatures ^ signature)
                likely += (words[n] for n in np.flatnonzero(apart <= 2 * typos).tolist())
        found = extract(word, likely, scorer=OSA.distance, score_cutoff=typos, limit=None)
        return [Near(near, int(distance)) for near, distance, _ in found]


def _signatures(words: list[str], length: int) -> Signatures:
    """Of words of one length, above 0."""
    letters = np.array(words, f"U{length}").view(np.uint32).reshape(len(words), length)
    bits = np.left_shift(np.uint32(1), letters & 31, dtype=np.uint32)
    signatures: Signatures = np.bitwise_or.reduce(bits, axis=1)
    return signatures


# How many bits of 16 are set; numpy has no function for it before version 2.
_COUNTS = np.array([n.bit_count() for n in range(1 << 16)], np.uint8)


def _ones(bits: Signatures) -> npt.NDArray[np.uint8]:
    counts: npt.NDArray[np.uint8] = _COUNTS[bits & 0xFFFF] + _COUNTS[bits >> 16]
    return counts
