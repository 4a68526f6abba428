"""The facets of a page as menus: what each value would lead to, and how much it has."""

import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from app.search.schemas import Facet, NumberFacet, ValueCount
from app.ui.addresses import Address, parameter_of
from app.ui.attributes import values_of
from app.ui.labels import value_text
from app.ui.searching import Answer
from app.ui.selection import choice_label, facet_label, span_label
from app.ui.spans import Span, number_text, read_span
from indexing.composition import PATH_SEPARATOR

SHOWN_AT_FIRST = 6
SEARCHABLE_FROM = 12


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is the page with the value chosen, or taken back where it is."""

    id: str
    value: str
    label: str
    count: int
    chosen: bool
    address: Address


class Menu(msgspec.Struct, frozen=True, kw_only=True):
    """One facet of which several values may be chosen."""

    id: str
    facet: str
    parameter: str
    label: str
    options: tuple[Option, ...]
    """Those shown at first, and all that are chosen."""
    more: tuple[Option, ...]
    searchable: bool


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A category; open where it is chosen, or one below it is."""

    option: Option
    children: tuple["Branch", ...]


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """Ranges to choose from, and what was typed instead of them."""

    ranges: tuple[Option, ...]
    low: str
    high: str
    least: str
    greatest: str


class Menus(msgspec.Struct, frozen=True, kw_only=True):
    categories: tuple[Branch, ...]
    all_categories: Address | None
    """Back to all of them, where one is chosen."""
    brands: Menu | None
    prices: Prices | None
    stars: tuple[Option, ...]
    in_stock: Option | None
    attributes: tuple[Menu, ...]


def view_menus(answer: Answer, address: Address, currency: str) -> Menus:
    facets = answer.facets
    stock = {value.value: value.count for value in values_of(facets.get("in_stock", ()))}
    return Menus(
        categories=_tree(values_of(facets.get("categories", ())), address),
        all_categories=address.only_choice("category") if address.values("category") else None,
        brands=_menu("brand", facets.get("brand", ()), address),
        prices=_prices(facets.get("price"), address, currency),
        stars=_stars(answer.stars, address),
        in_stock=_toggle("in_stock", "1", "In stock only", stock.get(True, 0), address)
        if stock
        else None,
        attributes=tuple(
            menu
            for facet in answer.attributes
            if (menu := _menu(facet, facets.get(facet, ()), address))
        ),
    )


def view_found(facet: str, counts: Facet, address: Address, text: str) -> Menu:
    """What a search inside a facet has found; all of it is shown, unless nothing was sought."""
    options = [option for option in _options(facet, values_of(counts), address) if option.count]
    return _menu_of(facet, options, len(options) if text.strip() else SHOWN_AT_FIRST)


def _menu(facet: str, counts: Facet, address: Address) -> Menu | None:
    options = list(_options(facet, values_of(counts), address))
    return _menu_of(facet, options, SHOWN_AT_FIRST) if options else None


def _menu_of(facet: str, options: Sequence[Option], first: int) -> Menu:
    # Two hidden values would take no less room than the button that shows them.
    first = len(options) if len(options) <= first + 2 else first
    shown = [option for n, option in enumerate(options) if n < first or option.chosen]
    return Menu(
        id=_id(facet),
        facet=facet,
        parameter=parameter_of(facet),
        label=facet_label(facet),
        options=tuple(shown),
        more=tuple(option for option in options if option not in shown),
        searchable=len(options) >= SEARCHABLE_FROM,
    )


def _options(facet: str, counts: Sequence[ValueCount], address: Address) -> Iterator[Option]:
    """What is chosen stays in the menu where nothing has it any more."""
    given = {value_text(counted.value): counted for counted in counts}
    for text in address.values(facet):
        if text not in given:
            yield _toggle(facet, text, choice_label(facet, text, ""), 0, address)
    for text, counted in given.items():
        yield _toggle(facet, text, choice_label(facet, text, ""), counted.count, address)


def _toggle(facet: str, value: str, label: str, count: int, address: Address) -> Option:
    chosen = (facet, value) in address.chosen
    then = address.without_choice if chosen else address.with_choice
    return Option(
        id=_id(facet, value),
        value=value,
        label=label,
        count=count,
        chosen=chosen,
        address=then(facet, value),
    )


def _instead(facet: str, value: str, label: str, count: int, address: Address) -> Option:
    """A value that takes the place of the others."""
    chosen = address.values(facet) == (value,)
    return Option(
        id=_id(facet, value),
        value=value,
        label=label,
        count=count,
        chosen=chosen,
        address=address.only_choice(facet) if chosen else address.only_choice(facet, value),
    )


def _tree(counts: Sequence[ValueCount], address: Address) -> tuple[Branch, ...]:
    """Where a category is chosen, the others beside its department would only be in the way."""
    chosen = address.values("category")
    roots = [node for node in counts if not chosen or _leads_to(str(node.value), chosen)]
    alone = len(roots) == 1
    return tuple(_branch(node, address, chosen, alone) for node in roots)


def _branch(
    node: ValueCount, address: Address, chosen: Sequence[str], is_open: bool = False
) -> Branch:
    path = str(node.value)
    opened = is_open or _leads_to(path, chosen)
    label = path.rpartition(PATH_SEPARATOR)[2]
    return Branch(
        option=_instead("category", path, label, node.count, address),
        children=tuple(_branch(child, address, chosen) for child in node.children)
        if opened
        else (),
    )


def _leads_to(path: str, chosen: Sequence[str]) -> bool:
    return any(f"{one}{PATH_SEPARATOR}".startswith(f"{path}{PATH_SEPARATOR}") for one in chosen)


def _prices(counts: Facet | None, address: Address, currency: str) -> Prices | None:
    chosen = [span for value in address.values("price") if (span := read_span(value))]
    if not isinstance(counts, NumberFacet) or (counts.min is None and not chosen):
        return None
    typed = next((span for span in chosen if span.typed), None)
    ranges = {
        str(span): (span, one.count) for one in counts.ranges if (span := _span(one.gte, one.lt))
    }
    for span in chosen:
        if not span.typed:
            ranges.setdefault(str(span), (span, 0))
    return Prices(
        ranges=tuple(
            _instead("price", value, span_label(span, currency), count, address)
            for value, (span, count) in ranges.items()
        ),
        low=number_text(typed.low) if typed else "",
        high=number_text(typed.high) if typed else "",
        least="" if counts.min is None else f"{counts.min:.0f}",
        greatest="" if counts.max is None else f"{counts.max + 0.5:.0f}",
    )


def _span(low: float | None, high: float | None) -> Span | None:
    return None if low is None and high is None else Span(low, high)


def _stars(counts: Mapping[int, int], address: Address) -> tuple[Option, ...]:
    chosen = address.values("rating")
    odd = [value for value in chosen if value not in {str(stars) for stars in counts}]
    return tuple(
        _instead("rating", value, choice_label("rating", value, ""), count, address)
        for value, count in [
            *((value, 0) for value in odd),
            *((str(stars), count) for stars, count in counts.items()),
        ]
        if count or value in chosen
    )


def _id(facet: str, value: str = "") -> str:
    """The same on every page, so that the focus can stay where it was."""
    return f"f{zlib.crc32(f'{facet}={value}'.encode()):08x}"
