"""What a rebuilt collection must show before it goes live; each gate beside the live one."""

from collections.abc import Callable
from random import Random

import msgspec
from sqlalchemy import Connection, Engine, func, select

from app.db.tables import items
from app.items.repository import LIVE, count_items
from app.judgments import stored_judgments
from app.live_index import Serving
from app.search.pipeline import SearchPipeline
from app.search.stages import NO_BUDGET, Stages
from indexing.documents import ItemId
from indexing.index import POOL_SIZE
from indexing.queries import MAX_QUERY_LENGTH, ExpandedQuery, SearchQuery
from ranking.evaluate import CUT, ndcg
from rules.ruleset import RuleSet

SAMPLE = 200
"""Items that are looked for by their own titles."""

FOUND_SHARE = 0.98
"""So many must be among the candidates, and not much fewer than in the live collection."""

FOUND_MARGIN = 0.02
NDCG_MARGIN = 0.02
"""By so much relevance may be lower than the live collection's: less is within what judgments of
some dozens of queries can tell."""

Step = Callable[[], None]


class Gate(msgspec.Struct, frozen=True):
    """`passed` is None for a gate that could not be measured, which stops nothing."""

    name: str
    passed: bool | None
    detail: str
    live: float | None = None
    rebuilt: float | None = None


class Gates:
    def __init__(self, engine: Engine, search: SearchPipeline) -> None:
        self._engine = engine
        self._search = search

    def counts(self, rebuilt: Serving, failed: int) -> Gate:
        """`failed`: items that cannot be indexed, which are dead letters."""
        with self._engine.connect() as connection:
            expected = count_items(connection) - failed
        held = rebuilt.index.count()
        detail = f"{held} of {expected} items are in the rebuilt collection"
        return Gate("counts", held == expected, detail, float(expected), float(held))

    def titles(self, live: Serving | None, rebuilt: Serving, seed: int, step: Step) -> Gate:
        """Whether items are found by their own titles."""
        with self._engine.connect() as connection:
            sample = _sample(connection, seed)
        if not sample:
            return Gate("titles", None, "there are no items to look for")
        found = _found(rebuilt, sample, step)
        before = None if live is None else _found(live, sample, step)
        needed = FOUND_SHARE if before is None else min(FOUND_SHARE, before - FOUND_MARGIN)
        detail = (
            f"{found:.1%} of {len(sample)} items are found by their titles; needed {needed:.1%}"
        )
        return Gate("titles", found >= needed, detail, before, found)

    def relevance(self, live: Serving | None, rebuilt: Serving, step: Step) -> Gate:
        """nDCG@10 on the stored judgments, with the live model and without rules."""
        with self._engine.connect() as connection:
            judgments = stored_judgments(connection)
        queries = judgments.answerable
        if not queries or live is None:
            why = "no judgments are stored" if not queries else "no collection was live before"
            return Gate("relevance", None, f"not measured: {why}")

        def mean(serving: Serving) -> float:
            total = 0.0
            for query in queries:
                step()
                grades = judgments.by_query[query]
                ranked = self._ranked(serving, query)
                listed = [grades.get(item, 0) for item in ranked[:CUT]]
                total += ndcg(listed, list(grades.values()))
            return total / len(queries)

        before, after = mean(live), mean(rebuilt)
        detail = (
            f"nDCG@10 on {len(queries)} judged queries is {after:.3f}, in the live collection "
            f"{before:.3f}; at most {NDCG_MARGIN} less is let through"
        )
        return Gate("relevance", after >= before - NDCG_MARGIN, detail, before, after)

    def _ranked(self, serving: Serving, query: str) -> list[ItemId]:
        ranking = self._search.rank_with(
            serving, SearchQuery(text=query), RuleSet(), Stages(NO_BUDGET)
        )
        return ranking.item_ids


def _sample(connection: Connection, seed: int) -> list[tuple[int, str]]:
    """The same for both collections: the next item behind each of some random keys."""
    low, high = connection.execute(
        select(func.min(items.c.key), func.max(items.c.key)).where(LIVE)
    ).one()
    if low is None:
        return []
    chance = Random(seed)  # noqa: S311 (a sample, not a secret)
    found: dict[int, str] = {}
    for _ in range(SAMPLE):
        row = connection.execute(
            select(items.c.key, items.c.title)
            .where(items.c.key >= chance.randint(low, high), LIVE)
            .order_by(items.c.key)
            .limit(1)
        ).one()
        found[row.key] = row.title[:MAX_QUERY_LENGTH]
    return list(found.items())


def _found(serving: Serving, sample: list[tuple[int, str]], step: Step) -> float:
    hits = 0
    for key, title in sample:
        step()
        expanded = ExpandedQuery(text=title)
        vectors = serving.queries.encode_expanded(expanded)
        hits += key in serving.index.retrieve(expanded, vectors, POOL_SIZE).keys
    return hits / len(sample)
