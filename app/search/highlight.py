"""The words of a hit that its query found, marked in safe HTML; called for the hits of a page."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from indexing.codes import is_code, joined
from indexing.units import quantities

_WORD = re.compile(r"[^\W_]++")
_BLANKLESS = re.compile(r"\S++")
# A word with separators in it, of which `is_code` decides whether it is a code. It begins at a
# digit or letter that none precedes, so that each character is read once.
_PARTED = re.compile(r"[A-Za-z0-9](?<!\w[A-Za-z0-9])[A-Za-z0-9]*+(?:[-/._][A-Za-z0-9]++)++")


class _Match(NamedTuple):
    start: int
    end: int
    terms: frozenset[int]
    """Those of the query that it has."""


class Highlighter:
    """`terms_of` gives BM25's terms of a word, so that what is marked is what the lexical retriever
    finds: stems, codes without their dashes, and quantities in any spelling. `query_terms` are the
    terms of the query as that retriever saw it.

    Each word has a mark of its own; a code or a quantity has one for all of its words.
    """

    def __init__(self, terms_of: Callable[[str], tuple[int, ...]]) -> None:
        self._terms_of = terms_of

    def highlight(self, text: str, query_terms: frozenset[int]) -> str | None:
        """The whole text, escaped; None where nothing matches."""
        matches = self._matches(text, query_terms)
        return _marked(text, 0, len(text), matches) if matches else None

    def snippet(self, text: str, query_terms: frozenset[int], words: int = 30) -> str:
        """So many words of the text, escaped: those with the most of the query's terms, which stand
        as near to the middle as may be; the first where nothing matches. `…` is where it is cut."""
        matches = self._matches(text, query_terms)
        if len(text.split()) <= words:
            return _marked(text, 0, len(text), matches)
        starts = [word.start() for word in _BLANKLESS.finditer(text)]
        first = _window(starts, matches, words)
        behind = first + words
        end = starts[behind] if behind < len(starts) else len(text)
        end = starts[first] + len(text[starts[first] : end].rstrip())
        shown = _marked(text, starts[first], end, matches)
        return f"{'…' if first else ''}{shown}{'…' if behind < len(starts) else ''}"

    def _matches(self, text: str, query_terms: frozenset[int]) -> list[_Match]:
        """In the text's order, without overlaps."""
        terms_of = self._terms_of
        found = [
            _Match(word.start(), word.end(), query_terms.intersection(terms))
            for word in _WORD.finditer(text)
            if (terms := terms_of(word[0])) and not query_terms.isdisjoint(terms)
        ]
        longer = [
            _Match(start, end, query_terms.intersection(terms))
            for start, end, token in _tokens(text)
            if (terms := terms_of(token)) and not query_terms.isdisjoint(terms)
        ]
        return _without_overlaps(sorted([*longer, *found], key=_place)) if longer else found


@lru_cache(maxsize=4_000)
def _tokens(text: str) -> Sequence[tuple[int, int, str]]:
    """Quantities and codes of several words, with the words that the index has for them. Kept,
    since the same items are found all day, and looking takes longer than all the rest."""
    found = [(quantity.start, quantity.end, quantity.token) for quantity in quantities(text)]
    parted = [word for word in _PARTED.finditer(text) if is_code(word[0])]
    return [*found, *((word.start(), word.end(), joined(word[0])) for word in parted)]


def _place(match: _Match) -> tuple[int, int]:
    """Of two that begin together the longer comes first."""
    return match.start, -match.end


def _without_overlaps(matches: Iterable[_Match]) -> list[_Match]:
    """Those that touch become one, as `500 GB` and `GB-500` of `500 GB-500` do."""
    apart: list[_Match] = []
    for match in matches:
        if apart and match.start < apart[-1].end:
            last = apart.pop()
            match = _Match(last.start, max(last.end, match.end), last.terms | match.terms)
        apart.append(match)
    return apart


def _window(starts: Sequence[int], matches: Sequence[_Match], words: int) -> int:
    """The first of the words, which begin at `starts`, of the window with the most terms."""
    places = [bisect_right(starts, match.start) - 1 for match in matches]
    inside: Counter[int] = Counter()
    most, best, oldest = 0, (0, 0), 0
    for newest, match in enumerate(matches):
        inside.update(match.terms)
        while places[newest] - places[oldest] >= words:
            inside.subtract(matches[oldest].terms)
            inside += Counter()  # what has come down to nothing goes
            oldest += 1
        if len(inside) > most:
            most, best = len(inside), (places[oldest], places[newest])
    spare = words - 1 - (best[1] - best[0])
    return max(0, min(best[0] - spare // 2, len(starts) - words))


def _marked(text: str, start: int, end: int, matches: Iterable[_Match]) -> str:
    parts = []
    for match in matches:
        first, last = max(match.start, start), min(match.end, end)
        if first < last:
            parts += [escape(text[start:first]), "<mark>", escape(text[first:last]), "</mark>"]
            start = last
    return "".join([*parts, escape(text[start:end])])


MARKS_NOTHING = Highlighter(lambda word: ())
"""For those who show no page."""
