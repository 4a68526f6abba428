"""Variety on a page: what is over the limit waits for a later page."""

from collections import Counter
from collections.abc import Sequence


def diversify(
    order: Sequence[int],
    fixed: frozenset[int],
    values: Sequence[str],
    max_per_page: int,
    per_page: int,
) -> list[int]:
    """The candidates of `order` again, so that each page of `per_page` has at most `max_per_page`
    with one value, as long as others are left. Those in `fixed` keep their places and count.
    `values` has each candidate's value, empty for one that has none and is not counted."""
    waiting = [n for n in order if n not in fixed]
    arranged: list[int] = []
    for first in range(0, len(order), per_page):
        places = order[first : first + per_page]
        counts = Counter(values[n] for n in places if n in fixed)
        for there in places:
            if there in fixed:
                arranged.append(there)
                continue
            free = (k for k, n in enumerate(waiting) if _fits(values[n], counts, max_per_page))
            chosen = waiting.pop(next(free, 0))
            counts[values[chosen]] += 1
            arranged.append(chosen)
    return arranged


def _fits(value: str, counts: Counter[str], most: int) -> bool:
    return not value or counts[value] < most
