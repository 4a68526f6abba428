"""The answer's parts that follow from the ranking alone: its head, items and traces."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from app.search.ranking import Ranking
from app.search.schemas import (
    AppliedRule,
    Facet,
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
    hits: Sequence[Hit],
    facets: Mapping[str, Facet],
    stages: Stages,
) -> SearchResponse:
    rewritten = ranking.rewritten
    expanded = rewritten.expanded
    capped = ranking.results is not None and ranking.results.capped
    return SearchResponse(
        query_id=uuid.uuid4().hex,
        query=QueryEcho(
            query.text,
            expanded.text,
            tuple(variant.text for variant in expanded.variants),
            ranking.corrected,
            ranking.relaxed,
        ),
        total=Total(ranking.total, "capped" if capped else "exact"),
        hits=tuple(hits),
        ruleset_version=ranking.fired.version,
        applied_rules=applied_rules(ranking),
        degraded=stages.degraded,
        timings_ms=stages.timings(),
        sort=sort_of(ranking),
        experiments=ranking.experiments,
        explored=ranking.explored or msgspec.UNSET,
        redirect=rewritten.redirect,
        banners=rewritten.banners,
        data=rewritten.data,
        suppressed_rules=suppressed_rules(ranking) if query.explain else msgspec.UNSET,
        facets=facets if query.facets else msgspec.UNSET,
    )


def sort_of(ranking: Ranking) -> str:
    """The shopper's, a rule's, or `relevance`."""
    sort = ranking.rewritten.sort
    return RELEVANCE if sort is None else str(sort)


def applied_rules(ranking: Ranking) -> tuple[AppliedRule, ...]:
    return tuple(AppliedRule(rule.id, rule.name) for rule in ranking.acted)


def suppressed_rules(ranking: Ranking) -> tuple[SuppressedRule, ...]:
    return tuple(
        SuppressedRule(entry.rule.id, entry.rule.name, entry.place, entry.reason)
        for entry in ranking.suppressed
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


class Explainer:
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
