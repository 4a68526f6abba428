"""What the features look like of the hits that a new model shows for the queries it learned from:
what drift is measured against from then on. Called by whatever has trained a model."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import numpy as np
from sqlalchemy import Engine

from app.features.shown_lists import read_shown_lists
from app.judgments import stored_judgments
from app.search.pipeline import SearchPipeline
from app.search.ranking import Ranking
from app.search.render import sort_of
from app.search.stages import NO_BUDGET, Stages
from app.search.treatment import UNTREATED
from indexing.candidates import Floats
from indexing.queries import RELEVANCE, SearchQuery
from ranking.feature_checks import PROFILED_HITS, FeatureProfile, describe
from ranking.features import FEATURES
from ranking.model_store import Manifest, ModelStore
from ranking.scorer import Scorer
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)

MOST_QUERIES = 500
"""As many as the lists that the watch looks at; more would take long and tell little more."""

Step = Callable[[int], None]


def profile_as_served(
    search: SearchPipeline,
    rules: RuleSet,
    queries: Sequence[str],
    scorer: Scorer,
    step: Step = lambda _: None,
) -> FeatureProfile:
    """Each query is answered as for a shopper whom nobody knows: cut to what matches, ordered by
    the scorer, arranged by the rules; one that was asked several times counts as often. Of more
    than `MOST_QUERIES` some are taken, evenly."""
    asked = Counter(queries[n] for n in _spread(len(queries)))
    pages: list[Floats] = [np.empty((0, len(FEATURES)), np.float32)]
    lists = 0
    for text, times in asked.items():
        treatment = UNTREATED._replace(scorer=scorer)
        ranking = search.rank(SearchQuery(text=text), rules, Stages(NO_BUDGET), treatment)
        page = _first_hits(ranking)
        if len(page):
            pages += [page] * times
            lists += times
        step(times)
    profile = describe(np.concatenate(pages), lists)
    return msgspec.structs.replace(profile, order=scorer.version)


def profile_again(
    search: SearchPipeline,
    rules: RuleSet,
    engine: Engine,
    models: ModelStore,
    version: str,
    load: Callable[[str], Scorer],
) -> None:
    """Of a model whose profile is not in its own order: it learned from lists that another model
    had put into order, or was trained without an index, or by an earlier release. `load` gives its
    scorer. What keeps it from being done leaves the profile that it has."""
    try:
        queries = _queries_of(engine, models.manifest(version))
        profile = profile_as_served(search, rules, queries, load(version))
        if profile.lists:
            models.note_profile(version, profile)
    except Exception:  # the model is trained, whatever the index or the store say now
        logger.exception("the features that model %s shows cannot be looked at", version)


def _queries_of(engine: Engine, manifest: Manifest) -> Sequence[str]:
    """What it learned from: lists of its window, or the judgments that are stored."""
    with engine.connect() as connection:
        if manifest.window is None:
            return stored_judgments(connection).answerable
        since = datetime.fromisoformat(manifest.window.since)
        until = datetime.fromisoformat(manifest.window.split)
        return read_shown_lists(connection, since, until, MOST_QUERIES).queries


def _first_hits(ranking: Ranking) -> Floats:
    """Their features; none where they would not be recorded, or tell nothing of drift."""
    placed = ranking.arrangement.placed[:PROFILED_HITS]
    if not ranking.features.complete or sort_of(ranking) != RELEVANCE:
        placed = ()
    values: Floats = ranking.features.values[[hit.candidate for hit in placed]]
    return values


def _spread(count: int) -> list[int]:
    if count <= MOST_QUERIES:
        return list(range(count))
    return [int(n) for n in np.linspace(0, count - 1, MOST_QUERIES)]
