"""Judged queries as the live pipeline answers them: to learn from, and to measure models by."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from app.search.finding import Searched
from app.search.pipeline import SearchPipeline
from app.search.stages import NO_BUDGET, Stages
from indexing.documents import ItemId
from indexing.queries import ExpandedQuery
from ranking.dataset import JudgedList
from ranking.judgments import Judgments

Step = Callable[[int], None]


class Judged(msgspec.Struct, frozen=True):
    """The answerable queries of some judgments, with all candidates of each."""

    lists: tuple[JudgedList, ...] = ()
    name: str = ""
    digest: str = ""
    pairs: int = 0


def judge(
    search: SearchPipeline, serving: Searched, judgments: Judgments, name: str, step: Step
) -> Judged:
    lists = judged_lists(search, serving, judgments, judgments.answerable, step)
    return Judged(
        tuple(lists),
        name,
        digest_of(judgments),
        sum(len(grades) for grades in judgments.by_query.values()),
    )


def judged_lists(
    search: SearchPipeline,
    serving: Searched,
    judgments: Judgments,
    queries: Iterable[str],
    step: Step,
) -> Iterator[JudgedList]:
    """The hybrid candidates of each query without rules, with their features: made by the
    pipeline's own stages, so that nobody ever sees a feature that a request would not."""
    for query in queries:
        expanded = ExpandedQuery(text=query)
        stages = Stages(NO_BUDGET)
        candidates = search.retrieve(serving, expanded, stages)
        joined = search.join_features(expanded, candidates, datetime.now(UTC), stages)
        candidates, features = joined.candidates, joined.features
        yield JudgedList(
            query, features.item_ids, features.values, candidates.fused, judgments.by_query[query]
        )
        step(1)


def digest_of(judgments: Judgments) -> str:
    """The same for the same judgments, in whatever order they came."""
    lines = sorted(
        f"{query}\t{item}\t{grade}"
        for query, grades in judgments.by_query.items()
        for item, grade in grades.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class _Heads(msgspec.Struct, frozen=True):
    name: str
    digest: str
    pairs: int
    queries: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]
    grades: tuple[dict[str, int], ...]


def write_judged(path: Path, judged: Judged) -> None:
    """For another process."""
    heads = _Heads(
        judged.name,
        judged.digest,
        judged.pairs,
        tuple(entry.query for entry in judged.lists),
        tuple(tuple(map(str, entry.item_ids)) for entry in judged.lists),
        tuple({str(i): g for i, g in entry.grades.items()} for entry in judged.lists),
    )
    with path.open("wb") as file:
        np.savez(
            file,
            heads=np.frombuffer(msgspec.json.encode(heads), np.uint8),
            features=np.concatenate([entry.features for entry in judged.lists]),
            fused=np.concatenate([entry.fused for entry in judged.lists]),
        )


def read_judged(path: Path) -> Judged:
    with np.load(path) as stored:
        heads = msgspec.json.decode(stored["heads"].tobytes(), type=_Heads)
        ends = np.cumsum([len(items) for items in heads.items])[:-1]
        features, fused = np.split(stored["features"], ends), np.split(stored["fused"], ends)
    lists = [
        JudgedList(
            query,
            tuple(map(ItemId, items)),
            features[n],
            fused[n],
            {ItemId(item): grade for item, grade in grades.items()},
        )
        for n, (query, items, grades) in enumerate(
            zip(heads.queries, heads.items, heads.grades, strict=True)
        )
    ]
    return Judged(tuple(lists), heads.name, heads.digest, heads.pairs)
