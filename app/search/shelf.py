"""Lays out the candidates of one request for the rules that arrange them; called by the pipeline
and by the commands that measure rules."""

import math
from collections.abc import Sequence

import numpy as np

from app.features.store import FeatureStore
from app.search.result_set import sort_column
from indexing.candidates import Candidates, Floats
from indexing.documents import Item, ItemId
from indexing.filters import attribute_name
from indexing.index import ItemIndex
from indexing.queries import Sort
from ranking.facts import NUMBERS, ItemFacts
from rules.match import FiredRules
from rules.model import Diversify, Pin
from rules.rewrite import Rewritten
from rules.shelf import Shelf

RELEVANCE_CUTOFF = math.log(50)
"""A sort orders the candidates whose odds are at least a fiftieth of the best one's, by the
model's scores, under which exp(score) is proportional to an item's chance of being chosen. Else
the cheapest of two hundred neighbours would be first, whatever was asked for."""


def lay_out(
    candidates: Candidates,
    facts: Sequence[ItemFacts],
    scores: Floats,
    fired: FiredRules,
    rewritten: Rewritten,
    store: FeatureStore,
    index: ItemIndex,
    grouped: bool,
) -> Shelf:
    """Only the columns that the rules at hand read: most requests have neither pins nor a sort."""
    pins = any(fired.each(Pin))
    variety, _ = fired.strongest(Diversify)
    field = None if variety is None else variety[1].field
    stock, popular = NUMBERS.index("in_stock"), NUMBERS.index("popularity")
    return Shelf(
        item_ids=[fact.item_id for fact in facts],
        scores=scores,
        group_ids=[fact.group_id for fact in facts] if pins or grouped else (),
        grouped=grouped,
        in_stock=[bool(fact.numbers[stock]) for fact in facts] if pins else (),
        popularity=[float(fact.numbers[popular]) for fact in facts] if pins else (),
        brought=(candidates.fused == 0.0).tolist() if pins else (),
        stopped=_stopped(candidates, rewritten, index),
        sort_values=_sort_values(candidates, rewritten.sort, store),
        relevant=_relevant(scores, rewritten),
        variety={} if field is None else {field: _values(candidates, field, store)},
    )


def _stopped(candidates: Candidates, rewritten: Rewritten, index: ItemIndex) -> Sequence[bool]:
    """What one rule's pin brought in regardless of the filters, another's must not place."""
    expanded = rewritten.expanded
    if expanded.forced is None or expanded.filter is None or not len(candidates):
        return ()
    passing = index.matching(candidates.keys, expanded.filter)
    return [key not in passing for key in candidates.keys.tolist()]


def _sort_values(
    candidates: Candidates, sort: Sort | None, store: FeatureStore
) -> list[float] | None:
    if sort is None:
        return None
    values: list[float] = store.columns.numbers_of(sort_column(sort), candidates.keys).tolist()
    return values


def _relevant(scores: Floats, rewritten: Rewritten) -> Sequence[bool]:
    if rewritten.sort is None:
        return ()
    if not rewritten.expanded.text:
        return [True] * len(scores)
    relevant: list[bool] = (scores >= np.max(scores, initial=-np.inf) - RELEVANCE_CUTOFF).tolist()
    return relevant


def _values(candidates: Candidates, field: str, store: FeatureStore) -> list[str]:
    stored = store.items(candidates.keys.tolist())
    return ["" if entry is None else _value(entry.item, field) for entry in stored]


def _value(item: Item, field: str) -> str:
    name = attribute_name(field)
    if name is not None:
        return str(item.attributes.get(name, ""))
    match field:
        case "brand":
            return item.brand
        case "categories":
            return " > ".join(item.categories)
        case _:
            return item.group_id or ItemId(item.id)
