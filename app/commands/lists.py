"""Candidate lists of judged queries, made by the live pipeline's own stages: for training and
for measuring, so that neither ever sees a feature that a request would not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from app.commands.progress import progress_bar
from app.live import Live
from app.search.stages import NO_BUDGET, Stages
from app.training import judged
from indexing.candidates import DENSE, LEXICAL
from indexing.documents import ItemId
from indexing.index import POOL_SIZE, QueryVectors
from indexing.queries import ExpandedQuery, SearchQuery
from ranking.dataset import JudgedList
from ranking.judgments import Judgments
from rules.match import match
from rules.rewrite import rewrite
from rules.ruleset import RuleSet

Progress = Callable[[int], None]


def judged_lists(
    live: Live, judgments: Judgments, queries: Iterable[str], progress: Progress
) -> Iterator[JudgedList]:
    """The hybrid candidates of each query without rules, with their features."""
    return judged.judged_lists(live.search, live.index.current(), judgments, queries, progress)


def by_one_retriever(live: Live, query: str, retriever: str) -> list[ItemId]:
    """What a single retriever finds, best first."""
    serving = live.index.current()
    vectors = serving.queries.encode(query)
    alone = {
        DENSE: QueryVectors(dense=vectors.dense),
        LEXICAL: QueryVectors(lexical=vectors.lexical),
    }
    found = serving.index.retrieve(ExpandedQuery(text=query), alone[retriever], POOL_SIZE)
    return [fact.item_id for fact in live.store.facts(found.keys.tolist()) if fact is not None]


def cross_validated(lists: Sequence[JudgedList], seed: int) -> dict[str, list[ItemId]]:
    """By query, its candidates as ranked by a model that has not seen it; TensorFlow is imported
    here."""
    from ranking.train import FOLDS, cross_validate

    with progress_bar("Cross-validating", FOLDS) as advance:
        return cross_validate(lists, seed, advance)


def as_served(live: Live, query: str, ranked: Sequence[ItemId]) -> list[ItemId]:
    """That order of what a search without rules would show of it: spelling, relaxing and the cut to
    what matches included."""
    asked = SearchQuery(text=query, group=False)
    ranking = live.search.rank(asked, RuleSet(), Stages(NO_BUDGET))
    behind = live.store.items(ranking.behind.tolist())
    shown = [*ranking.item_ids, *(entry.item.id for entry in behind if entry is not None)]
    members = set(shown)
    first = [item for item in ranked if item in members]
    return list(dict.fromkeys([*first, *(ItemId(item) for item in shown)]))


def with_rules(live: Live, query: str, ranked: Sequence[ItemId] | None = None) -> list[ItemId]:
    """The live model's order of all candidates with the live rules applied; with `ranked`, the
    order of a model that is not live stands in for its scores, item by item."""
    now = datetime.now(UTC)
    stages = Stages(NO_BUDGET)
    asked = SearchQuery(text=query)
    fired = match(live.rules.current(), asked, now)
    rewritten = rewrite(asked, fired)
    serving = live.index.current()
    candidates = live.search.retrieve(serving, rewritten.expanded, stages)
    joined = live.search.join_features(rewritten.expanded, candidates, now, stages)
    candidates, features = joined.candidates, joined.features
    if ranked is None:
        scores = live.model.current().score(features.values, candidates.fused).values
    else:
        places = {item: place for place, item in enumerate(ranked)}
        scores = np.array(
            [-np.log1p(places.get(item, len(places))) for item in features.item_ids], np.float32
        )
    placed = live.search.arrange_candidates(serving, asked, fired, rewritten, joined, scores).placed
    return [features.item_ids[entry.candidate] for entry in placed]
