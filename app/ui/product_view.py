"""What a product's page shows, worked out from its item and its variants; called by its
controller."""

from collections.abc import Sequence

import msgspec

from app.search.schemas import Hit, HitItem, Placement
from app.ui.addresses import Address
from app.ui.labels import attribute_label, value_label
from app.ui.money import format_price
from app.ui.traces import measure
from app.ui.view import Card, link_to, view_card, web_link
from indexing.composition import PATH_SEPARATOR
from indexing.documents import AttributeValue

_ORGANIC: Placement = "organic"


class Crumb(msgspec.Struct, frozen=True):
    label: str
    address: Address


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the variants, said by what tells it from the others."""

    id: str
    label: str
    price: str
    link: str
    in_stock: bool
    current: bool


class Product(msgspec.Struct, frozen=True, kw_only=True):
    card: Card
    crumbs: tuple[Crumb, ...]
    brand: Address
    choices: tuple[Choice, ...]
    attributes: tuple[tuple[str, str], ...]
    shop_link: str


def view_product(item: HitItem, variants: Sequence[HitItem]) -> Product:
    hit = Hit(item.id, 1, 0.0, _ORGANIC, item)
    categories = item.categories
    return Product(
        card=view_card(hit, measure([hit])),
        crumbs=tuple(
            Crumb(name, _browse("category", PATH_SEPARATOR.join(categories[: n + 1])))
            for n, name in enumerate(categories)
        ),
        brand=_browse("brand", item.brand),
        choices=_choices(item, variants),
        attributes=tuple(
            (attribute_label(name), value_label(value, name))
            for name, value in item.attributes.items()
        ),
        shop_link=web_link(item.url),
    )


def _browse(facet: str, value: str) -> Address:
    return Address(chosen=((facet, value),)) if value else Address()


def _choices(item: HitItem, variants: Sequence[HitItem]) -> tuple[Choice, ...]:
    others = {variant.id: variant for variant in variants}
    if not others.keys() - {item.id}:
        return ()
    all_of_them = sorted({**others, item.id: item}.values(), key=lambda one: one.id)
    telling = telling_apart([one.attributes for one in all_of_them])
    return tuple(
        Choice(
            id=one.id,
            label=_label(one, telling),
            price="" if one.price is None else format_price(one.price, one.currency),
            link=link_to(one.id),
            in_stock=one.in_stock,
            current=one.id == item.id,
        )
        for one in all_of_them
    )


def telling_apart(variants: Sequence[dict[str, AttributeValue]]) -> tuple[str, ...]:
    """The attributes in which variants differ."""
    names = dict.fromkeys(name for attributes in variants for name in attributes)
    return tuple(name for name in names if len({one.get(name) for one in variants}) > 1)


def _label(item: HitItem, telling: Sequence[str]) -> str:
    parts = [
        value_label(item.attributes[name], name) for name in telling if name in item.attributes
    ]
    return ", ".join(parts) or item.title
