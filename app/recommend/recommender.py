"""One request for recommendations, from what they are for to ranked hits; called by the API."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Engine

from app.features.attribution import RECOMMENDED
from app.features.store import FeatureStore
from app.items.repository import keys_of
from app.recommend.association import associations
from app.recommend.candidates import Chosen, filled_up, has_found, most_popular
from app.recommend.errors import ItemsNotFound
from app.recommend.event_log import Together, read_pairs, read_shopper
from app.recommend.rules import concerns_recommendations, rewrite_without_text
from app.recommend.schemas import Kind, RecommendResponse
from app.recommend.seeds import seeds_of
from app.rules.live_rules import LiveRules
from app.search.answers import Answers
from app.search.highlight import MARKS_NOTHING
from app.search.pipeline import Clock, Lease, SearchPipeline
from app.search.ranking import Ranking
from app.search.stages import Stages
from indexing.index import POOL_SIZE, ItemIndex
from indexing.queries import ExpandedQuery, SearchQuery
from ranking.behaviour import BEHAVIOUR
from ranking.scorer import RetrievalOrderScorer
from rules.match import match


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    weights: Mapping[str, float]
    """By the id of each item given; those of a session are found in the events."""
    places: Mapping[str, str]
    """By id, where in the request it is."""
    query: SearchQuery
    """All else, without a text; `per_page` is the number of hits."""


class Seeds(NamedTuple):
    weights: Mapping[int, float]
    """By the key of each item that the recommendations are for."""
    bought: Sequence[int] = ()


class Recommender:
    """Holds the parts; a request keeps nothing here, so any number may run at once. Candidates take
    the last stages of a search, and no model: the models that there are know how well an item fits
    a text, and here is none."""

    def __init__(
        self,
        *,
        engine: Engine,
        rules: LiveRules,
        lease: Lease,
        store: FeatureStore,
        search: SearchPipeline,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._lease = lease
        self._store = store
        self._search = search
        self._clock = clock
        self._answers = Answers(store, MARKS_NOTHING)
        self._scorer = RetrievalOrderScorer()

    def recommend(self, wanted: Wanted, accepted: float | None = None) -> RecommendResponse:
        """Raises `ItemsNotFound` and `IndexUnavailable`; where the events cannot be read in time,
        what fills up stands in for them, and `events` is in `degraded`. `accepted` is when the
        request was, by `perf_counter`."""
        now, query, stages = self._clock(), wanted.query, Stages(accepted=accepted)
        with stages.timed("retrieve"):
            seeds = self._seeds(wanted, now, stages)
            groups = self._groups([*seeds.weights, *seeds.bought])
        with stages.timed("rules"):
            fired = match(self._rules.current(), query, now, concerns_recommendations)
            rewritten = rewrite_without_text(query, fired, groups)
        with self._lease() as serving:
            with stages.timed("retrieve"):
                chosen = self._choose(serving.index, wanted, rewritten.expanded, seeds, now, stages)
            joined = self._search.join_features(rewritten.expanded, chosen.candidates, now, stages)
            scores = self._scorer.score(joined.features.values, joined.candidates.fused)
            with stages.timed("rules"):
                arrangement = self._search.arrange_candidates(
                    serving, query, fired, rewritten, joined, scores.values
                )
        ranking = Ranking(fired, rewritten, joined.candidates, joined.features, scores, arrangement)
        answer = self._answers.render(query, ranking, 0, stages)
        filled = len(chosen.filling.intersection(ranking.keys[: query.per_page]))
        return RecommendResponse(
            query_id=RECOMMENDED + answer.query_id,
            kind=wanted.kind,
            hits=answer.hits,
            filled_with=chosen.filler if filled else None,
            filled=filled,
            applied_rules=answer.applied_rules,
            ruleset_version=answer.ruleset_version,
            timings_ms=answer.timings_ms,
            degraded=answer.degraded,
            suppressed_rules=answer.suppressed_rules,
        )

    def _seeds(self, wanted: Wanted, now: datetime, stages: Stages) -> Seeds:
        if wanted.kind == "session":
            return self._done_by_shopper(wanted.query, now, stages)
        with self._engine.connect() as connection:
            keys = keys_of(
                connection, [item_id for item_id in wanted.weights if "\x00" not in item_id]
            )
        missing = [item_id for item_id in wanted.weights if item_id not in keys]
        if missing:
            raise ItemsNotFound({wanted.places[item_id]: item_id for item_id in missing})
        return Seeds({keys[item_id]: weight for item_id, weight in wanted.weights.items()})

    def _done_by_shopper(self, query: SearchQuery, now: datetime, stages: Stages) -> Seeds:
        if not (query.client_id or query.session_id):
            return Seeds({})
        definition = BEHAVIOUR.definitions.session
        try:
            with self._engine.connect() as connection:
                log = read_shopper(
                    connection, query.client_id, query.session_id, [*definition.weights], now
                )
        except Exception as error:  # whatever keeps the events away, something can be shown
            stages.fall_back("events", error)
            return Seeds({})
        return Seeds(seeds_of(log.done, definition), log.bought)

    def _groups(self, keys: Sequence[int]) -> list[str]:
        """The product groups, of one that is on its own its id."""
        known = self._store.facts(keys)
        return list(dict.fromkeys(fact.group_id for fact in known if fact is not None))

    def _choose(
        self,
        index: ItemIndex,
        wanted: Wanted,
        expanded: ExpandedQuery,
        seeds: Seeds,
        now: datetime,
        stages: Stages,
    ) -> Chosen:
        similar = index.similar(expanded, seeds.weights, POOL_SIZE)
        match wanted.kind:
            case "similar":
                return Chosen(similar)
            case "session":
                if has_found(similar):
                    return Chosen(similar)
                return most_popular(index, expanded)
            case "bought_together" | "viewed_together":
                together = self._together(index, wanted.kind, expanded, seeds, now, stages)
                enough = self._hits(list(together), wanted.query.group) >= wanted.query.per_page
                return filled_up(wanted.kind, together, similar, enough)

    def _together(
        self,
        index: ItemIndex,
        kind: Together,
        expanded: ExpandedQuery,
        seeds: Seeds,
        now: datetime,
        stages: Stages,
    ) -> Mapping[int, float]:
        """Only of what may be shown, best first."""
        try:
            with self._engine.connect() as connection:
                pairs = read_pairs(connection, kind, list(seeds.weights), now)
        except Exception as error:  # whatever keeps the events away, what is similar can be shown
            stages.fall_back("events", error)
            return {}
        found = associations(pairs, seeds.weights)
        if found and expanded.effective_filter is not None:
            keys = np.array(list(found), np.int64)
            passing = index.matching(keys, expanded.effective_filter)
            found = {key: near for key, near in found.items() if key in passing}
        return found

    def _hits(self, keys: Sequence[int], grouped: bool) -> int:
        facts = [fact for fact in self._store.facts(keys) if fact is not None]
        return len({fact.group_id for fact in facts}) if grouped else len(facts)
