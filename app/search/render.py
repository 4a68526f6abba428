"""A ranking as the answer to a request: one page of hits, with one trace each where it is asked."""

import uuid
from collections.abc import Sequence

import msgspec

from app.items.repository import StoredItem
from app.search.ranking import Ranking
from app.search.schemas import (
    AppliedRule,
    FeatureTrace,
    Hit,
    HitItem,
    HitTrace,
    QueryEcho,
    RetrieverTrace,
    RuleEffect,
    SearchResponse,
    SuppressedRule,
    Total,
)
from app.search.stages import Stages
from indexing.candidates import Candidates, ranks_of
from indexing.documents import Item
from indexing.queries import RELEVANCE, SearchQuery
from ranking.features import FeatureMatrix
from ranking.scorer import Scores
from rules.arrange import Placed


def render(
    query: SearchQuery,
    ranking: Ranking,
    page: Sequence[Placed],
    first: int,
    stored: Sequence[StoredItem | None],
    stages: Stages,
) -> SearchResponse:
    """`page` starts behind `first` hits of earlier pages; `stored` has its items in its order."""
    rewritten = ranking.rewritten
    expanded = rewritten.expanded
    return SearchResponse(
        query_id=uuid.uuid4().hex,
        query=QueryEcho(
            query.text, expanded.text, tuple(variant.text for variant in expanded.variants)
        ),
        total=Total(
            len(ranking.arrangement.placed), "capped" if ranking.candidates.capped else "exact"
        ),
        hits=_hits(query, ranking, page, first, stored),
        ruleset_version=ranking.fired.version,
        applied_rules=tuple(AppliedRule(rule.id, rule.name) for rule in ranking.fired.rules),
        degraded=stages.degraded,
        timings_ms=stages.timings(),
        sort=RELEVANCE if rewritten.sort is None else str(rewritten.sort),
        experiments=ranking.experiments,
        explored=ranking.explored or msgspec.UNSET,
        redirect=rewritten.redirect,
        banners=rewritten.banners,
        data=rewritten.data,
        suppressed_rules=_suppressed(ranking) if query.explain else msgspec.UNSET,
    )


def _suppressed(ranking: Ranking) -> tuple[SuppressedRule, ...]:
    return tuple(
        SuppressedRule(entry.rule.id, entry.rule.name, entry.place, entry.reason)
        for entry in ranking.suppressed
    )


def _hits(
    query: SearchQuery,
    ranking: Ranking,
    page: Sequence[Placed],
    first: int,
    stored: Sequence[StoredItem | None],
) -> tuple[Hit, ...]:
    explainer = None
    if query.explain and page:
        explainer = _Explainer(ranking.candidates, ranking.features, ranking.scores)
    return tuple(
        Hit(
            id=entry.item.id,
            position=first + n,
            score=round(placed.score, 6),
            placement=placed.placement,
            item=hit_item(entry.item),
            explain=explainer.trace(placed, first + n) if explainer else None,
        )
        for n, (placed, entry) in enumerate(zip(page, stored, strict=True), start=1)
        if entry is not None
    )


def hit_item(item: Item) -> HitItem:
    return HitItem(
        id=item.id,
        title=item.title,
        description=item.description,
        brand=item.brand,
        categories=item.categories,
        price=item.price,
        currency=item.currency,
        in_stock=item.in_stock,
        rating=item.rating,
        review_count=item.review_count,
        popularity=item.popularity,
        released_at=item.released_at.isoformat() if item.released_at else None,
        group_id=item.group_id,
        image_url=item.image_url,
        url=item.url,
        attributes=item.attributes,
    )


class _Explainer:
    """Ranks are worked out once per request, not once per hit."""

    def __init__(self, candidates: Candidates, features: FeatureMatrix, scores: Scores) -> None:
        self._features = features
        self._scores = scores
        columns = {"fused": candidates.fused, **candidates.scores}
        self._retrieval = {name: (ranks_of(column), column) for name, column in columns.items()}

    def trace(self, placed: Placed, position: int) -> HitTrace:
        n = placed.candidate
        contributions = self._scores.contributions
        return HitTrace(
            retrieval={
                name: RetrieverTrace(int(ranks[n]), round(float(column[n]), 6))
                for name, (ranks, column) in self._retrieval.items()
            },
            features=tuple(
                FeatureTrace(
                    name,
                    round(float(self._features.values[n, f]), 6),
                    None if contributions is None else round(float(contributions[n, f]), 6),
                )
                for f, name in enumerate(self._features.names)
            ),
            model_score=round(float(self._scores.values[n]), 6),
            rules=tuple(
                RuleEffect(effect.rule.id, effect.rule.name, effect.words)
                for effect in placed.effects
            ),
            position=position,
        )
