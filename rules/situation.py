"""What the conditions of rules look at: one request, taken apart once for all rules."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from indexing.filters import All, AnyOf, Filter
from indexing.queries import RELEVANCE, SearchQuery
from rules.text import words

CATEGORY_SEPARATOR = " > "


class Situation:
    """Nothing here changes; what few conditions ask for is worked out when it is first asked."""

    def __init__(self, query: SearchQuery, now: datetime) -> None:
        self.query = query
        self.now = now
        self.words = words(query.text)
        self.text = " ".join(self.words)

    @cached_property
    def lowered(self) -> str:
        """What regular expressions look at: the words as they are written, in lower case."""
        return " ".join(words(self.query.text, str.lower))

    @cached_property
    def restrictions(self) -> tuple[Filter, ...]:
        """The parts of the shopper's filter that must all hold."""
        return tuple(conjuncts(self.query.filter)) if self.query.filter else ()

    @cached_property
    def categories(self) -> frozenset[str]:
        """Every name and path of a category that the shopper's filter stays inside of."""
        inside: set[str] = set()
        for part in self.restrictions:
            if isinstance(part, AnyOf) and part.field == "categories":
                chosen = [_names_of(str(value)) for value in part.values]
                inside |= frozenset.intersection(*chosen)
        return frozenset(inside)

    @cached_property
    def locales(self) -> tuple[str, ...]:
        """`de-AT` gives `("de-at", "de")`."""
        parts = locale_key(self.query.locale).split("-") if self.query.locale else []
        return tuple("-".join(parts[:n]) for n in range(len(parts), 0, -1))

    @property
    def sort(self) -> str:
        return RELEVANCE if self.query.sort is None else str(self.query.sort)


def conjuncts(condition: Filter) -> Iterator[Filter]:
    """The parts of a filter that must all hold, without the `all` around them."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield condition


def locale_key(locale: str) -> str:
    """`de_AT` and `de-at` are one."""
    return locale.replace("_", "-").lower()


def _names_of(category: str) -> frozenset[str]:
    """`A > B > C` lies inside of A, B, C, A > B and A > B > C."""
    names = category.split(CATEGORY_SEPARATOR)
    paths = (CATEGORY_SEPARATOR.join(names[: n + 1]) for n in range(len(names)))
    return frozenset((*names, *paths))
