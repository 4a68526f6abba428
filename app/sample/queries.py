"""Queries that a shopper might type, each with what it means; called by `judgments`."""

from collections import Counter
from collections.abc import Sequence

from app.sample.blueprint import ProductType, Value
from app.sample.catalogue import Item, type_of
from app.sample.chance import Random, chance
from app.sample.departments import DEPARTMENTS, product_types
from app.sample.queries_by_hand import HAND_WRITTEN
from app.sample.query import SampleQuery

_SEED = "endcap sample queries 1"
# Attributes that shoppers put before a noun; a size or a layout they choose in the facets.
_SPOKEN = frozenset(
    {
        "colour", "material", "kind", "terrain", "waterproof", "organic", "noise_cancelling",
        "storage_gb", "screen_inch", "capacity_tb", "volume_litre", "volume_ml", "weight_kg",
        "pieces", "seats", "shelves", "diameter_cm", "shape", "technology", "connection", "panel",
        "fuel", "genre", "flavour", "persons", "power_watt", "length_m",
    }
)  # fmt: skip


def generate_queries(items: Sequence[Item]) -> list[SampleQuery]:
    """Head, torso and tail queries about `items`; each text once, and each can be satisfied."""
    by_type: dict[str, list[Item]] = {key: [] for key in product_types()}
    for item in items:
        by_type[type_of(item)].append(item)
    queries = list(HAND_WRITTEN)
    queries += [SampleQuery(one.name.lower(), department=one.name) for one in DEPARTMENTS]
    for brand, _ in Counter(str(item["brand"]) for item in items).most_common(24):
        queries.append(SampleQuery(brand.lower(), brand=brand))
    for kind in product_types().values():
        queries += _about_type(kind, by_type[kind.key], chance(_SEED, kind.key))
    unique: dict[str, SampleQuery] = {}
    for query in queries:
        unique.setdefault(query.text, query)
    return list(unique.values())


def _about_type(kind: ProductType, items: list[Item], rng: Random) -> list[SampleQuery]:
    types = (kind.key,)
    noun = kind.noun.lower()
    queries = [SampleQuery(kind.plural.lower() if rng.random() < 0.5 else noun, types)]
    if kind.words:
        word = rng.choice(kind.words)
        queries.append(SampleQuery(word, _called(word)))
    if rng.random() < 0.45:
        brand = str(rng.choice(items)["brand"])
        queries.append(SampleQuery(f"{brand.lower()} {noun}", types, brand))
    spoken = [axis for axis in kind.axes if axis.name in _SPOKEN]
    if spoken:
        axis = rng.choice(spoken)
        item = rng.choice(items)
        value = _attribute(item, axis.name)
        label = next(one.label for one in axis.options if one.value == value)
        if label:
            queries.append(
                SampleQuery(f"{label.lower()} {noun}", types, wants=((axis.name, value),))
            )
    if kind.model and rng.random() < 0.7:
        item = rng.choice(items)
        text = f"{item['brand']} {_attribute(item, 'model')}".lower()
        same = sorted({str(one["group_id"]) for one in items if _is_model(one, item)})
        queries.append(SampleQuery(text, types, str(item["brand"]), groups=tuple(same)))
    return queries


def _called(word: str) -> tuple[str, ...]:
    """The types that are called `word`: several are, when shoppers mean any of them."""
    return tuple(
        kind.key
        for kind in product_types().values()
        if word in kind.words or word in (kind.noun, kind.plural)
    )


def _attribute(item: Item, name: str) -> Value:
    attributes = item["attributes"]
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return value if isinstance(value, bool | int | float) else str(value)


def _is_model(one: Item, other: Item) -> bool:
    return one["brand"] == other["brand"] and _attribute(one, "model") == _attribute(other, "model")
