"""From a query's candidates and matches to the frozen set that its answer is made of; called by
the pipeline, which ranks the best of it."""

from typing import NamedTuple

import msgspec
import numpy as np

from app.catalogue.columns import CatalogueColumns
from app.catalogue.labels import Rows
from app.features.store import FeatureStore
from app.search.result_set import ResultSet, result_set, sorted_rows
from app.search.selections import selections_of
from indexing.candidates import DENSE, Candidates, Keys, take
from indexing.filters import Filter
from indexing.matching import SEMANTIC_CUTOFF, Matches
from indexing.queries import ExpandedQuery, Sort


class Found(NamedTuple):
    """What one query found: all of it, and the best of it, which are looked at one by one."""

    candidates: Candidates
    results: ResultSet
    by_words: int = 0
    """How many items that pass the shopper's filter have all words of the query."""


class Matcher:
    def __init__(self, store: FeatureStore) -> None:
        self._store = store

    def by_query(
        self,
        expanded: ExpandedQuery,
        chosen: Filter | None,
        candidates: Candidates,
        matches: Matches,
        grouped: bool,
    ) -> Found:
        """One that is near enough in meaning belongs to the set, though a thousand others may have
        been nearer before the shopper's filter."""
        columns = self._store.catalogue()
        near = _near(candidates, matches)
        parts = [matches.lexical, matches.semantic, near, candidates.keys]
        rows = self._rows(columns, np.concatenate(parts))
        found = rows[: len(rows) - len(candidates)]
        live = found >= 0
        results = result_set(columns, found[live], selections_of(chosen), matches.capped, grouped)
        lexical = np.count_nonzero(live[: len(matches.lexical)])
        by_words = int(np.count_nonzero(results.selected[:lexical]))
        pool = rows[len(found) :]
        return Found(_only(expanded, candidates, pool, results), results, by_words)

    def by_browsing(
        self,
        expanded: ExpandedQuery,
        chosen: Filter | None,
        candidates: Candidates,
        sort: Sort | None,
        limit: int,
        grouped: bool,
    ) -> Found:
        """The whole catalogue but for what rules keep out. Where something sorts, the first `limit`
        of it stand in for the candidates, which are the most popular ones."""
        columns = self._store.catalogue()
        self._rows(columns, candidates.keys)
        with columns.lock:
            rows = columns.live_rows()
            if expanded.base_filter is not None:
                rows = rows[columns.passing(expanded.base_filter, rows)]
            rows = sorted_rows(columns, rows, sort)
            results = result_set(columns, rows, selections_of(chosen), False, grouped)
            if sort is not None:
                first = columns.keys(results.rows[results.selected][:limit])
                candidates = _instead(first, candidates)
        pool = columns.places(candidates.keys)
        return Found(_only(expanded, candidates, pool, results), results)

    def _rows(self, columns: CatalogueColumns, keys: Keys) -> Rows:
        """The rows of the keys, -1 for what is gone. The index may be a moment ahead of what is
        known of the catalogue here."""
        rows = columns.places(keys)
        missing = columns.missing(keys[rows < 0])
        if missing:
            self._store.facts(missing)
            rows = columns.places(keys)
        return rows


def _near(candidates: Candidates, matches: Matches) -> Keys:
    if DENSE not in candidates.scores or not len(matches.semantic):
        return np.empty(0, np.int64)
    return candidates.keys[candidates.scores[DENSE] >= matches.nearest * SEMANTIC_CUTOFF]


def _only(
    expanded: ExpandedQuery, candidates: Candidates, rows: Rows, results: ResultSet
) -> Candidates:
    """Those in the set, and those that a rule brings in, of which some were found, too, but do not
    belong to the set. `rows` are the candidates'."""
    columns = results.columns
    inside = (rows >= 0) & results.holds(np.maximum(rows, 0))
    brought = ~inside & (candidates.fused == 0.0)
    for condition in expanded.included_filters:
        others = np.flatnonzero(~inside & ~brought)
        brought[others] = columns.passing_keys(condition, candidates.keys[others])
    if brought.any():
        fused = np.where(brought, np.float32(0.0), candidates.fused)
        candidates = msgspec.structs.replace(candidates, fused=fused)
    kept = np.flatnonzero(inside | brought)
    return candidates if len(kept) == len(candidates) else take(candidates, kept)


def _instead(keys: Keys, candidates: Candidates) -> Candidates:
    """Those keys in their order, and behind them what rules brought in."""
    brought = candidates.keys[(candidates.fused == 0.0) & ~np.isin(candidates.keys, keys)]
    order = 1.0 / np.arange(1, len(keys) + 1, dtype=np.float32)
    return Candidates(
        keys=np.concatenate([keys, brought]),
        fused=np.concatenate([order, np.zeros(len(brought), np.float32)]),
        scores={},
        capped=False,
    )
