"""A rule set as a merchandiser would have it, made from the catalogue so that its rules do fire."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.wording import common_words, title_words
from indexing.documents import Item

RULED_WORDS = 200
"""So many words of the catalogue's titles, each with one rule."""

EVERY = 3
"""Of the commonest words every third: then a rule fires on about a third of the queries."""


def make_rules(items: Sequence[Item]) -> list[dict[str, Any]]:
    """One rule per common word, of each kind in turn: two pins, a boost, a filter, a bury, and
    pins and a boost together. The same catalogue gives the same rules."""
    makers = (_pins, _boost, _filter, _bury, lambda found: [*_pins(found), *_boost(found)])
    rules = []
    for n, word in enumerate(common_words(items, at_least=20)[::EVERY][:RULED_WORDS]):
        found = [item for item in items if word in title_words(item)]
        rules.append(
            {
                "id": f"bench-{n}",
                "name": f"{word}: {makers[n % len(makers)].__name__.strip('_<>')}",
                "when": {"query": {"contains": word}},
                "then": makers[n % len(makers)](found),
            }
        )
    return rules


def _pins(found: Sequence[Item]) -> list[dict[str, Any]]:
    return [
        {"pin": {"item_id": item.id, "position": position}}
        for position, item in zip((1, 3), found, strict=False)
    ]


def _boost(found: Sequence[Item]) -> list[dict[str, Any]]:
    return [{"boost": {"by": 2.0, "filter": {"field": "brand", "any_of": [_brands(found)[0]]}}}]


def _bury(found: Sequence[Item]) -> list[dict[str, Any]]:
    return [{"bury": {"by": 2.0, "filter": {"field": "brand", "any_of": [_brands(found)[-1]]}}}]


def _filter(found: Sequence[Item]) -> list[dict[str, Any]]:
    """Leaves most of the catalogue: a rule that leaves ten items would make the rest too easy."""
    return [{"filter": {"not": {"field": "brand", "any_of": [_brands(found)[-1]]}}}]


def _brands(found: Sequence[Item]) -> list[str]:
    """The commonest first; of equally common ones, by name."""
    counts = Counter(item.brand for item in found if item.brand) or Counter({"none": 1})
    return sorted(counts, key=lambda brand: (-counts[brand], brand))
