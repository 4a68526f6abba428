"""Generates the items of the sample shop from the departments' tables."""

from collections.abc import Mapping
from itertools import product

from app.sample.blueprint import Brand, Option, ProductType
from app.sample.chance import Random, chance
from app.sample.commerce import (
    Standing,
    draw_reviews,
    draw_standing,
    draw_stock,
    shop_price,
)
from app.sample.departments import departments_by_type, keys_by_path, product_types
from app.sample.wording import Naming, write_description, write_title

Item = dict[str, object]

_SEED = "endcap sample shop 1"
_VARIANT_SHARE = 0.21
_TIER_NAMES = {1: "value", 2: "everyday", 3: "premium"}
_CURRENCY = "EUR"


def generate_items() -> list[Item]:
    """Every item of the sample shop, the same each time, in the order of the departments.

    Accessories are made after the things they belong to, because their titles name one.
    """
    names: dict[str, list[str]] = {}
    made: dict[str, list[Item]] = {}
    kinds = sorted(product_types().values(), key=lambda kind: bool(kind.accessory_of))
    for kind in kinds:
        made[kind.key], names[kind.key] = _make_type(kind, names.get(kind.accessory_of, []))
    return [item for key in product_types() for item in made[key]]


def type_of(item: Mapping[str, object]) -> str:
    """The key of an item's product type, told by its category path; "" if it has none of ours."""
    path = item.get("categories")
    if not isinstance(path, list | tuple):
        return ""
    return keys_by_path().get(tuple(str(part) for part in path), "")


def _make_type(kind: ProductType, hosts: list[str]) -> tuple[list[Item], list[str]]:
    rng = chance(_SEED, kind.key)
    items: list[Item] = []
    names: list[str] = []
    titles: set[str] = set()
    for number in range(1, kind.groups + 1):
        for attempt in range(30):
            brand = rng.choice(kind.brands)
            naming = _draw_names(kind, brand, hosts, rng)
            group = _make_group(kind, brand, naming, f"{kind.key}-{number:03d}", rng)
            fresh = {str(item["title"]) for item in group}
            if naming["name"] not in names and not fresh & titles:
                break
            # After a few tries a name may return, when other attributes tell it apart.
            if attempt > 15 and not fresh & titles:
                break
        else:
            continue
        items += group
        names.append(naming["name"])
        titles |= fresh
    return items, names


def _draw_names(kind: ProductType, brand: Brand, hosts: list[str], rng: Random) -> Naming:
    line = rng.choice(kind.lines)
    model = ""
    if kind.model == "number":
        model = str(rng.randrange(2, 10)) + rng.choice(("", "", "", " Pro", " Lite"))
    elif kind.model == "sku":
        model = f"{brand.name[:2].upper()}-{rng.randrange(12, 99) * 10}{rng.choice(('', '', 'S'))}"
    return Naming(
        brand=brand.name,
        line=line,
        model=model,
        name=" ".join(part for part in (brand.name, line, model) if part),
        host=rng.choice(hosts) if hosts else "",
    )


def _make_group(
    kind: ProductType, brand: Brand, names: Naming, group_id: str, rng: Random
) -> list[Item]:
    standing = draw_standing(kind, brand, rng)
    fixed = {axis.name: rng.choice(axis.options) for axis in kind.axes}
    choices = [fixed]
    if kind.vary and rng.random() < _VARIANT_SHARE:
        choices = _draw_variants(kind, fixed, rng)
    items: list[Item] = []
    for number, chosen in enumerate(choices, 1):
        item_id = group_id if len(choices) == 1 else f"{group_id}-{number}"
        item = _make_item(kind, brand, names, chosen, standing, len(choices), rng)
        # Each variant speaks in the same sentences, since this generator starts anew.
        text = write_description(
            kind, departments_by_type()[kind.key], names, chosen, chance(_SEED, group_id)
        )
        items.append(
            {
                "id": item_id,
                "title": write_title(kind, names, chosen),
                "description": text,
                **item,
                "group_id": group_id,
                "image_url": f"/sample/pictures/{item_id}.svg",
                "url": f"/items/{item_id}",
                "attributes": _attributes(
                    names, brand, chosen, standing, float(str(item["price"]))
                ),
            }
        )
    return items


def _draw_variants(
    kind: ProductType, fixed: dict[str, Option], rng: Random
) -> list[dict[str, Option]]:
    """Two to six combinations of the varying axes, in the order of the table."""
    axes = [axis for axis in kind.axes if axis.name in kind.vary]
    kept = [
        sorted(
            rng.sample(axis.options, min(len(axis.options), 3 if len(axes) > 1 else 4)),
            key=axis.options.index,
        )
        for axis in axes
    ]
    combinations = list(product(*kept))
    size = min(len(combinations), rng.choice((2, 3, 3, 4, 4, 5, 6)))
    picked = sorted(rng.sample(range(len(combinations)), size))
    names = [axis.name for axis in axes]
    return [fixed | dict(zip(names, combinations[at], strict=True)) for at in picked]


def _make_item(
    kind: ProductType,
    brand: Brand,
    names: Naming,
    chosen: Mapping[str, Option],
    standing: Standing,
    siblings: int,
    rng: Random,
) -> Item:
    price = standing.base_price * (1 - standing.discount)
    for option in chosen.values():
        price *= option.factor
    share = rng.uniform(0.5, 1.0) if siblings > 1 else 1.0
    rating, reviews = draw_reviews(standing, share, rng)
    return {
        "brand": brand.name,
        "categories": [departments_by_type()[kind.key].name, *kind.path],
        "price": round(shop_price(price), 2),
        "currency": _CURRENCY,
        "in_stock": draw_stock(standing, siblings > 1, rng),
        "rating": rating,
        "review_count": reviews,
        "popularity": round(standing.popularity * share, 4),
        "released_at": standing.released.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _attributes(
    names: Naming, brand: Brand, chosen: Mapping[str, Option], standing: Standing, price: float
) -> dict[str, object]:
    attributes: dict[str, object] = {axis: option.value for axis, option in chosen.items()}
    if names["model"]:
        attributes["model"] = f"{names['line']} {names['model']}"
    if names["host"]:
        attributes["fits"] = names["host"]
    attributes["range"] = _TIER_NAMES[brand.tier]
    if standing.discount:
        attributes["sale"] = True
        attributes["list_price"] = round(shop_price(price / (1 - standing.discount)), 2)
    return attributes
