"""One search request from the query to ranked, explained hits; called by the API and the page."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from app.features.behaviour_features import BehaviourFeatures, NoBehaviour
from app.features.store import FeatureStore
from app.rules.live_rules import LiveRules
from app.search.answers import Answers
from app.search.finding import Finder, ItemsWith, Searched, encode, unknown_to_all
from app.search.highlight import MARKS_NOTHING, Highlighter
from app.search.ranking import Ranking
from app.search.schemas import SearchResponse
from app.search.scoring import Scoring
from app.search.shelf import lay_out
from app.search.shown import Recorder, Shown
from app.search.spelling import Correct, leave_as_typed
from app.search.stages import Stages
from app.search.treatment import UNTREATED, Treat, Treatment, leave_alone
from app.search.wording import Forms, as_typed
from indexing.candidates import Candidates, Floats, take
from indexing.index import POOL_SIZE
from indexing.queries import ExpandedQuery, SearchQuery
from indexing.units import spelled_alike
from ranking.facts import ItemFacts
from ranking.feature_checks import check_values
from ranking.features import FeatureMatrix, extract, no_features
from ranking.scorer import Scorer
from rules.arrange import Arrangement, Target, arrange, arrange_nothing
from rules.match import FiredRules, match
from rules.model import Boost, Bury
from rules.rewrite import Rewritten, rewrite
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]


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
        correct: Correct = leave_as_typed,
        items_with: ItemsWith = unknown_to_all,
        forms: Forms = as_typed,
        highlighter: Highlighter = MARKS_NOTHING,
    ) -> None:
        self._rules = rules
        self._lease = lease
        self._store = store
        self._behaviour = behaviour or NoBehaviour()
        self._scoring = Scoring(scorer)
        self._clock = clock
        self._recorders = recorders
        self._treat = treat
        self._correct = correct
        self._finder = Finder(store, items_with, forms)
        self._answers = Answers(store, highlighter)

    def search(self, query: SearchQuery, accepted: float | None = None) -> SearchResponse:
        """A page beyond the last has no hits. Raises `IndexUnavailable`; any other stage that fails
        or comes too late is replaced, and named in `degraded`. `accepted` is when the request was,
        by `perf_counter`; times are told from then on."""
        return self.answer(query, accepted).response

    def answer(self, query: SearchQuery, accepted: float | None = None) -> Shown:
        """The same, with all that was known of the result set, for the page's own counts."""
        stages = Stages(accepted=accepted)
        at = self._clock()
        shown = self._show(at, query, self._treat(query, at), stages)
        for recorder in self._recorders:
            recorder.record(shown)
        return shown

    def show(
        self,
        query: SearchQuery,
        rule_set: RuleSet | None = None,
        accepted: float | None = None,
    ) -> Shown:
        """The same for those who are no shoppers: nothing is recorded, tried or explored; with
        other rules than the live ones where they are given."""
        stages = Stages(accepted=accepted)
        return self._show(self._clock(), query, UNTREATED._replace(rule_set=rule_set), stages)

    def _show(
        self, at: datetime, query: SearchQuery, treatment: Treatment, stages: Stages
    ) -> Shown:
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
        rules_at: datetime | None = None,
    ) -> Ranking:
        """All that is found for a query under one version of the rules, in its final order; the
        rules are those that hold now, or at another moment."""
        with self._lease() as serving:
            return self.rank_with(serving, query, rule_set, stages, treatment, rules_at)

    def rank_with(
        self,
        serving: Searched,
        query: SearchQuery,
        rule_set: RuleSet,
        stages: Stages,
        treatment: Treatment = UNTREATED,
        rules_at: datetime | None = None,
    ) -> Ranking:
        """The same in a collection that need not be live."""
        now = self._clock()
        corrected = self._correct(query, rule_set) if query.correct and query.text else None
        if corrected is not None:
            query = msgspec.structs.replace(query, text=corrected)
        with stages.timed("rules"):
            fired = match(rule_set, query, rules_at or now)
            rewritten = rewrite(query, fired)
        if rewritten.redirect is not None:
            return Ranking(
                fired,
                rewritten,
                arrangement=arrange_nothing(fired, rewritten),
                experiments=treatment.experiments,
                corrected=corrected,
            )
        finding = self._finder.find(serving, rewritten, query, stages)
        rewritten = msgspec.structs.replace(rewritten, expanded=finding.expanded)
        joined = self.join_features(finding.expanded, finding.candidates, now, stages, query)
        candidates, features = joined.candidates, joined.features
        scored = self._scoring.score(rewritten, features, candidates.fused, treatment, stages)
        with stages.timed("rules"):
            arrangement = self.arrange_candidates(
                serving, query, fired, rewritten, joined, scored.order
            )
            placed = candidates.keys[[entry.candidate for entry in arrangement.placed]]
            rows = finding.results.columns.rows_of(placed)
            # What a rule has brought in and placed is counted like what was found.
            results = finding.results.with_rows(rows)
        return Ranking(
            fired,
            rewritten,
            candidates,
            features,
            scored.scores,
            arrangement,
            model_version=scored.model_version,
            experiments=treatment.experiments,
            explored=scored.explored,
            results=results,
            behind=results.behind(rows),
            terms=finding.terms,
            relaxed=finding.relaxed,
            corrected=corrected,
            teams=scored.teams,
        )

    def arrange_candidates(
        self,
        serving: Searched,
        query: SearchQuery,
        fired: FiredRules,
        rewritten: Rewritten,
        joined: Joined,
        scores: Floats,
    ) -> Arrangement:
        """What the rules that fired make of candidates in the order of those scores."""
        shelf = lay_out(
            joined.candidates,
            joined.facts,
            scores,
            fired,
            rewritten,
            self._store,
            serving.index,
            query.group,
        )
        targets = self.targets(serving, joined.candidates, fired)
        return arrange(shelf, fired, rewritten, targets, query.per_page)

    def _page(self, at: datetime, query: SearchQuery, ranking: Ranking, stages: Stages) -> Shown:
        placed = ranking.arrangement.placed
        first = (query.page - 1) * query.per_page
        page = placed[first : first + query.per_page]
        response = self._answers.render(query, ranking, first, stages)
        return Shown(at, query, ranking, page, first, response)

    def retrieve(self, serving: Searched, expanded: ExpandedQuery, stages: Stages) -> Candidates:
        """The pool: by all retrievers, or by popularity where nothing was asked for."""
        if not expanded.text:
            with stages.timed("retrieve"):
                return serving.index.browse(expanded, POOL_SIZE)
        vectors = encode(serving, expanded, stages)
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
                    session = asked.session_id if asked.personalize else ""
                    learned = self._behaviour.features(
                        asked.text, candidates.keys, known, session, now
                    )
                    features = extract(
                        spelled_alike(expanded.text),
                        candidates,
                        known,
                        now,
                        expanded.variants,
                        learned,
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
