"""The search page's state as its address bar holds it: query, page, order, and what was chosen."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from app.search.errors import InvalidSearch
from app.ui.spans import number_text, read_span
from indexing.filters import ATTRIBUTE_PREFIX, UNUSABLE_IN_NAMES, attribute_name
from indexing.queries import MAX_QUERY_LENGTH

PER_PAGE = 20
MAX_CHOSEN = 60
"""Values in one address; a filter may have a hundred conditions."""

MAX_VALUE = 200
"""Characters of a value or of an attribute's name."""

MAX_PAGE_DIGITS = 18

FACETS = ("category", "brand", "price", "rating", "in_stock")
"""What may be chosen in every catalogue, in the order of the page; attributes come behind."""

SORTS: Mapping[str, str] = {
    "": "Best match",
    "price": "Price: low to high",
    "price:desc": "Price: high to low",
    "rating": "Best rated",
    "newest": "Newest",
    "popularity": "Most popular",
}

_OWN = frozenset({*FACETS, "q", "page", "sort", "explain", "exact", "price_min", "price_max"})
_NOT_OURS = frozenset(
    {"client_id", "session_id", "final", "facet", "facet_query", "gclid", "fbclid", "ref"}
)
"""Names that are no attributes: those of the page's own requests, and what advertisements add."""

_ON = frozenset({"1", "true", "on", "yes"})

Choice = tuple[str, str]
"""A facet, one of `FACETS` or `attributes.<name>`, and the value that was chosen in it."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """What the shopper asked for; `url` is its one canonical spelling."""

    q: str = ""
    page: int = 1
    sort: str = ""
    chosen: tuple[Choice, ...] = ()
    """Each once, in the order of the facets."""
    exact: bool = False
    """Insists on the query as it was typed."""
    explain: bool = False

    @property
    def url(self) -> str:
        """Without what has its default, so that a link stays short enough to be shared."""
        query = urlencode(self.pairs)
        return f"/?{query}" if query else "/"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as a form would send them."""
        given = [
            ("q", self.q),
            *((parameter_of(facet), value) for facet, value in self.chosen),
            ("sort", self.sort),
            ("page", str(self.page) if self.page > 1 else ""),
            ("exact", "1" if self.exact else ""),
            ("explain", "1" if self.explain else ""),
        ]
        return [(name, value) for name, value in given if value]

    @property
    def is_start(self) -> bool:
        """Nothing was asked for yet."""
        return not (self.q or self.chosen or self.sort or self.page > 1)

    def values(self, facet: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.chosen if name == facet)

    def at(self, page: int) -> "Address":
        return msgspec.structs.replace(self, page=page)

    def sorted_by(self, sort: str) -> "Address":
        return msgspec.structs.replace(self, sort=sort, page=1)

    def insisting(self, exact: bool) -> "Address":
        return msgspec.structs.replace(self, exact=exact, page=1)

    def with_choice(self, facet: str, value: str) -> "Address":
        return self._choosing((*self.chosen, (facet, value)))

    def without_choice(self, facet: str, value: str) -> "Address":
        return self._choosing(choice for choice in self.chosen if choice != (facet, value))

    def only_choice(self, facet: str, *values: str) -> "Address":
        """These in place of whatever is chosen in the facet."""
        others = (choice for choice in self.chosen if choice[0] != facet)
        return self._choosing((*others, *((facet, value) for value in values)))

    def cleared(self) -> "Address":
        return self._choosing(())

    def _choosing(self, chosen: Iterable[Choice]) -> "Address":
        return msgspec.structs.replace(self, chosen=in_order(chosen), page=1)


def in_order(chosen: Iterable[Choice]) -> tuple[Choice, ...]:
    """Each once; facets in the page's order, attributes by name, values as they were chosen."""
    each_once = dict.fromkeys(chosen)
    return tuple(sorted(each_once, key=lambda choice: (_place(choice[0]), choice[0])))


def parameter_of(facet: str) -> str:
    """An attribute goes by its bare name, unless that means something else here."""
    name = attribute_name(facet)
    return facet if name is None or _is_taken(name) else name


def is_on(text: str) -> bool:
    return text.strip().lower() in _ON


def read_address(pairs: Sequence[tuple[str, str]]) -> Address:
    """From an address's names and values, or a form's. Raises `InvalidSearch` with a sentence for
    the shopper."""
    given = {name: value for name, value in reversed(pairs) if name in _OWN}
    text = given.get("q", "").strip()
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidSearch(
            f"A search may be at most {MAX_QUERY_LENGTH} characters long; "
            f"this one has {len(text):,}. Try a few telling words instead."
        )
    sort = given.get("sort", "").strip()
    if sort not in SORTS:
        raise InvalidSearch(f"There is no order “{sort[:40]}”; please choose one from the menu.")
    return Address(
        q=text,
        page=_read_page(given.get("page", "")),
        sort=sort,
        chosen=_read_choices(pairs, given),
        exact=is_on(given.get("exact", "")),
        explain=is_on(given.get("explain", "")),
    )


def is_canonical(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether a form's own way to say it, such as fields left empty, is gone."""
    return all(value for _, value in pairs) and not any(
        name in ("price_min", "price_max") for name, _ in pairs
    )


def _read_page(page: str) -> int:
    if page == "":
        return 1
    # int() would also take digits of other scripts, signs and underscores.
    readable = page.isascii() and page.isdigit() and len(page) <= MAX_PAGE_DIGITS
    if not (readable and int(page) > 0):
        raise InvalidSearch(f"There is no page “{page[:20]}”; pages are counted from 1.")
    return int(page)


def _read_choices(pairs: Sequence[tuple[str, str]], given: Mapping[str, str]) -> tuple[Choice, ...]:
    chosen = [
        choice
        for name, value in pairs
        if (facet := _facet_of(name)) and (choice := _read_choice(facet, value))
    ]
    low, high = given.get("price_min", "").strip(), given.get("price_max", "").strip()
    if low or high:
        chosen = [choice for choice in chosen if choice[0] != "price"]
        typed = _read_choice("price", f"{low}..{high}")
        chosen += [typed] if typed else []
    if len(chosen) > MAX_CHOSEN:
        raise InvalidSearch(
            f"At most {MAX_CHOSEN} values can be chosen at once; these are {len(chosen)}."
        )
    return in_order(chosen)


def _read_choice(facet: str, value: str) -> Choice | None:
    """None where nothing was chosen: a field left empty, a box that is off."""
    if not value.strip():
        return None
    if len(value) > MAX_VALUE or "\x00" in value:
        raise InvalidSearch(f"“{value[:40]}…” is too long to be chosen.")
    match facet:
        case "price":
            span = read_span(value)
            if span is None:
                raise InvalidSearch(f"“{value[:40]}” is no range of prices, as 10-50 would be.")
            return facet, str(span)
        case "rating":
            span = read_span(f"{value.strip()}-")
            if span is None or span.low is None or span.low > 5:
                raise InvalidSearch(f"“{value[:40]}” is no rating; stars go from 0 to 5.")
            return facet, number_text(span.low)
        case "in_stock":
            return (facet, "1") if is_on(value) else None
        case _:
            return facet, value


def _facet_of(name: str) -> str | None:
    if name in FACETS:
        return name
    bare = attribute_name(name) or (None if _is_taken(name) else name)
    if bare is None or len(bare) > MAX_VALUE or UNUSABLE_IN_NAMES.intersection(bare):
        return None
    return f"{ATTRIBUTE_PREFIX}{bare}"


def _is_taken(name: str) -> bool:
    return (
        not name
        or name != name.strip()
        or name in _OWN | _NOT_OURS
        or name.startswith((ATTRIBUTE_PREFIX, "utm_"))
    )


def _place(facet: str) -> int:
    return FACETS.index(facet) if facet in FACETS else len(FACETS)
