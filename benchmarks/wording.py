"""The words that a catalogue's titles are made of; queries and rules are built out of them."""

import re
from collections import Counter
from collections.abc import Sequence

from indexing.documents import Item

_WORD = re.compile(r"[A-Za-z]{3,}")
_FILLERS = frozenset(("and", "for", "the", "with", "without", "not", "incl"))


def title_words(item: Item) -> list[str]:
    """What the title says besides the brand: lower-cased words of three letters and more."""
    brand = frozenset(item.brand.lower().split())
    words = (word.lower() for word in _WORD.findall(item.title))
    return [word for word in words if word not in _FILLERS and word not in brand]


def common_words(items: Sequence[Item], at_least: int) -> list[str]:
    """Words in the titles of at least so many items, the commonest first."""
    counts = Counter(word for item in items for word in frozenset(title_words(item)))
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [word for word, count in ordered if count >= at_least]
