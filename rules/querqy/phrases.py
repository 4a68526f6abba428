"""Terms and phrases, which inputs look for and instructions add or remove."""

import re

from indexing.queries import MAX_QUERY_LENGTH
from rules.querqy.lines import before
from rules.querqy.unmapped import CannotMap
from rules.text import words

_ESCAPED = re.compile(r'\\(["*#()\\]|(?:AND|OR|NOT)\b)')
_CAPTURE = re.compile(r"\$\d")


def read_phrase(text: str) -> str:
    """Without its escapes."""
    if any(":" in token.strip(":") for token in text.split()):
        raise CannotMap("a word with a colon means a field in Querqy; write it without the field")
    phrase = " ".join(_ESCAPED.sub(r"\1", text).split())
    if len(phrase) > MAX_QUERY_LENGTH:
        raise CannotMap(f"at most {MAX_QUERY_LENGTH} characters; shorten it")
    if not words(phrase):
        raise CannotMap("holds no word; write at least one letter or digit")
    return phrase


def read_plain_phrase(text: str) -> str:
    """As an instruction gives it: without wildcards."""
    if _CAPTURE.search(text) or before("*", text) != text:
        raise CannotMap("wildcards (*) and what they caught ($1) are not read here; write words")
    return read_phrase(text)
