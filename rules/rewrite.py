"""The place before retrieval where rules act: query text, filters, hidden and must-include items,
and what the answer gets besides hits."""

from typing import Any

import msgspec

from indexing.filters import AnyOf, Either, Filter, both
from indexing.queries import ExpandedQuery, SearchQuery, Sort
from rules.match import SHOPPER_SORTS, FiredRules, Suppressed
from rules.model import (
    Banner,
    Data,
    Hide,
    Pin,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    SortBy,
    Synonym,
)
from rules.synonyms import speaks_of, variants_of
from rules.text import exchange, stands_in, words


class Rewritten(msgspec.Struct, frozen=True, kw_only=True):
    """A request after the rules that act before retrieval."""

    expanded: ExpandedQuery
    sort: Sort | None = None
    """The shopper's, else a rule's."""
    pins_hold: bool = True
    """False where the shopper sorts."""
    redirect: str | None = None
    banners: tuple[Banner, ...] = ()
    data: tuple[dict[str, Any], ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


def rewrite(query: SearchQuery, fired: FiredRules) -> Rewritten:
    """Hiding wins over pinning, whichever rule is stronger. Where only one can act, the strongest
    rule's does."""
    replaced, suppressed = fired.strongest(ReplaceQuery)
    text = " ".join(query.text.split()) if replaced is None else replaced[1].text
    asked = " ".join(words(text))
    suppressed += [
        Suppressed(rule, "none of its words is in the query", n)
        for rule, n, removal in fired.each(RemoveWords)
        if not any(stands_in(phrase, asked) for phrase in removal.phrases)
    ]
    text = _without(text, asked, [part for _, _, part in fired.each(RemoveWords)])
    sort = query.sort
    if sort is None:
        by_rule, others = fired.strongest(SortBy)
        sort = None if by_rule is None else by_rule[1].sort
    else:
        others = fired.suppress(SortBy, SHOPPER_SORTS)
    redirect, weaker = fired.strongest(Redirect)
    suppressed += [*others, *weaker]
    suppressed += [
        Suppressed(rule, "none of its terms is in the query", n)
        for rule, n, synonym in fired.each(Synonym)
        if not speaks_of(text, synonym)
    ]
    restrictions = [part.filter for _, _, part in fired.each(Restrict)]
    pins_hold = query.sort is None
    included, forced = _pinned(fired) if pins_hold else (None, None)
    return Rewritten(
        expanded=ExpandedQuery(
            text=text,
            variants=variants_of(text, [synonym for _, _, synonym in fired.each(Synonym)]),
            filter=both(query.filter, *restrictions),
            restriction=both(*restrictions),
            hidden=_hidden(fired),
            included=included,
            forced=forced,
        ),
        sort=sort,
        pins_hold=pins_hold,
        redirect=None if redirect is None else redirect[1].url,
        banners=tuple(banner for _, _, banner in fired.each(Banner)),
        data=tuple(part.data for _, _, part in fired.each(Data)),
        suppressed=tuple(suppressed),
    )


def _without(text: str, asked: str, removals: list[RemoveWords]) -> str:
    """`asked` has the words of the text, which stays as the shopper wrote it where nothing is
    taken from it."""
    phrases = sorted({p for removal in removals for p in removal.phrases}, key=len, reverse=True)
    left = asked
    for phrase in phrases:
        left = exchange(left, phrase, "")
    return text if left == asked else left


def _hidden(fired: FiredRules) -> Filter | None:
    ids = dict.fromkeys(item for _, _, hide in fired.each(Hide) for item in hide.item_ids)
    filters = [hide.filter for _, _, hide in fired.each(Hide) if hide.filter is not None]
    parts = [*([AnyOf("id", tuple(ids))] if ids else []), *filters]
    return _any_of(parts)


def _pinned(fired: FiredRules) -> tuple[Filter | None, Filter | None]:
    """The items that pins bring in where the filters let them, and those brought in regardless."""
    included: list[Filter] = []
    forced: list[Filter] = []
    for ignore_filters, parts in ((False, included), (True, forced)):
        pins = [pin for _, _, pin in fired.each(Pin) if pin.ignore_filters is ignore_filters]
        ids = tuple(dict.fromkeys(pin.item_id for pin in pins if pin.item_id))
        groups = tuple(dict.fromkeys(pin.group_id for pin in pins if pin.group_id))
        parts += [AnyOf("id", ids)] if ids else []
        parts += [AnyOf("group_id", groups)] if groups else []
    return _any_of(included), _any_of(forced)


def _any_of(parts: list[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Either(tuple(parts))
