"""A ranking as the answer to a request: one page of hits, with what else was asked for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.features.store import FeatureStore
from app.items.repository import StoredItem
from app.search.facets import FacetCounter
from app.search.highlight import Highlighter
from app.search.ranking import Ranking
from app.search.render import Explainer, hit_item, render
from app.search.schemas import Facet, Hit, SearchResponse, Variant
from app.search.stages import Stages
from indexing.documents import Item
from indexing.queries import SearchQuery
from rules.arrange import Placed

MAX_VARIANTS = 50
"""Of one hit; a product with more has a page of its own."""


class _Place(NamedTuple):
    """One place on the page."""

    key: int
    placed: Placed | None
    """None behind the candidates, where nothing is scored."""


class Answers:
    def __init__(self, store: FeatureStore, highlighter: Highlighter) -> None:
        self._store = store
        self._highlighter = highlighter

    def render(
        self, query: SearchQuery, ranking: Ranking, first: int, stages: Stages
    ) -> SearchResponse:
        """The page that starts behind `first` hits of earlier ones."""
        places = _places(ranking, first, query.per_page)
        stored = self._store.items([place.key for place in places])
        hits = self._hits(query, ranking, first, places, stored)
        if query.highlight and ranking.terms:
            with stages.timed("highlight"):
                hits = [self._highlighted(hit, query.highlight, ranking.terms) for hit in hits]
        facets: Mapping[str, Facet] = {}
        if query.facets and ranking.results is not None:
            with stages.timed("facets"):
                counter = FacetCounter(
                    ranking.results,
                    query.max_facet_values,
                    query.facet_query,
                    query.disjunctive,
                )
                facets = counter.count(query.facets)
        return render(query, ranking, hits, facets, stages)

    def _hits(
        self,
        query: SearchQuery,
        ranking: Ranking,
        first: int,
        places: Sequence[_Place],
        stored: Sequence[StoredItem | None],
    ) -> list[Hit]:
        explainer = None
        if query.explain and places:
            explainer = Explainer(ranking.candidates, ranking.features, ranking.scores)
        lowest = min((entry.score for entry in ranking.arrangement.placed), default=0.0)
        grouped = ranking.results is not None and ranking.results.has_variants
        hits: list[Hit] = []
        for position, (place, entry) in enumerate(zip(places, stored, strict=True), first + 1):
            if entry is None:
                continue
            placed = place.placed
            hits.append(
                Hit(
                    id=entry.item.id,
                    position=position,
                    score=round(lowest if placed is None else placed.score, 6),
                    placement="organic" if placed is None else placed.placement,
                    item=hit_item(entry.item),
                    explain=explainer.trace(placed, position) if explainer and placed else None,
                    variants=self._variants(ranking, place.key) if grouped else (),
                )
            )
        return hits

    def _variants(self, ranking: Ranking, key: int) -> tuple[Variant, ...]:
        if ranking.results is None:
            return ()
        others = ranking.results.variants_of(key)[:MAX_VARIANTS].tolist()
        if not others:
            return ()
        stored = self._store.items(others)
        return tuple(_variant(entry.item) for entry in stored if entry is not None)

    def _highlighted(self, hit: Hit, fields: Sequence[str], terms: frozenset[int]) -> Hit:
        marked: dict[str, str] = {}
        if "title" in fields and (title := self._highlighter.highlight(hit.item.title, terms)):
            marked["title"] = title
        if "description" in fields and (
            snippet := self._highlighter.snippet(hit.item.description, terms)
        ):
            marked["description"] = snippet
        return msgspec.structs.replace(hit, highlights=marked)


def _places(ranking: Ranking, first: int, count: int) -> list[_Place]:
    ranked = ranking.arrangement.placed
    places = [
        _Place(int(ranking.candidates.keys[entry.candidate]), entry)
        for entry in ranked[first : first + count]
    ]
    start = max(first - len(ranked), 0)
    rest = ranking.behind[start : start + count - len(places)]
    return [*places, *(_Place(key, None) for key in rest.tolist())]


def _variant(item: Item) -> Variant:
    return Variant(
        item.id,
        item.title,
        item.price,
        item.currency,
        item.in_stock,
        item.image_url,
        item.url,
        item.attributes,
    )
