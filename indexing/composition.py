"""How an item becomes a document: the text each retriever sees, and the payload filters read."""

import hashlib
from collections.abc import Sequence

from indexing.codes import code_tokens
from indexing.documents import Document, Item, ItemKey
from indexing.filters import attribute_term
from indexing.units import quantity_tokens

COMPOSITION_REVISION = "5"
WORDS_SINCE = 5
"""The first revision whose points can be asked for by all words of a query."""

# A longer text is prose or a list of a thousand compatible products: nobody filters by the whole
# of it, and as a key of the index it would cost more than all the others.
MAX_TERM_LENGTH = 200

PATH_SEPARATOR = " > "

MAX_CODES = 100
"""Of one item; some have fifty EANs."""

MAX_ATTRIBUTE_TEXT = 2_000
"""Characters of one attribute that are searched."""


def compose(key: ItemKey, version: int, item: Item) -> Document:
    codes = codes_of(item)
    core = core_tokens(item, codes)
    return Document(
        key=key,
        version=version,
        dense_text=dense_text(item),
        lexical_text=lexical_text(item),
        core_text=core_text(item),
        lexical_tokens=lexical_tokens(item, core),
        core_tokens=core,
        codes=codes,
        payload=payload_of(item),
    )


def dense_text(item: Item) -> str:
    return " ".join(part for part in (item.title, item.brand, item.description) if part)


def lexical_text(item: Item) -> str:
    """The title twice, since a word there says what the thing is; and the attributes' texts, which
    raise recall@200 on the Icecat judgments from 0.96 to 0.98."""
    parts = (item.title, item.title, item.brand, *item.categories, item.description)
    return " ".join(part for part in (*parts, *_attribute_texts(item)) if part)


def core_text(item: Item) -> str:
    return " ".join(part for part in _core_parts(item) if part)


def core_tokens(item: Item, codes: Sequence[str]) -> tuple[str, ...]:
    """In one spelling what shoppers spell in many: quantities, and codes without their dashes, of
    which those in attributes count like those in the title. They are terms beside the text, since
    in it they would make it look longer to BM25."""
    said = [
        token
        for part in _core_parts(item)
        for token in (*quantity_tokens(part), *code_tokens(part))
    ]
    return tuple(dict.fromkeys([*codes, *said]))


def lexical_tokens(item: Item, core: Sequence[str]) -> tuple[str, ...]:
    """Those of the core and the quantities in attributes."""
    listed = "; ".join(_attribute_texts(item))  # so that no number meets the next one's unit
    return tuple(dict.fromkeys([*core, *quantity_tokens(listed)]))


def codes_of(item: Item) -> tuple[str, ...]:
    """Part numbers, SKUs, EANs and the like by which the item may be asked for, without their
    dashes: of its id, its title and its attributes."""
    values = [value for value in item.attributes.values() if isinstance(value, str)]
    listed = " ".join(value[:MAX_ATTRIBUTE_TEXT].replace(",", " ") for value in values)
    codes = [*code_tokens(item.id), *code_tokens(item.title), *code_tokens(listed)]
    return tuple(dict.fromkeys(codes))[:MAX_CODES]


def _core_parts(item: Item) -> Sequence[str]:
    return (item.title, item.brand, *item.categories[-1:], item.description)


def _attribute_texts(item: Item) -> list[str]:
    return [_words(value) for value in item.attributes.values() if isinstance(value, str)]


def _words(value: str) -> str:
    """Of a list of mere numbers (one product has up to fifty EANs) only the first: it finds the
    item, and the others would make the document look long to BM25."""
    if any(character.isalpha() for character in value):
        return value[:MAX_ATTRIBUTE_TEXT]
    return value.split(",")[0]


def text_hash(text: str) -> bytes:
    """Names a text among stored vectors; 16 bytes make a collision no concern."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def category_labels(item: Item) -> list[str]:
    """Each name of the path and each path down to it, so that a filter may say `Headphones` or
    `Electronics > Audio > Headphones`."""
    return list(dict.fromkeys([*item.categories, *category_paths(item)]))


def category_paths(item: Item) -> list[str]:
    """From the department down: `Audio`, `Audio > Headphones`."""
    return [PATH_SEPARATOR.join(item.categories[: n + 1]) for n in range(len(item.categories))]


def payload_of(item: Item) -> dict[str, object]:
    """What filters and sorts read."""
    return {
        "id": item.id,
        "brand": item.brand,
        "categories": category_labels(item),
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
