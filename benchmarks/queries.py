"""Queries in plenty: the judged ones, and combinations that the catalogue's items suggest."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.wording import common_words, title_words
from indexing.documents import Item

Shape = Callable[[random.Random, Item, Sequence[str]], str]
"""A query made of an item and of the common words of its title, which are two at least."""


def distinct_queries(judgments: Path, items: Sequence[Item], count: int) -> list[str]:
    """So many texts of one to four words (judged ones may be longer), no two alike but for case,
    in the same order each time. Raises `ValueError` when the catalogue has not enough."""
    judged = _judged(judgments)
    seen = {text.lower(): text for text in judged}
    for text in _suggested(items):
        if len(seen) >= count:
            break
        seen.setdefault(text.lower(), text)
    if len(seen) < count:
        raise ValueError(f"the catalogue suggests {len(seen)} distinct queries, {count} are needed")
    texts = list(seen.values())[:count]
    # Judged and suggested ones mixed, so that no round is unlike another.
    random.Random(2).shuffle(texts)  # noqa: S311  # nothing secret
    return texts


def _judged(judgments: Path) -> list[str]:
    with judgments.open(newline="") as file:
        return list(dict.fromkeys(row["query"] for row in csv.DictReader(file)))


def _suggested(items: Sequence[Item]) -> Iterator[str]:
    common = frozenset(common_words(items, at_least=5))
    chance = random.Random(1)  # noqa: S311  # nothing secret
    for _ in range(5):
        for item in chance.sample(list(items), len(items)):
            words = list(dict.fromkeys(word for word in title_words(item) if word in common))
            if len(words) >= 2 and item.brand:
                yield chance.choice(_SHAPES)(chance, item, words)


def _phrase(chance: random.Random, _: Item, words: Sequence[str]) -> str:
    """Neighbouring words of the title: `wireless mouse`, `black laser toner`."""
    length = chance.randint(1, 3)
    first = chance.randrange(max(len(words) - length, 0) + 1)
    return " ".join(words[first : first + length])


def _brand_phrase(chance: random.Random, item: Item, words: Sequence[str]) -> str:
    return f"{item.brand.lower()} {_phrase(chance, item, words)}"


def _pair(chance: random.Random, _: Item, words: Sequence[str]) -> str:
    """Two words of the title that need not be neighbours: `notebook silver`."""
    return " ".join(chance.sample(list(words), 2))


def _attribute(chance: random.Random, item: Item, words: Sequence[str]) -> str:
    """A short text attribute with a word of the title: `bluetooth headset`."""
    values = [
        value.lower()
        for value in item.attributes.values()
        if isinstance(value, str) and value.isalpha() and len(value) < 15
    ]
    return f"{chance.choice(values)} {words[0]}" if values else _pair(chance, item, words)


def _model(_: random.Random, item: Item, words: Sequence[str]) -> str:
    """Brand and model, as people paste them."""
    model = item.attributes.get("model")
    short = model if isinstance(model, str) and len(model.split()) <= 3 else words[0]
    return f"{item.brand.lower()} {short}"


_SHAPES: tuple[Shape, ...] = (_phrase, _phrase, _brand_phrase, _pair, _attribute, _model)
