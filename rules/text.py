"""Query text as rules compare it: words in lower case, without punctuation around them."""

import re
import unicodedata
from collections.abc import Callable

# Signs that only look alike, as word processors put them: typographic apostrophes and hyphens.
_ALIKE = str.maketrans("\u2018\u2019\u02bc\u2010\u2011\u2012\u2013\u2212", "'''-----")
_WORD = re.compile(r"[^\W_]\w*(?:[.\-'/][^\W_]\w*)*")


def words(text: str, fold: Callable[[str], str] = str.casefold) -> tuple[str, ...]:
    """`USB-C  Kabel!` gives `("usb-c", "kabel")`; letters that only look alike become one, and
    invisible characters, such as the soft hyphen of a copied text, go. `fold` takes the case
    away; `str.lower` leaves letters such as ß as they are."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    folded = unicodedata.normalize("NFKC", fold(unicodedata.normalize("NFKC", visible)))
    shown = folded.translate(_ALIKE)
    # Python takes a combining mark, a vowel sign of Hindi for one, for the end of a word. In the
    # mask it is an underscore, which may stand in a word but not begin it.
    mask = "".join(_masked(character) for character in shown)
    return tuple(shown[found.start() : found.end()] for found in _WORD.finditer(mask))


def exchange(text: str, phrase: str, other: str) -> str:
    """Words with single blanks between them, with the other in place of the phrase wherever it
    stands as whole words."""
    # Each word has a blank of its own on either side, or of two neighbours that are alike the
    # first would take the blank between them away from the second.
    spaced, sought = (f" {given.replace(' ', '  ')} " for given in (text, phrase))
    return " ".join(spaced.replace(sought, f" {other} ").split())


def stands_in(phrase: str, text: str) -> bool:
    """Whether it does as whole words, where both are words with single blanks between them."""
    return f" {phrase} " in f" {text} "


def _masked(character: str) -> str:
    if character == "_":
        return " "
    return "_" if unicodedata.category(character).startswith("M") else character
