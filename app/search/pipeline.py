"""One search request from the query to ranked, explained hits; called by the API and the page."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import msgspec

from app.features.behaviour_features import BehaviourFeatures, NoBehaviour
from app.features.store import FeatureStore
from app.rules.live_rules import LiveRules
from app.search.errors import PageOutOfRange
from app.search.query_encoder import QueryEncoder
from app.search.ranking import Ranking
from app.search.render import render
from app.search.schemas import SearchResponse
from app.search.scoring import Scoring
from app.search.shelf import lay_out
from app.search.shown import Recorder, Shown
from app.search.stages import Stages
from app.search.treatment import UNTREATED, Treat, Treatment, leave_alone
from indexing.candidates import Candidates, take
from indexing.index import POOL_SIZE, ItemIndex
from indexing.queries import ExpandedQuery, SearchQuery
from ranking.facts import ItemFacts
from ranking.feature_checks import check_values
from ranking.features import FeatureMatrix, extract, no_features
from ranking.scorer import Scorer
from rules.arrange import Target, arrange
from rules.match import FiredRules, match
from rules.model import Boost, Bury
from rules.rewrite import rewrite
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


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
        behaviour: BehaviourFeatures | None = None,
        scorer: Callable[[], Scorer],
        clock: Clock = lambda: datetime.now(UTC),
        recorders: Sequence[Recorder] = (),
        treat: Treat = leave_alone,
    ) -> None:
        self._rules = rules
        self._lease = lease
        self._store = store
        self._behaviour = behaviour or NoBehaviour()
        self._scoring = Scoring(scorer)
        self._clock = clock
        self._recorders = recorders
        self._treat = treat

    def search(self, query: SearchQuery) -> SearchResponse:
        """Raises `PageOutOfRange` for a page behind the candidates, and `IndexUnavailable`; any
        other stage that fails or comes too late is replaced, and named in `degraded`."""
        at = self._clock()
        shown = self._show(at, query, self._treat(query, at))
        for recorder in self._recorders:
            recorder.record(shown)
        return shown.response

    def show(self, query: SearchQuery) -> Shown:
        """The same for those who are no shoppers: nothing is recorded, tried or explored."""
        return self._show(self._clock(), query, UNTREATED)

    def _show(self, at: datetime, query: SearchQuery, treatment: Treatment) -> Shown:
        stages = Stages()
        if treatment.experiments:
            known = {**query.experiments, **treatment.experiments}
            query = msgspec.structs.replace(query, experiments=known)
        rule_set = treatment.rule_set or self._rules.current()
        ranking = self.rank(query, rule_set, stages, treatment)
        return self._page(at, query, ranking, stages)

    def rank(
        self,
        query: SearchQuery,
        rule_set: RuleSet,
        stages: Stages,
        treatment: Treatment = UNTREATED,
    ) -> Ranking:
        """All that is found for a query under one version of the rules, in its final order."""
        with self._lease() as serving:
            return self.rank_with(serving, query, rule_set, stages, treatment)

    def rank_with(
        self,
        serving: Searched,
        query: SearchQuery,
        rule_set: RuleSet,
        stages: Stages,
        treatment: Treatment = UNTREATED,
    ) -> Ranking:
        """The same in a collection that need not be live."""
        now = self._clock()
        with stages.timed("rules"):
            fired = match(rule_set, query, now)
            rewritten = rewrite(query, fired)
        if rewritten.redirect is not None:
            return Ranking(fired, rewritten, experiments=treatment.experiments)
        expanded = rewritten.expanded
        candidates = self.retrieve(serving, expanded, stages)
        joined = self.join_features(expanded, candidates, now, stages, query)
        candidates, facts, features = joined.candidates, joined.facts, joined.features
        scored = self._scoring.score(rewritten, features, candidates.fused, treatment, stages)
        with stages.timed("rules"):
            shelf = lay_out(
                candidates, facts, scored.order, fired, rewritten, self._store, serving.index
            )
            targets = self.targets(serving, candidates, fired)
            arrangement = arrange(shelf, fired, rewritten, targets, query.per_page)
        return Ranking(
            fired,
            rewritten,
            candidates,
            features,
            scored.scores,
            arrangement,
            scored.model_version,
            treatment.experiments,
            scored.explored,
            scored.teams,
        )

    def _page(self, at: datetime, query: SearchQuery, ranking: Ranking, stages: Stages) -> Shown:
        placed = ranking.arrangement.placed
        first = (query.page - 1) * query.per_page
        if first >= len(placed) and query.page > 1:
            raise PageOutOfRange(
                f"page {query.page} lies behind the {len(placed)} candidates of this query; "
                f"the last page of {query.per_page} is {-(-len(placed) // query.per_page) or 1}"
            )
        page = placed[first : first + query.per_page]
        stored = self._store.items([int(ranking.candidates.keys[hit.candidate]) for hit in page])
        response = render(query, ranking, page, first, stored, stages)
        return Shown(at, query, ranking, page, first, response)

    def retrieve(self, serving: Searched, expanded: ExpandedQuery, stages: Stages) -> Candidates:
        """The pool: by all retrievers, or by popularity where nothing was asked for."""
        if not expanded.text:
            with stages.timed("retrieve"):
                return serving.index.browse(expanded, POOL_SIZE)
        with stages.timed("embed"):
            try:
                vectors = serving.queries.encode_expanded(expanded)
            except Exception as error:  # whatever a model raises, words can still be searched for
                stages.fall_back("embed", error)
                vectors = serving.queries.encode_lexical(expanded)
        with stages.timed("retrieve"):
            return serving.index.retrieve(expanded, vectors, POOL_SIZE)

    def join_features(
        self,
        expanded: ExpandedQuery,
        candidates: Candidates,
        now: datetime,
        stages: Stages,
        asked: SearchQuery | None = None,
    ) -> Joined:
        """Joins what Postgres knows about the candidates. One that it no longer knows is dropped:
        the index may be a moment behind, and there would be nothing to show. What shoppers did is
        looked up by what was asked, before any rule changed it."""
        with stages.timed("features"):
            facts = self._store.facts(candidates.keys.tolist())
            if None in facts:
                candidates = take(candidates, [n for n, fact in enumerate(facts) if fact])
            known = [fact for fact in facts if fact is not None]
            try:
                if expanded.text and stages.in_time("features"):
                    asked = asked or SearchQuery(text=expanded.text)
                    learned = self._behaviour.features(
                        asked.text, candidates.keys, known, asked.session_id, now
                    )
                    features = extract(
                        expanded.text, candidates, known, now, expanded.variants, learned
                    )
                    check_values(features.values)
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
