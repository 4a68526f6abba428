"""What is merely odd about an item: it is accepted, and counted by the contract's soft rules."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from indexing.documents import Item

CAPITALS = 8
"""From so many on a title shouts; `NIKON D850` is a name."""

LONG_TITLE = 200


class Check(NamedTuple):
    """One soft rule."""

    fields: frozenset[str]
    """What it looks at; it can only come to be tripped where one of them changes."""
    is_odd: Callable[[Item], bool]


def warnings_of(item: Item, changed: Collection[str] | None = None) -> tuple[str, ...]:
    """The names of the soft rules that the item trips, in the contract's order; of a change of
    some fields, those that look at one of them."""
    return tuple(
        name
        for name, check in CHECKS.items()
        if (changed is None or not check.fields.isdisjoint(changed)) and check.is_odd(item)
    )


def _shouts(item: Item) -> bool:
    # Letters without case, such as Chinese ones, are neither capital nor small.
    return item.title.isupper() and sum(map(str.isupper, item.title)) >= CAPITALS


def _repeats_title(item: Item) -> bool:
    said = item.description.casefold().split()
    return bool(said) and said == item.title.casefold().split()


def _check(is_odd: Callable[[Item], bool], *fields: str) -> Check:
    return Check(frozenset(fields), is_odd)


CHECKS: Mapping[str, Check] = {
    "title-in-capitals": _check(_shouts, "title"),
    "title-long": _check(lambda item: len(item.title) > LONG_TITLE, "title"),
    "description-missing": _check(lambda item: not item.description.strip(), "description"),
    "description-repeats-title": _check(_repeats_title, "description", "title"),
    "categories-missing": _check(lambda item: not item.categories, "categories"),
    "price-missing": _check(lambda item: item.price is None, "price"),
    "price-zero": _check(lambda item: item.price == 0, "price"),
    "rating-without-reviews": _check(
        lambda item: bool(item.rating) and not item.review_count, "rating", "review_count"
    ),
    "image-missing": _check(lambda item: not item.image_url.strip(), "image_url"),
}
"""By the names and in the order of the contract, which a test compares."""
