"""Which rules act on a recommendation, and how the filters of a request are read for one."""

from collections.abc import Iterator, Sequence

import msgspec

from indexing.filters import All, AnyOf, Either, Filter, Not, both
from indexing.queries import SearchQuery
from rules.match import FiredRules
from rules.model import Boost, Bury, Diversify, Hide, Pin, Restrict, Rule
from rules.rewrite import Rewritten, rewrite

CONTEXT_KEY = "recommend"
"""Under which rules find the kind of recommendation in the request's context."""

IN_STOCK = AnyOf("in_stock", (True,))

_ACTING = (Boost, Bury, Diversify, Hide, Pin, Restrict)


def concerns_recommendations(rule: Rule) -> bool:
    """Nobody has asked anything here: neither is a query as a rule wants it, nor is it empty, as
    where a shopper browses. Of a rule that does act, the other instructions are left alone."""
    asks = rule.when.query is not None or rule.when.empty_query is not None
    return not asks and any(isinstance(instruction, _ACTING) for instruction in rule.then)


def rewrite_without_text(
    query: SearchQuery, fired: FiredRules, without_groups: Sequence[str]
) -> Rewritten:
    """The request after those rules; no item of the groups is brought in by anything."""
    rewritten = rewrite(query, fired)
    expanded = rewritten.expanded
    stock = None if _speaks_of(query.filter, IN_STOCK.field) else IN_STOCK
    given = AnyOf("group_id", tuple(without_groups)) if without_groups else None
    return Rewritten(
        expanded=msgspec.structs.replace(
            expanded,
            text="",
            variants=(),
            filter=both(expanded.filter, stock),
            hidden=_either(expanded.hidden, given),
        ),
        suppressed=(
            *rewritten.suppressed,
            *fired.suppress_others(
                _ACTING, "it does not act on recommendations", rewritten.suppressed
            ),
        ),
    )


def _either(*filters: Filter | None) -> Filter | None:
    parts = tuple(part for part in filters if part is not None)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Either(parts)


def _speaks_of(condition: Filter | None, field: str) -> bool:
    return condition is not None and field in _fields(condition)


def _fields(condition: Filter) -> Iterator[str]:
    match condition:
        case All(parts) | Either(parts):
            for part in parts:
                yield from _fields(part)
        case Not(part):
            yield from _fields(part)
        case _:
            yield condition.field
