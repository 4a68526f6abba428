"""Whether a shopper's filter is at least as narrow as a rule's, decided from their parts alone."""

import math
from collections.abc import Sequence

from indexing.filters import AnyOf, Filter, Range
from rules.situation import conjuncts


def contains(restrictions: Sequence[Filter], wanted: Filter) -> bool:
    """`restrictions` are the parts of the shopper's filter that must all hold. Every part of
    `wanted` must follow from one of them; parts with `any` and `not` only from an equal one."""
    return all(any(_implies(given, part) for given in restrictions) for part in conjuncts(wanted))


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
