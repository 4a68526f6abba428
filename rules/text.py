"""Query text as rules compare it: words in lower case, without punctuation around them."""

import re
import unicodedata

# Signs that only look alike, as word processors put them: typographic apostrophes and hyphens.
_ALIKE = str.maketrans("\u2018\u2019\u02bc\u2010\u2011\u2012\u2013\u2212", "'''-----")
_WORD = re.compile(r"[^\W_]\w*(?:[.\-'/][^\W_]\w*)*")


def words(text: str) -> tuple[str, ...]:
    """`USB-C  Kabel!` gives `("usb-c", "kabel")`; letters that only look alike become one, and
    invisible characters, such as the soft hyphen of a copied text, go."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    shown = "".join(c for c in folded.translate(_ALIKE) if unicodedata.category(c) != "Cf")
    # Python takes a combining mark, a vowel sign of Hindi for one, for the end of a word. In the
    # mask it is an underscore, which may stand in a word but not begin it.
    mask = "".join(_masked(character) for character in shown)
    return tuple(shown[found.start() : found.end()] for found in _WORD.finditer(mask))


def _masked(character: str) -> str:
    if character == "_":
        return " "
    return "_" if unicodedata.category(character).startswith("M") else character
