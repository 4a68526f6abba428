"""What another version of the rules would change for some queries, side by side with today."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.features.store import FeatureStore
from app.search.pipeline import SearchPipeline
from app.search.ranking import Ranking
from app.search.render import applied_rules, sort_of, suppressed_rules
from app.search.schemas import AppliedRule, Placement, SuppressedRule
from app.search.stages import NO_BUDGET, Stages
from indexing.documents import Item, ItemId
from indexing.queries import SearchQuery
from ranking.evaluate import measure
from rules.model import Banner
from rules.ruleset import RuleSet

DEPTH = 10
"""Hits that are shown and compared."""

REACH = 100
"""How far down the other list an item's former position is told."""

NDCG = "ndcg@10"


class PreviewHit(msgspec.Struct, frozen=True):
    id: str
    title: str
    brand: str
    price: float | None
    currency: str
    image_url: str
    group_id: str | None
    position: int
    placement: Placement
    was: int | None
    """The position in the other list, null beyond the first hundred."""


class Side(msgspec.Struct, frozen=True):
    """One query under one version."""

    hits: tuple[PreviewHit, ...]
    applied_rules: tuple[AppliedRule, ...]
    suppressed_rules: tuple[SuppressedRule, ...]
    applied_query: str
    sort: str
    redirect: str | None
    banners: tuple[Banner, ...]
    data: tuple[dict[str, Any], ...]
    ndcg_at_10: float | None


class QueryPreview(msgspec.Struct, frozen=True):
    query: str
    overlap_at_10: float
    changed: bool
    gained: tuple[str, ...]
    """Items among the first ten after, and not before."""
    lost: tuple[str, ...]
    before: Side
    after: Side


class Summary(msgspec.Struct, frozen=True):
    queries: int
    changed: int
    mean_overlap_at_10: float
    ndcg_at_10_before: float | None
    ndcg_at_10_after: float | None


class Previewer:
    """Asks the live pipeline twice; nothing of it is counted as a search."""

    def __init__(self, search: SearchPipeline, store: FeatureStore) -> None:
        self._search = search
        self._store = store

    def compare(
        self,
        query: SearchQuery,
        before: RuleSet,
        after: RuleSet,
        grades: Mapping[ItemId, int] | None,
        at: datetime | None = None,
    ) -> QueryPreview:
        """`grades` are the judgments about this query, where there are any; of both versions the
        rules act that hold now, or `at` another moment."""
        old = self._search.rank(query, before, Stages(NO_BUDGET), rules_at=at)
        new = self._search.rank(query, after, Stages(NO_BUDGET), rules_at=at)
        old_ids, new_ids = old.item_ids, new.item_ids
        shown, showing = old_ids[:DEPTH], new_ids[:DEPTH]
        old_side = self._side(old, old_ids, new_ids, grades)
        new_side = self._side(new, new_ids, old_ids, grades)
        return QueryPreview(
            query=query.text,
            overlap_at_10=_overlap(shown, showing),
            changed=shown != showing or _beside(old_side) != _beside(new_side),
            gained=tuple(item for item in showing if item not in shown),
            lost=tuple(item for item in shown if item not in showing),
            before=old_side,
            after=new_side,
        )

    def _side(
        self,
        ranking: Ranking,
        ids: Sequence[ItemId],
        others: Sequence[ItemId],
        grades: Mapping[ItemId, int] | None,
    ) -> Side:
        elsewhere = {item: place for place, item in enumerate(others[:REACH], start=1)}
        placed = ranking.arrangement.placed[:DEPTH]
        stored = self._store.items(ranking.keys[:DEPTH])
        hits = tuple(
            _hit(entry.item, place, hit.placement, elsewhere.get(ItemId(entry.item.id)))
            for place, (hit, entry) in enumerate(zip(placed, stored, strict=True), start=1)
            if entry is not None
        )
        return Side(
            hits=hits,
            applied_rules=applied_rules(ranking),
            suppressed_rules=suppressed_rules(ranking),
            applied_query=ranking.rewritten.expanded.text,
            sort=sort_of(ranking),
            redirect=ranking.rewritten.redirect,
            banners=ranking.rewritten.banners,
            data=ranking.rewritten.data,
            ndcg_at_10=None if not grades else measure(ids, grades)[NDCG],
        )


def summarise(previews: Sequence[QueryPreview]) -> Summary:
    def mean(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return round(sum(known) / len(known), 6) if known else None

    return Summary(
        queries=len(previews),
        changed=sum(preview.changed for preview in previews),
        mean_overlap_at_10=mean([preview.overlap_at_10 for preview in previews]) or 0.0,
        ndcg_at_10_before=mean([preview.before.ndcg_at_10 for preview in previews]),
        ndcg_at_10_after=mean([preview.after.ndcg_at_10 for preview in previews]),
    )


def _beside(side: Side) -> tuple[object, ...]:
    """What an answer says beside its hits."""
    return side.applied_query, side.sort, side.redirect, side.banners, side.data


def _overlap(before: Sequence[ItemId], after: Sequence[ItemId]) -> float:
    """The share of the first ten that both have; of two empty lists, all."""
    longest = max(len(before), len(after))
    return len(set(before) & set(after)) / longest if longest else 1.0


def _hit(item: Item, position: int, placement: Placement, was: int | None) -> PreviewHit:
    return PreviewHit(
        id=item.id,
        title=item.title,
        brand=item.brand,
        price=item.price,
        currency=item.currency,
        image_url=item.image_url,
        group_id=item.group_id,
        position=position,
        placement=placement,
        was=was,
    )
