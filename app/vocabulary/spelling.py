"""Corrects words of a query that the catalogue does not have."""

import threading
from collections.abc import Callable, Sequence

import msgspec
from cachetools import LRUCache

from app.vocabulary.counting import LONGEST, fold
from app.vocabulary.nearness import Near
from app.vocabulary.prefixes import FIRST_MAY_DIFFER_FROM
from app.vocabulary.words import Vocabulary, has_digit, parts_of
from rules.tolerance import ONE_TYPO_FROM, TWO_TYPOS_FROM, allowed_typos

CACHED_WORDS = 20_000
MAX_UNKNOWN = 4
"""A text with more words that the catalogue does not have is no misspelt query for it, but in
another language, or pasted; and each word costs time."""

MAX_WORDS = 32
"""Of a text that is looked at at all."""

MAX_PARTS = 4
"""Of one word; what has more is an address or a number."""

LEAST_ITEMS = 2
"""With the word: what stands in one item alone may be misspelt itself."""

SPLIT_FROM = TWO_TYPOS_FROM
SHORTEST_PART = 3
"""Letters of a word that may be two, and of each of these: `carpet` is no `car pet`."""

# Right wherever they stand, whether an item has them or not; shorter ones are left alone anyway.
_FUNCTION_WORDS = frozenset(
    {"about", "above", "after", "also", "around", "away", "because", "been", "before", "behind"}
    | {"below", "beside", "best", "between", "both", "cheap", "could", "does", "down", "during"}
    | {"each", "every", "from", "good", "have", "here", "into", "just", "less", "like", "more"}
    | {"most", "much", "near", "need", "only", "onto", "other", "over", "same", "should", "some"}
    | {"such", "than", "that", "their", "them", "then", "there", "these", "they", "this", "those"}
    | {"through", "under", "until", "upon", "very", "want", "were", "what", "when", "where"}
    | {"which", "while", "with", "within", "without", "would", "your"}
)
_UNCHANGED = ""


class Change(msgspec.Struct, frozen=True):
    """`original` may be two words that are one, and `corrected` one that is two."""

    original: str
    corrected: str


class Correction(msgspec.Struct, frozen=True):
    text: str
    """The whole query, words with single blanks between them."""
    changes: tuple[Change, ...]
    """In the order of the words; never empty."""


class Speller:
    """Corrects by the vocabulary that is current; what was worked out for one word is kept until
    there is another vocabulary."""

    def __init__(
        self, vocabulary: Callable[[], Vocabulary], cached_words: int = CACHED_WORDS
    ) -> None:
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        self._of = vocabulary()
        self._cache: LRUCache[str, str] = LRUCache(cached_words)

    def correct(
        self, words: Sequence[str], keep: frozenset[str] = frozenset()
    ) -> Correction | None:
        """`words` as `rules.text.words` gives them. Those in `keep`, those with a digit and those
        that the catalogue has, as singular or plural or by their stem, stay as they are. None
        where nothing is to be corrected."""
        vocabulary = self._vocabulary()
        if not vocabulary.counts:
            return None  # not counted yet, or nothing to count
        unknown = _unknown(words, keep, vocabulary)
        if not any(unknown):
            return None
        texts: list[str] = []
        changes: list[Change] = []
        n = 0
        while n < len(words):
            taken, corrected = 1, _UNCHANGED
            if any(unknown[n : n + 2]) and (joined := _joined(words[n : n + 2], keep, vocabulary)):
                taken, corrected = 2, joined
            elif unknown[n]:
                corrected = self._remembered(words[n], vocabulary)
            original = " ".join(words[n : n + taken])
            texts.append(corrected or original)
            if corrected:
                changes.append(Change(original, corrected))
            n += taken
        return Correction(" ".join(texts), tuple(changes)) if changes else None

    def _remembered(self, word: str, vocabulary: Vocabulary) -> str:
        with self._lock:
            if self._of is not vocabulary:
                self._cache.clear()
                self._of = vocabulary
            known = self._cache.get(word)
        if known is not None:
            return known
        corrected = _corrected(word, vocabulary)
        with self._lock:
            if self._of is vocabulary:
                self._cache[word] = corrected
        return corrected


def _corrected(word: str, vocabulary: Vocabulary) -> str:
    """`_UNCHANGED` where nothing is near. Of `blue-toth` each part is looked at."""
    parts = parts_of(word)
    for n in range(0, len(parts), 2):
        if not vocabulary.knows(parts[n]):
            parts[n] = _better(parts[n], vocabulary)
    corrected = "".join(parts)
    return _UNCHANGED if corrected == word else corrected


def _better(word: str, vocabulary: Vocabulary) -> str:
    """The word meant, or two; the same word where none is near."""
    typos = allowed_typos(word)
    if not typos or len(word) > LONGEST:
        return word
    folded = fold(word)
    near = [
        found
        for found in vocabulary.near(folded, typos)
        if found.word[0] == folded[0] or (found.typos == 1 and len(word) >= FIRST_MAY_DIFFER_FROM)
    ]
    if len(near) > 1:
        near = [found for found in near if vocabulary.counts[found.word] >= LEAST_ITEMS]

    def order(found: Near) -> tuple[int, bool, int, str]:
        other_first = found.word[0] != folded[0]
        return found.typos, other_first, -vocabulary.counts[found.word], found.word

    best = min(near, key=order, default=None)
    # A blank that is missing is one typo.
    if (best is None or best.typos > 1) and (split := _split(folded, vocabulary)):
        return split
    return word if best is None else vocabulary.spelling(best.word)


def _split(folded: str, vocabulary: Vocabulary) -> str:
    """Two words of the catalogue, of which the rarer one is in as many items as can be."""
    if len(folded) < SPLIT_FROM:
        return ""
    pairs = [
        (min(vocabulary.counts.get(part, 0) for part in pair), pair)
        for n in range(SHORTEST_PART, len(folded) - SHORTEST_PART + 1)
        for pair in [(folded[:n], folded[n:])]
    ]
    items, pair = max(pairs)
    return " ".join(map(vocabulary.spelling, pair)) if items >= LEAST_ITEMS else ""


def _joined(pair: Sequence[str], keep: frozenset[str], vocabulary: Vocabulary) -> str:
    """The word of the catalogue that the two make without the blank."""
    if len(pair) < 2 or not keep.isdisjoint(pair) or any(map(has_digit, pair)):
        return ""
    joined = fold("".join(pair))
    if len(joined) < ONE_TYPO_FROM or vocabulary.counts.get(joined, 0) < LEAST_ITEMS:
        return ""
    return vocabulary.spelling(joined)


def _unknown(words: Sequence[str], keep: frozenset[str], vocabulary: Vocabulary) -> list[bool]:
    """By word, whether it may be wrong; empty for a text that is no query of this catalogue."""
    unknown = [False] * len(words)
    wrong = 0
    for n, word in enumerate(words if len(words) <= MAX_WORDS else ()):
        unknown[n] = _is_unknown(word, keep, vocabulary)
        wrong += unknown[n] and allowed_typos(word) > 0
        # Asked at once: it is words that nobody knows that take time.
        if wrong > MAX_UNKNOWN:
            return []
    return unknown


def _is_unknown(word: str, keep: frozenset[str], vocabulary: Vocabulary) -> bool:
    if word in keep or word in _FUNCTION_WORDS or has_digit(word):
        return False
    return len(parts_of(word)) < 2 * MAX_PARTS and not vocabulary.knows(word)
