"""What is merely odd about an item: it is accepted, and counted by the contract's soft rules."""

from collections.abc import Callable, Mapping

from indexing.documents import Item

CAPITALS = 8
"""From so many on a title shouts; `NIKON D850` is a name."""

LONG_TITLE = 200


def warnings_of(item: Item) -> tuple[str, ...]:
    """The names of the soft rules that the item trips, in the contract's order."""
    return tuple(name for name, is_odd in CHECKS.items() if is_odd(item))


def _shouts(item: Item) -> bool:
    # Letters without case, such as Chinese ones, are neither capital nor small.
    return item.title.isupper() and sum(map(str.isupper, item.title)) >= CAPITALS


def _repeats_title(item: Item) -> bool:
    said = item.description.casefold().split()
    return bool(said) and said == item.title.casefold().split()


CHECKS: Mapping[str, Callable[[Item], bool]] = {
    "title-in-capitals": _shouts,
    "title-long": lambda item: len(item.title) > LONG_TITLE,
    "description-missing": lambda item: not item.description.strip(),
    "description-repeats-title": _repeats_title,
    "categories-missing": lambda item: not item.categories,
    "price-missing": lambda item: item.price is None,
    "price-zero": lambda item: item.price == 0,
    "rating-without-reviews": lambda item: bool(item.rating) and not item.review_count,
    "image-missing": lambda item: not item.image_url.strip(),
}
"""By the names and in the order of the contract, which a test compares."""
