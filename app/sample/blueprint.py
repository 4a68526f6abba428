"""What a department's table is written in: brands, axes of choice, product types.

The tables in `app.sample.departments` are made of these values, `catalogue` turns them to items.
"""

from msgspec import Struct

Value = str | float | bool

# On these axes a capital is part of the value: "M", "Ethiopia", "QWERTY".
_PROPER = frozenset({"size", "frame", "origin", "language", "layout", "format", "brand"})


class Brand(Struct, frozen=True):
    """A fictional maker; `tier` is 1 (value), 2 (everyday) or 3 (premium)."""

    name: str
    tier: int


class Option(Struct, frozen=True):
    """One choice on an axis: `label` is read in titles, `value` is stored, `factor` is its price.

    `says` is a sentence for the description of whatever has this option.
    """

    label: str
    value: Value
    factor: float = 1.0
    says: str = ""


class Axis(Struct, frozen=True):
    """An attribute and the options it is chosen from."""

    name: str
    options: tuple[Option, ...]


class ProductType(Struct, frozen=True, kw_only=True):
    """A kind of product: one leaf of the category tree, one drawing, one grammar of titles.

    Templates may name `{brand}`, `{line}`, `{model}`, `{name}` (these three together), `{host}`
    and any axis; an axis with a capital (`{Colour}`) begins with one. `price` is the range of an
    everyday brand in euros. `vary` names the axes on which the variants of a product differ.
    """

    key: str
    noun: str
    plural: str
    path: tuple[str, ...]
    drawing: str
    price: tuple[float, float]
    brands: tuple[Brand, ...]
    title: str
    lines: tuple[str, ...]
    axes: tuple[Axis, ...]
    says: tuple[str, ...]
    details: tuple[str, ...]
    vary: tuple[str, ...] = ()
    model: str = ""
    words: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    accessory_of: str = ""
    groups: int = 21


class Department(Struct, frozen=True, kw_only=True):
    """A top-level category; `tint` is the background of its pictures."""

    name: str
    tint: str
    closings: tuple[str, ...]
    types: tuple[ProductType, ...]


def words(text: str) -> tuple[str, ...]:
    """The comma-separated words of `text`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def makers(*, value: str, everyday: str, premium: str) -> tuple[Brand, ...]:
    """Brands by tier, each argument a comma-separated list."""
    tiers = (value, everyday, premium)
    return tuple(Brand(name, tier) for tier, text in enumerate(tiers, 1) for name in words(text))


def axis(name: str, *options: str | Option) -> Axis:
    """An axis of words; a plain word is its own label, is stored in lower case, costs nothing."""
    return Axis(
        name,
        tuple(
            Option(one, one.lower() if one.istitle() and name not in _PROPER else one)
            if isinstance(one, str)
            else one
            for one in options
        ),
    )


def colours(text: str) -> Axis:
    """The colours a type is made in; every word must be in `palette`."""
    return axis("colour", *words(text))


def sizes(text: str) -> Axis:
    """The sizes a type is made in, as words."""
    return axis("size", *words(text))


def measured(name: str, unit: str, factors: dict[float, float]) -> Axis:
    """A numeric axis: `unit` formats each number, `factors` maps it to its price factor."""
    return Axis(
        name,
        tuple(Option(_counted(unit, n), n, factor) for n, factor in factors.items()),
    )


def flag(name: str, label: str, factor: float, says: str) -> Axis:
    """A yes-or-no axis: the label, the price factor and the sentence hold for yes."""
    return Axis(name, (Option(label, True, factor, says), Option("", False)))


def _counted(unit: str, number: float) -> str:
    text = unit.format(f"{number:g}")
    # One year, one pattern; no unit that ends on "ss" is counted.
    return text.removesuffix("s") if number == 1 and " " in text else text
