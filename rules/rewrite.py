"""The place before retrieval where rules act: query text, filters, hidden and must-include items,
and what the answer gets besides hits."""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from indexing.filters import AnyOf, Either, Filter, both
from indexing.queries import ExpandedQuery, SearchQuery, Sort
from rules.match import FiredRules, Suppressed
from rules.model import (
    Banner,
    Data,
    Hide,
    Instruction,
    Pin,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    Rule,
    SortBy,
    Synonym,
)
from rules.synonyms import variants_of
from rules.text import exchange, words


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


Kind = TypeVar("Kind", bound=Instruction)


def rewrite(query: SearchQuery, fired: FiredRules) -> Rewritten:
    """Hiding wins over pinning, whichever rule is stronger. Where only one can act, the strongest
    rule's does."""
    suppressed: list[Suppressed] = []
    replaced = _strongest(fired, ReplaceQuery, suppressed)
    text = " ".join(query.text.split()) if replaced is None else replaced.text
    text = _without(text, [part for _, _, part in _all(fired, RemoveWords)])
    sort = query.sort
    if sort is None:
        by_rule = _strongest(fired, SortBy, suppressed)
        sort = None if by_rule is None else by_rule.sort
    else:
        for rule, n, _ in _all(fired, SortBy):
            suppressed.append(Suppressed(rule, "the shopper sorts", n))
    redirect = _strongest(fired, Redirect, suppressed)
    pins_hold = query.sort is None
    included, forced = _pinned(fired) if pins_hold else (None, None)
    return Rewritten(
        expanded=ExpandedQuery(
            text=text,
            variants=variants_of(text, [synonym for _, _, synonym in _all(fired, Synonym)]),
            filter=both(query.filter, *(part.filter for _, _, part in _all(fired, Restrict))),
            hidden=_hidden(fired),
            included=included,
            forced=forced,
        ),
        sort=sort,
        pins_hold=pins_hold,
        redirect=None if redirect is None else redirect.url,
        banners=tuple(banner for _, _, banner in _all(fired, Banner)),
        data=tuple(part.data for _, _, part in _all(fired, Data)),
        suppressed=tuple(suppressed),
    )


def _all(fired: FiredRules, kind: type[Kind]) -> Iterator[tuple[Rule, int, Kind]]:
    """Each instruction of the kind, its rule and its place there, the strongest rule's first."""
    for rule in fired.rules:
        for n, instruction in enumerate(rule.then):
            if isinstance(instruction, kind):
                yield rule, n, instruction


def _strongest(fired: FiredRules, kind: type[Kind], suppressed: list[Suppressed]) -> Kind | None:
    acting: tuple[Rule, Kind] | None = None
    for rule, n, instruction in _all(fired, kind):
        if acting is None:
            acting = rule, instruction
        else:
            suppressed.append(Suppressed(rule, f"rule {acting[0].id} is stronger", n))
    return None if acting is None else acting[1]


def _without(text: str, removals: list[RemoveWords]) -> str:
    """A text from which nothing is taken stays as the shopper wrote it."""
    phrases = sorted({p for removal in removals for p in removal.phrases}, key=len, reverse=True)
    asked = " ".join(words(text))
    left = asked
    for phrase in phrases:
        left = exchange(left, phrase, "")
    return text if left == asked else left


def _hidden(fired: FiredRules) -> Filter | None:
    ids = dict.fromkeys(item for _, _, hide in _all(fired, Hide) for item in hide.item_ids)
    filters = [hide.filter for _, _, hide in _all(fired, Hide) if hide.filter is not None]
    parts = [*([AnyOf("id", tuple(ids))] if ids else []), *filters]
    return _any_of(parts)


def _pinned(fired: FiredRules) -> tuple[Filter | None, Filter | None]:
    """The items that pins bring in where the filters let them, and those brought in regardless."""
    included: list[Filter] = []
    forced: list[Filter] = []
    for ignore_filters, parts in ((False, included), (True, forced)):
        pins = [pin for _, _, pin in _all(fired, Pin) if pin.ignore_filters is ignore_filters]
        ids = tuple(dict.fromkeys(pin.item_id for pin in pins if pin.item_id))
        groups = tuple(dict.fromkeys(pin.group_id for pin in pins if pin.group_id))
        parts += [AnyOf("id", ids)] if ids else []
        parts += [AnyOf("group_id", groups)] if groups else []
    return _any_of(included), _any_of(forced)


def _any_of(parts: list[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Either(tuple(parts))
