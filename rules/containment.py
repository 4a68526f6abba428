"""Whether a shopper's filter is at least as narrow as a rule's, decided from their parts alone."""

import math
from collections.abc import Sequence

from indexing.filters import AnyOf, Filter, Range
from rules.situation import conjuncts


def contains(restrictions: Sequence[Filter], wanted: Filter) -> bool:
    """`restrictions` are the parts of the shopper's filter that must all hold. Every part of
    `wanted` must follow from one of them; parts with `any` and `not` only from an equal one."""
    joined = [*restrictions, *_joined_ranges(restrictions)]
    return all(any(_implies(given, part) for given in joined) for part in conjuncts(wanted))


def _joined_ranges(restrictions: Sequence[Filter]) -> list[Range]:
    """By field, all bounds in one: a shopper may give the lower and the upper one apart."""
    by_field: dict[str, list[Range]] = {}
    for part in restrictions:
        if isinstance(part, Range):
            by_field.setdefault(part.field, []).append(part)
    return [_join(field, parts) for field, parts in by_field.items() if len(parts) > 1]


def _join(field: str, parts: Sequence[Range]) -> Range:
    low, above = max(map(_lower, parts))
    high, below = min(map(_upper, parts))
    bounds: dict[str, float] = {}
    if low > -math.inf:
        bounds["gt" if above else "gte"] = low
    if high < math.inf:
        bounds["lt" if below else "lte"] = high
    return Range(field, **bounds)


def _implies(given: Filter, wanted: Filter) -> bool:
    match given, wanted:
        case AnyOf(field=field, values=chosen), AnyOf(field=other, values=allowed):
            return field == other and set(map(_typed, chosen)) <= set(map(_typed, allowed))
        case Range(), Range():
            return (
                given.field == wanted.field
                and _lower(given) >= _lower(wanted)
                and _upper(given) <= _upper(wanted)
            )
        case _:
            return given == wanted


def _typed(value: str | float | bool) -> tuple[bool, str | float | bool]:
    return isinstance(value, bool), value  # else True would be 1


# A bound as a pair, so that `above 5` is narrower than `5 or above`.
def _lower(bounds: Range) -> tuple[float, int]:
    over = (-math.inf, 0) if bounds.gt is None else (bounds.gt, 1)
    return max(over, (-math.inf, 0) if bounds.gte is None else (bounds.gte, 0))


def _upper(bounds: Range) -> tuple[float, int]:
    under = (math.inf, 0) if bounds.lt is None else (bounds.lt, -1)
    return min(under, (math.inf, 0) if bounds.lte is None else (bounds.lte, 0))
