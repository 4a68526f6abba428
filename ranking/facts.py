"""What ranking knows about an item: numbers, and its words; made once per version of the item."""

import zlib
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.documents import Item, ItemId, ItemKey
from ranking.text import stems

Tokens = npt.NDArray[np.uint32]

TEXT_FIELDS = ("title", "brand", "categories", "description", "attributes")
TITLE, BRAND, CATEGORIES, DESCRIPTION, ATTRIBUTES = range(len(TEXT_FIELDS))

NUMBERS = (
    "price",
    "rating",
    "reviews",
    "popularity",
    "released_at",  # Seconds since 1970.
    "in_stock",
    # How many words of the title come before one such as `for` or `with`; what follows names the
    # thing that the item goes with. The title's length where there is no such word.
    "host_at",
    # The leaf category and the brand as tokens, 0 without one.
    "category",
    "brand",
)

# `case for iPhone`, `bag, fits up to 15 inch`: what stands behind is another thing. Kept as stems.
HOST_WORDS = frozenset(stems("for with fits fit compatible suits"))

MAX_TOKENS = 400
"""Of one field: lists of a thousand compatible printers are kept out of every request's way."""


class ItemFacts(msgspec.Struct, frozen=True):
    """The item's side of every feature, as small arrays: those of a list of candidates are joined
    in one call each, which is what keeps 200 candidates under a millisecond."""

    key: ItemKey
    item_id: ItemId
    group_id: str
    """What the variants of one product share; the item's own id where it has none."""
    tokens: Tokens
    """The stems of all text fields, one field behind the other, each as a number."""
    lengths: npt.NDArray[np.int64]
    """How many of the tokens belong to each of `TEXT_FIELDS`."""
    numbers: npt.NDArray[np.float64]
    """In the order of `NUMBERS`; NaN for what the shop does not know."""


@lru_cache(maxsize=500_000)
def token(stem: str) -> int:
    """A stem as a number, the same in every process; a collision would make two of some hundred
    thousand words look alike, which costs less than keeping words as text."""
    return zlib.crc32(stem.encode())


def category_token(categories: Sequence[str]) -> int:
    """Of the whole path, since the same word may be a leaf in several places; 0 without one."""
    return token(" > ".join(categories)) if categories else 0


def brand_token(brand: str) -> int:
    """However it is written; 0 without one."""
    folded = " ".join(brand.casefold().split())
    return token(folded) if folded else 0


def facts_of(key: ItemKey, item: Item) -> ItemFacts:
    texts = (
        item.title,
        item.brand,
        " ".join(item.categories),
        item.description,
        " ".join(value for value in item.attributes.values() if isinstance(value, str)),
    )
    words = [stems(text)[:MAX_TOKENS] for text in texts]
    fields = [[token(stem) for stem in field] for field in words]
    title = words[TITLE]
    host_at = next((n for n, stem in enumerate(title) if n and stem in HOST_WORDS), len(title))
    numbers = (
        np.nan if item.price is None else item.price,
        np.nan if item.rating is None else item.rating,
        item.review_count,
        item.popularity,
        item.released_at.timestamp() if item.released_at else np.nan,
        item.in_stock,
        host_at,
        category_token(item.categories),
        brand_token(item.brand),
    )
    return ItemFacts(
        key=key,
        item_id=ItemId(item.id),
        group_id=item.group_id or item.id,
        tokens=np.array([number for field in fields for number in field], dtype=np.uint32),
        lengths=np.array([len(field) for field in fields], dtype=np.int64),
        numbers=np.array(numbers, dtype=np.float64),
    )
