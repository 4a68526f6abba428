"""One search request from the query to ranked, explained hits; called by the API and the page."""

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from app.features.store import FeatureStore
from app.rules.store import LiveRules
from app.search.errors import PageOutOfRange
from app.search.load import Load
from app.search.query_encoder import QueryEncoder
from app.search.render import render_hits
from app.search.schemas import AppliedRule, QueryEcho, SearchResponse, Total
from app.search.stages import Stages
from indexing.candidates import Candidates, take
from indexing.index import POOL_SIZE, ItemIndex
from indexing.queries import ExpandedQuery, SearchQuery
from ranking.features import FeatureMatrix, extract, no_features
from ranking.scorer import RetrievalOrderScorer, Scorer
from rules.arrange import Target, arrange
from rules.match import FiredRules, match
from rules.model import Boost, Bury
from rules.rewrite import rewrite

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


class SearchPipeline:
    """Holds the parts; a request keeps nothing here, so any number may run at once."""

    def __init__(
        self,
        *,
        rules: LiveRules,
        encoder: QueryEncoder,
        index: ItemIndex,
        store: FeatureStore,
        scorer: Callable[[], Scorer],
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._rules = rules
        self._encoder = encoder
        self._index = index
        self._store = store
        self._scorer = scorer
        self._clock = clock
        self._retrieval_order = RetrievalOrderScorer()
        self._load = Load()

    def search(self, query: SearchQuery) -> SearchResponse:
        """Raises `PageOutOfRange` for a page behind the candidates, and `IndexUnavailable`; any
        other stage that fails or comes too late is replaced, and named in `degraded`."""
        with self._load.one_more():
            return self._answer(query)

    def _answer(self, query: SearchQuery) -> SearchResponse:
        now = self._clock()
        stages = Stages()

        with stages.timed("rules"):
            fired = match(self._rules.current(), query.text, now)
            expanded = rewrite(query, fired)
        candidates = self.retrieve(expanded, stages)
        candidates, features = self.join_features(expanded, candidates, now, stages)
        with stages.optional("score"):
            scores = self._retrieval_order.score(features.values, candidates.fused)
            if expanded.text and features.complete and stages.in_time("score"):
                scores = self._scorer().score(features.values, candidates.fused)
        with stages.timed("rules"):
            targets = self.targets(candidates, fired)
            ranked = arrange(features.item_ids, scores.values, fired, targets)

        first = (query.page - 1) * query.per_page
        if first >= len(ranked) and query.page > 1:
            raise PageOutOfRange(
                f"page {query.page} lies behind the {len(ranked)} candidates of this query; "
                f"the last page of {query.per_page} is {-(-len(ranked) // query.per_page) or 1}"
            )
        page = ranked[first : first + query.per_page]
        stored = self._store.items([int(candidates.keys[hit.candidate]) for hit in page])
        return SearchResponse(
            query_id=uuid.uuid4().hex,
            query=QueryEcho(query.text, expanded.text),
            total=Total(len(ranked), "capped" if candidates.capped else "exact"),
            hits=render_hits(
                page, first, stored, candidates, features, scores, explain=query.explain
            ),
            applied_rules=tuple(AppliedRule(rule.id, rule.name) for rule in fired.rules),
            degraded=stages.degraded,
            timings_ms=stages.timings(),
        )

    def retrieve(self, expanded: ExpandedQuery, stages: Stages) -> Candidates:
        """The pool: by all retrievers, or by popularity where nothing was asked for."""
        if not expanded.text:
            with stages.timed("retrieve"):
                return self._index.browse(expanded, POOL_SIZE)
        with stages.timed("embed"):
            try:
                vectors = self._encoder.encode(expanded.text, self._load.alone)
            except Exception:  # whatever a model raises, words can still be searched for
                logger.exception("the encoder failed; searching by words alone")
                stages.degrade("embed")
                vectors = self._encoder.encode_lexical(expanded.text)
        with stages.timed("retrieve"):
            return self._index.retrieve(expanded, vectors, POOL_SIZE)

    def join_features(
        self, expanded: ExpandedQuery, candidates: Candidates, now: datetime, stages: Stages
    ) -> tuple[Candidates, FeatureMatrix]:
        """Joins what Postgres knows about the candidates. One that it no longer knows is dropped:
        the index may be a moment behind, and there would be nothing to show."""
        with stages.timed("features"):
            facts = self._store.facts(candidates.keys.tolist())
            if None in facts:
                candidates = take(candidates, [n for n, fact in enumerate(facts) if fact])
            known = [fact for fact in facts if fact is not None]
            try:
                if expanded.text and stages.in_time("features"):
                    return candidates, extract(expanded.text, candidates, known, now)
            except Exception:  # a feature that fails must not take the results with it
                logger.exception("feature extraction failed; keeping the order of retrieval")
                stages.degrade("features")
            return candidates, no_features(known)

    def targets(self, candidates: Candidates, fired: FiredRules) -> Mapping[Target, frozenset[int]]:
        """Which candidates pass the filter of each boost and bury that fired, by Qdrant's own
        reading of the filter, so that a rule means the same before and after retrieval."""
        targets: dict[Target, frozenset[int]] = {}
        for r, rule in enumerate(fired.rules):
            for i, instruction in enumerate(rule.then):
                if isinstance(instruction, (Boost, Bury)) and instruction.filter is not None:
                    passing = self._index.matching(candidates.keys, instruction.filter)
                    targets[r, i] = frozenset(
                        n for n, key in enumerate(candidates.keys.tolist()) if key in passing
                    )
        return targets
