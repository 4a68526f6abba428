"""The text of a description in HTML, as Shopify sends it, for search and for display.

Not by Python's own `html.parser`: in 3.11 its time grows with the square of broken input, 6.5 s for
20,000 characters of `<a <a …`, and it raises on an open `<![if …`.
"""

import re
from collections.abc import Iterator
from html import unescape

# Nothing here looks further than the next `<`, but for a comment, which takes all the rest where
# it is not closed: so each character is read a fixed number of times.
_MARKUP = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(?P<end>/?)(?P<name>[a-z][^\s/<>]*+)"
    r"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+(?P<closed>(?<=/))?>"""
    r"|<[a-z/!?][^<>]*+>?",  # a quote that is not closed, a doctype, the end of a cut text
    re.DOTALL | re.IGNORECASE,
)
# What stands in these is not for reading.
_HIDDEN = frozenset({"script", "style", "template", "head", "noscript", "iframe", "svg", "object"})
# These lie within a line; every other element begins a new one, and so parts words.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd"}
    | {"mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u"}
    | {"var", "wbr"}
)
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")


def html_to_text(html: str, max_length: int) -> str:
    """Lines of text, cut between two words where there are too many of them; broken HTML is read
    as far as it can be."""
    lines = (" ".join(line.split()) for line in "".join(_pieces(html)).split("\n"))
    return _cut("\n".join(line for line in lines if line), max_length)


def _pieces(html: str) -> Iterator[str]:
    hidden_by = ""
    read = 0
    for markup in _MARKUP.finditer(html):
        if not hidden_by:
            yield _text(html[read : markup.start()])
        read = markup.end()
        name = (markup["name"] or "").lower()
        if hidden_by:
            if name == hidden_by and markup["end"]:
                hidden_by = ""
        elif name in _HIDDEN and not markup["end"] and markup["closed"] is None:
            hidden_by = name
        if name and name not in _INLINE:
            yield "\n"
    if not hidden_by:
        yield _text(html[read:])


def _text(html: str) -> str:
    # Python refuses to read a number of thousands of digits; no character has more than seven.
    text = unescape(_NO_CHARACTER.sub("\ufffd", html))
    # The end of a line is a blank in HTML; only elements begin lines.
    return re.sub(r"\s+", " ", text)


def _cut(text: str, max_length: int) -> str:
    if len(text) <= max_length:
        return text
    words = re.match(rf"(?s).{{0,{max_length}}}(?=\s)", text)
    return (words[0] if words and words[0] else text[:max_length]).rstrip()
