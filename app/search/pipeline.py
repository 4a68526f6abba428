"""One search request from the query to ranked, explained hits; called by the API and the page."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from app.features.store import FeatureStore
from app.rules.live_rules import LiveRules
from app.search.errors import PageOutOfRange
from app.search.query_encoder import QueryEncoder
from app.search.ranking import Ranking
from app.search.render import render
from app.search.schemas import SearchResponse
from app.search.shelf import lay_out
from app.search.stages import Stages
from indexing.candidates import Candidates, take
from indexing.index import POOL_SIZE, ItemIndex
from indexing.queries import ExpandedQuery, SearchQuery
from ranking.facts import ItemFacts
from ranking.features import FeatureMatrix, extract, no_features
from ranking.scorer import RetrievalOrderScorer, Scorer
from rules.arrange import Target, arrange
from rules.match import FiredRules, match
from rules.model import Boost, Bury
from rules.rewrite import rewrite
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Record = Callable[[SearchQuery, SearchResponse], None]


class Searched(Protocol):
    """What a search needs of the collection that it searches."""

    @property
    def index(self) -> ItemIndex: ...

    @property
    def queries(self) -> QueryEncoder: ...


Lease = Callable[[], AbstractContextManager[Searched]]
"""Gives the live collection for one request, and keeps it open so long."""


class Joined(NamedTuple):
    """Candidates with what ranking knows of each, all of one length."""

    candidates: Candidates
    facts: list[ItemFacts]
    features: FeatureMatrix


class SearchPipeline:
    """Holds the parts; a request keeps nothing here, so any number may run at once."""

    def __init__(
        self,
        *,
        rules: LiveRules,
        lease: Lease,
        store: FeatureStore,
        scorer: Callable[[], Scorer],
        clock: Clock = lambda: datetime.now(UTC),
        record: Record = lambda query, response: None,
    ) -> None:
        self._rules = rules
        self._lease = lease
        self._store = store
        self._scorer = scorer
        self._clock = clock
        self._record = record
        self._retrieval_order = RetrievalOrderScorer()

    def search(self, query: SearchQuery) -> SearchResponse:
        """Raises `PageOutOfRange` for a page behind the candidates, and `IndexUnavailable`; any
        other stage that fails or comes too late is replaced, and named in `degraded`."""
        stages = Stages()
        ranking = self.rank(query, self._rules.current(), stages)
        response = self._page(query, ranking, stages)
        self._record(query, response)
        return response

    def rank(self, query: SearchQuery, rule_set: RuleSet, stages: Stages) -> Ranking:
        """All that is found for a query under one version of the rules, in its final order."""
        with self._lease() as serving:
            return self.rank_with(serving, query, rule_set, stages)

    def rank_with(
        self, serving: Searched, query: SearchQuery, rule_set: RuleSet, stages: Stages
    ) -> Ranking:
        """The same in a collection that need not be live."""
        now = self._clock()
        with stages.timed("rules"):
            fired = match(rule_set, query, now)
            rewritten = rewrite(query, fired)
        if rewritten.redirect is not None:
            return Ranking(fired, rewritten)
        expanded = rewritten.expanded
        candidates = self.retrieve(serving, expanded, stages)
        joined = self.join_features(expanded, candidates, now, stages)
        candidates, facts, features = joined.candidates, joined.facts, joined.features
        with stages.optional("score"):
            scores = self._retrieval_order.score(features.values, candidates.fused)
            if expanded.text and features.complete and stages.in_time("score"):
                scores = self._scorer().score(features.values, candidates.fused)
        with stages.timed("rules"):
            shelf = lay_out(
                candidates, facts, scores.values, fired, rewritten, self._store, serving.index
            )
            targets = self.targets(serving, candidates, fired)
            arrangement = arrange(shelf, fired, rewritten, targets, query.per_page)
        return Ranking(fired, rewritten, candidates, features, scores, arrangement)

    def _page(self, query: SearchQuery, ranking: Ranking, stages: Stages) -> SearchResponse:
        placed = ranking.arrangement.placed
        first = (query.page - 1) * query.per_page
        if first >= len(placed) and query.page > 1:
            raise PageOutOfRange(
                f"page {query.page} lies behind the {len(placed)} candidates of this query; "
                f"the last page of {query.per_page} is {-(-len(placed) // query.per_page) or 1}"
            )
        page = placed[first : first + query.per_page]
        stored = self._store.items([int(ranking.candidates.keys[hit.candidate]) for hit in page])
        return render(query, ranking, page, first, stored, stages)

    def retrieve(self, serving: Searched, expanded: ExpandedQuery, stages: Stages) -> Candidates:
        """The pool: by all retrievers, or by popularity where nothing was asked for."""
        if not expanded.text:
            with stages.timed("retrieve"):
                return serving.index.browse(expanded, POOL_SIZE)
        with stages.timed("embed"):
            try:
                vectors = serving.queries.encode_expanded(expanded)
            except Exception:  # whatever a model raises, words can still be searched for
                logger.exception("the encoder failed; searching by words alone")
                stages.degrade("embed")
                vectors = serving.queries.encode_lexical(expanded)
        with stages.timed("retrieve"):
            return serving.index.retrieve(expanded, vectors, POOL_SIZE)

    def join_features(
        self, expanded: ExpandedQuery, candidates: Candidates, now: datetime, stages: Stages
    ) -> Joined:
        """Joins what Postgres knows about the candidates. One that it no longer knows is dropped:
        the index may be a moment behind, and there would be nothing to show."""
        with stages.timed("features"):
            facts = self._store.facts(candidates.keys.tolist())
            if None in facts:
                candidates = take(candidates, [n for n, fact in enumerate(facts) if fact])
            known = [fact for fact in facts if fact is not None]
            try:
                if expanded.text and stages.in_time("features"):
                    features = extract(expanded.text, candidates, known, now, expanded.variants)
                    return Joined(candidates, known, features)
            except Exception:  # a feature that fails must not take the results with it
                logger.exception("feature extraction failed; keeping the order of retrieval")
                stages.degrade("features")
            return Joined(candidates, known, no_features(known))

    def targets(
        self, serving: Searched, candidates: Candidates, fired: FiredRules
    ) -> Mapping[Target, frozenset[int]]:
        """Which candidates pass the filter of each boost and bury that fired, by Qdrant's own
        reading of the filter, so that a rule means the same before and after retrieval."""
        targets: dict[Target, frozenset[int]] = {}
        for r, rule in enumerate(fired.rules):
            for i, instruction in enumerate(rule.then):
                if isinstance(instruction, (Boost, Bury)) and instruction.filter is not None:
                    passing = serving.index.matching(candidates.keys, instruction.filter)
                    targets[r, i] = frozenset(
                        n for n, key in enumerate(candidates.keys.tolist()) if key in passing
                    )
        return targets
