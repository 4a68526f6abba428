"""Text as ranking compares it: lower-cased words, accents folded, reduced to their stems."""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[a-z0-9]+")
_stemmers = threading.local()


def stems(text: str) -> tuple[str, ...]:
    """`Wireless Mice 15.6"` gives `("wireless", "mice", "15", "6")`, stems as Snowball has them."""
    folded = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return tuple(_stem(word) for word in _WORD.findall(folded))


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        # Not safe to share between threads, as its documentation says.
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(word))
