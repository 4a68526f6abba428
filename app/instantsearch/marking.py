"""Texts with words marked, as Algolia gives them: between the tags that the request names."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from app.instantsearch.parameters import Parameters
from app.search.facets import folded

MatchLevel = Literal["none", "partial", "full"]

_MARK = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)
_WORD = re.compile(r"\w+")
_BLANK = re.compile(r"(\s+)")
_CUT = "…"


class Part(NamedTuple):
    text: str
    marked: bool = False


class HighlightResult(msgspec.Struct, frozen=True, rename="camel"):
    value: str
    match_level: MatchLevel
    matched_words: tuple[str, ...]
    fully_highlighted: bool


class SnippetResult(msgspec.Struct, frozen=True, rename="camel"):
    value: str
    match_level: MatchLevel


class Marking(NamedTuple):
    """How one request wants its texts."""

    before: str
    after: str
    ellipsis: str
    asked: frozenset[str]
    """The words of the query, folded."""

    @classmethod
    def of(cls, parameters: Parameters) -> "Marking":
        return cls(
            parameters.highlight_pre_tag,
            parameters.highlight_post_tag,
            parameters.snippet_ellipsis_text,
            frozenset(_words(parameters.query)),
        )

    def write(self, parts: Sequence[Part]) -> str:
        """Text is escaped where the tags are HTML, which a page inserts as such. Where they are
        placeholders, as InstantSearch's are, the client escapes it after it has found them."""
        markup = "<" in self.before
        written = []
        for part in parts:
            text = html.escape(part.text) if markup else part.text
            written.append(f"{self.before}{text}{self.after}" if part.marked else text)
        return "".join(written)

    def highlight(self, parts: Sequence[Part]) -> HighlightResult:
        matched = _matched(parts)
        return HighlightResult(
            self.write(parts),
            self._level(matched),
            tuple(matched),
            bool(parts) and all(part.marked or not part.text.strip() for part in parts),
        )

    def snippet(self, parts: Sequence[Part], words: int) -> SnippetResult:
        """So many words around the first that is marked."""
        pieces = list(_pieces(parts))
        at = [n for n, piece in enumerate(pieces) if piece.text.strip()]
        first = next((n for n, place in enumerate(at) if pieces[place].marked), 0)
        begin = max(0, min(first - words // 4, len(at) - words))
        shown = at[begin : begin + words]
        kept = pieces[shown[0] : shown[-1] + 1] if shown else []
        value = self.write(kept)
        before = self.ellipsis if begin > 0 else ""
        after = self.ellipsis if begin + words < len(at) else ""
        return SnippetResult(f"{before}{value}{after}", self._level(_matched(kept)))

    def _level(self, matched: Sequence[str]) -> MatchLevel:
        if not matched:
            return "none"
        return "full" if len(matched) >= len(self.asked) else "partial"


def marked_parts(marked: str) -> list[Part]:
    """Of safe HTML with `<mark>`, as our own search gives it."""
    parts: list[Part] = []
    at = 0
    for found in _MARK.finditer(marked):
        parts += [
            Part(html.unescape(marked[at : found.start()])),
            Part(html.unescape(found[1]), True),
        ]
        at = found.end()
    parts.append(Part(html.unescape(marked[at:])))
    return [part for part in parts if part.text]


def whole_text(text: str, parts: Sequence[Part]) -> list[Part]:
    """`parts` are those of an excerpt; what of `text` stands before and behind it joins them."""
    excerpt = "".join(part.text for part in parts)
    bare = excerpt.strip(_CUT + " ")
    at = text.find(bare)
    if not bare or at < 0:
        return list(parts)
    lead = len(excerpt) - len(excerpt.lstrip(_CUT + " "))
    inner = _slice(parts, lead, lead + len(bare))
    around = [Part(text[:at]), *inner, Part(text[at + len(bare) :])]
    return [part for part in around if part.text]


def mark_beginnings(text: str, asked: str) -> list[Part]:
    """The beginnings of words that were asked for, as a search inside a facet finds them."""
    starts = sorted(_words(asked), key=len, reverse=True)
    parts: list[Part] = []
    at = 0
    for word in _WORD.finditer(text):
        length = next((len(s) for s in starts if folded(word[0]).startswith(s)), 0)
        if length:
            end = word.start() + length
            parts += [Part(text[at : word.start()]), Part(text[word.start() : end], True)]
            at = end
    parts.append(Part(text[at:]))
    return [part for part in parts if part.text]


def begins_with(text: str, asked: str) -> bool:
    """Whether each word asked for begins a word of the text."""
    words = _words(text)
    return all(any(word.startswith(start) for word in words) for start in _words(asked))


def _matched(parts: Sequence[Part]) -> list[str]:
    """The marked words, each once."""
    return list(dict.fromkeys(folded(part.text) for part in parts if part.marked))


def _pieces(parts: Sequence[Part]) -> Iterator[Part]:
    """Words and blanks."""
    for part in parts:
        yield from (Part(piece, part.marked) for piece in _BLANK.split(part.text) if piece)


def _slice(parts: Sequence[Part], begin: int, end: int) -> list[Part]:
    at, kept = 0, []
    for part in parts:
        inside = part.text[max(0, begin - at) : max(0, end - at)]
        kept.append(Part(inside, part.marked))
        at += len(part.text)
    return [part for part in kept if part.text]


def _words(text: str) -> list[str]:
    return [folded(word) for word in _WORD.findall(text)]
