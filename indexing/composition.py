"""How an item becomes a document: the text each retriever sees, and the payload filters read."""

import hashlib

from indexing.documents import Document, Item, ItemKey
from indexing.filters import attribute_term

COMPOSITION_REVISION = "4"

# A longer text is prose or a list of a thousand compatible products: nobody filters by the whole
# of it, and as a key of the index it would cost more than all the others.
MAX_TERM_LENGTH = 200

MAX_ATTRIBUTE_TEXT = 2_000
"""Characters of one attribute that are searched."""


def compose(key: ItemKey, version: int, item: Item) -> Document:
    return Document(
        key=key,
        version=version,
        dense_text=dense_text(item),
        lexical_text=lexical_text(item),
        core_text=core_text(item),
        payload=payload_of(item),
    )


def dense_text(item: Item) -> str:
    return " ".join(part for part in (item.title, item.brand, item.description) if part)


def lexical_text(item: Item) -> str:
    """The title twice, since a word there says what the thing is; and the attributes' texts, which
    raise recall@200 on the Icecat judgments from 0.96 to 0.98."""
    attributes = (_words(value) for value in item.attributes.values() if isinstance(value, str))
    parts = (item.title, item.title, item.brand, *item.categories, item.description, *attributes)
    return " ".join(part for part in parts if part)


def _words(value: str) -> str:
    """Of a list of mere numbers (one product has up to fifty EANs) only the first: it finds the
    item, and the others would make the document look long to BM25."""
    if any(character.isalpha() for character in value):
        return value[:MAX_ATTRIBUTE_TEXT]
    return value.split(",")[0]


def core_text(item: Item) -> str:
    parts = (item.title, item.brand, *item.categories[-1:], item.description)
    return " ".join(part for part in parts if part)


def text_hash(text: str) -> bytes:
    """Names a text among stored vectors; 16 bytes make a collision no concern."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def payload_of(item: Item) -> dict[str, object]:
    """What filters and sorts read. `categories` holds each name of the path and each path down
    to it, so that a filter may say `Headphones` or `Electronics > Audio > Headphones`."""
    paths = [" > ".join(item.categories[: n + 1]) for n in range(len(item.categories))]
    return {
        "id": item.id,
        "brand": item.brand,
        "categories": list(dict.fromkeys([*item.categories, *paths])),
        "price": item.price,
        "currency": item.currency,
        "in_stock": int(item.in_stock),
        "rating": item.rating,
        "review_count": item.review_count,
        "popularity": float(item.popularity),
        "released_at": int(item.released_at.timestamp()) if item.released_at else None,
        "group_id": item.group_id or item.id,
        "terms": [
            attribute_term(name, value)
            for name, value in item.attributes.items()
            if not isinstance(value, str) or len(value) <= MAX_TERM_LENGTH
        ],
        "numbers": {
            name: float(value)
            for name, value in item.attributes.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        },
    }
