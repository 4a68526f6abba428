"""Grades items for the sample queries from what the generator knows about both."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from app.sample.blueprint import ProductType
from app.sample.catalogue import Item, generate_items, type_of
from app.sample.chance import Random, chance
from app.sample.departments import departments_by_type, product_types
from app.sample.queries import generate_queries
from app.sample.query import SampleQuery

_SEED = "endcap sample judgments 1"
# How many items of each grade are judged for a query; the zeros are half hard, half random.
_KEPT = {3: 26, 2: 12, 1: 12}
_HARD_ZEROS = 5
_RANDOM_ZEROS = 5


class SampleJudgment(Struct, frozen=True):
    """How well an item answers a query: 3 just right, 2 nearly, 1 beside it, 0 not at all."""

    query: str
    item_id: str
    grade: int


def generate_judgments(
    items: Sequence[Item] | None = None, queries: Sequence[SampleQuery] | None = None
) -> list[SampleJudgment]:
    """About 20 to 60 judgments a query, best first; queries that nothing answers are left out."""
    stock = list(generate_items() if items is None else items)
    asked = generate_queries(stock) if queries is None else queries
    # Words and types are worked out once: there are hundreds of queries about every item.
    by_type: dict[str, list[int]] = {}
    for at, item in enumerate(stock):
        by_type.setdefault(type_of(item), []).append(at)
    words = [_words(str(item["title"])) for item in stock]
    judgments: list[SampleJudgment] = []
    for query in asked:
        rng = chance(_SEED, query.text)
        by_grade: dict[int, list[int]] = {3: [], 2: [], 1: [], 0: []}
        for key, places in by_type.items():
            nearness = _nearness(query, key)
            for at in places:
                by_grade[_grade(query, stock[at], nearness)].append(at)
        if not by_grade[3]:
            continue
        asks = _words(query.text)
        hard = _some([at for at in by_grade[0] if asks & words[at]], _HARD_ZEROS, rng)
        chosen = {grade: _some(by_grade[grade], kept, rng) for grade, kept in _KEPT.items()}
        chosen[0] = sorted({*hard, *_some(by_grade[0], _RANDOM_ZEROS, rng)})
        judgments += [
            SampleJudgment(query.text, str(stock[at]["id"]), grade)
            for grade, places in chosen.items()
            for at in places
        ]
    return judgments


def grade_item(query: SampleQuery, item: Mapping[str, object]) -> int:
    """The grade of any item for a query, also of one that the sampled judgments leave out."""
    return _grade(query, item, _nearness(query, type_of(item)))


def _grade(query: SampleQuery, item: Mapping[str, object], nearness: int) -> int:
    if nearness < 2:
        return nearness
    return max(nearness - _misses(query, item), 1 if query.types else 0)


def _nearness(query: SampleQuery, key: str) -> int:
    """The best grade an item of this type can have: told by the type alone."""
    if query.department:
        return 3 if departments_by_type()[key].name == query.department else 0
    if not query.types or key in query.types:
        return 3
    kind = product_types()[key]
    wanted = [product_types()[one] for one in query.types]
    if any(key in one.siblings for one in wanted):
        # Of several things asked for at once, what is like one of them is only beside the point.
        return 2 if len(wanted) == 1 else 1
    if (
        key in query.beside
        or kind.accessory_of in query.types
        or any(one.accessory_of == key for one in wanted)
    ):
        return 1
    return 1 if _section(kind) in {_section(one) for one in wanted} else 0


def _section(kind: ProductType) -> tuple[str, str]:
    return departments_by_type()[kind.key].name, kind.path[0]


def _misses(query: SampleQuery, item: Mapping[str, object]) -> int:
    """How many of the query's wishes the item leaves open."""
    if query.groups:
        # A model is one wish: another model of the brand is near, another brand's is not.
        return 0 if item["group_id"] in query.groups else 1 if item["brand"] == query.brand else 2
    attributes = item["attributes"]
    held = attributes if isinstance(attributes, Mapping) else {}
    missed: int = sum(held.get(name) != value for name, value in query.wants)
    if query.brand and item["brand"] != query.brand:
        # Of a query that is only a brand, nothing is left without it.
        missed += 1 if query.types else 3
    price = item["price"]
    missed += bool(query.max_price) and isinstance(price, float) and price > query.max_price
    return missed


def _some(places: Sequence[int], count: int, rng: Random) -> list[int]:
    return sorted(rng.sample(places, min(count, len(places))))


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"[a-z]{3,}", text.lower())}
