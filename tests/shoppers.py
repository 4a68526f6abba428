"""A small world of queries, items and shoppers whose tastes are known, and the log they leave."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine

from app.events.repository import EventRow, list_row, write_events, write_lists
from indexing.candidates import Floats
from indexing.documents import ItemId, ItemKey
from indexing.queries import QueryId
from ranking.dataset import JudgedList
from ranking.events import ORGANIC, Action, Clickthrough, ClientId, RankingEvent, SessionId
from ranking.features import FEATURES, FINGERPRINT
from ranking.propensity import Showings

Bools = npt.NDArray[np.bool_]
Clicks = Callable[[np.random.Generator, Floats], Bools]
"""From how attractive each hit of a page is, in order, to which are clicked."""

TASTE = {"dense": 2.0, "rating": 4.0, "price": -3.0}
"""What shoppers go by; the model's prior knows only of the first."""

SHOWN_BY = {"dense": 5.0, "coverage": 4.5, "lexical": 1.5, "fused_rank": 1.5}
"""What the order that they see was made by: the weights that a model starts from."""

PER_PAGE = 12
_CLICK: frozenset[Action] = frozenset({"click"})
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def looks_down(exponent: float = 1.0) -> Clicks:
    """Position k is looked at with probability 1 / k^exponent."""

    def clicks(rng: np.random.Generator, attraction: Floats) -> Bools:
        seen = np.arange(1, len(attraction) + 1) ** -exponent
        return np.asarray(rng.random(len(attraction)) < seen * attraction)

    return clicks


def reads_down(rng: np.random.Generator, attraction: Floats) -> Bools:
    """From the top, and no further than the first hit that is clicked."""
    clicked = rng.random(len(attraction)) < attraction
    clicked[int(clicked.argmax()) + 1 :] = False
    return clicked


def clicks_the_first(rng: np.random.Generator, attraction: Floats) -> Bools:
    return np.asarray(np.arange(len(attraction)) == 0)


def clicks_at_random(rng: np.random.Generator, attraction: Floats) -> Bools:
    return rng.random(len(attraction)) < 0.15


class World:
    """Each query has its own candidates, with features by chance."""

    def __init__(self, queries: int = 150, candidates: int = 40, seed: int = 7) -> None:
        rng = np.random.default_rng(seed)
        self.queries = [f"query {n}" for n in range(queries)]
        self.features = rng.random((queries, candidates, len(FEATURES)), dtype=np.float32)
        taste = np.array([TASTE.get(name, 0.0) for name in FEATURES])
        liked = self.features @ taste + 0.4 * rng.normal(size=(queries, candidates))
        liked = (liked - liked.mean(axis=1, keepdims=True)) / liked.std(axis=1, keepdims=True)
        self.attraction = (0.6 / (1.0 + np.exp(3.0 - 2.0 * liked))).astype(np.float32)

    def key(self, query: int, candidate: int) -> ItemKey:
        return ItemKey(query * self.features.shape[1] + candidate + 1)

    def clickthroughs(
        self,
        lists: int,
        clicks: Clicks,
        *,
        explored: float = 0.3,
        seed: int = 1,
        until: datetime = NOW,
    ) -> list[Clickthrough]:
        """Pages in the order of `SHOWN_BY`, a share of them drawn by chance from it, a minute
        apart."""
        rng = np.random.default_rng(seed)
        weights = np.array([SHOWN_BY.get(name, 0.0) for name in FEATURES], np.float32)
        entries = []
        for n in range(lists):
            query = int(rng.integers(len(self.queries)))
            scores = self.features[query] @ weights
            if rng.random() < explored:
                scores = scores + rng.gumbel(size=len(scores))
            order = np.argsort(-scores, kind="stable")[:PER_PAGE]
            clicked = clicks(rng, self.attraction[query][order])
            shown = self._shown(n, query, order, until - timedelta(minutes=lists - n))
            done = zip(shown.item_keys, clicked, strict=True)
            actions = {key: _CLICK for key, hit in done if hit}
            entries.append(Clickthrough(shown, actions, None))
        return entries

    def _shown(
        self, n: int, query: int, order: npt.NDArray[np.int64], at: datetime
    ) -> RankingEvent:
        keys = tuple(self.key(query, int(candidate)) for candidate in order)
        return RankingEvent(
            query_id=QueryId(f"list-{n:06}"),
            at=at,
            client_id=ClientId(f"client-{n % 97}"),
            session_id=SessionId(f"session-{n}"),
            query=self.queries[query],
            sort="relevance",
            first=0,
            total=self.features.shape[1],
            item_keys=keys,
            placements=(ORGANIC,) * len(keys),
            features=self.features[query][order],
            feature_fingerprint=FINGERPRINT,
            model_version="retrieval",
            ruleset_version=0,
        )

    def judged(self) -> list[JudgedList]:
        """Grades by attraction, the best tenth of each query's candidates the best."""
        lists = []
        for n, query in enumerate(self.queries):
            ids = tuple(ItemId(str(self.key(n, c))) for c in range(self.features.shape[1]))
            cuts = np.quantile(self.attraction[n], [0.7, 0.8, 0.9])
            grades = np.searchsorted(cuts, self.attraction[n])
            fused = np.linspace(1.0, 0.1, len(ids), dtype=np.float32)
            known = dict(zip(ids, map(int, grades), strict=True))
            lists.append(JudgedList(query, ids, self.features[n], fused, known))
        return lists

    def liking(self, score: Callable[[Floats], Floats]) -> float:
        """Mean over all queries of nDCG@10, with the attraction itself as the gain."""
        discounts = 1.0 / np.log2(np.arange(2, 12))
        found = []
        for features, attraction in zip(self.features, self.attraction, strict=True):
            best = np.argsort(-score(features), kind="stable")[:10]
            ideal = np.sort(attraction)[::-1][:10]
            found.append(float(attraction[best] @ discounts / (ideal @ discounts)))
        return float(np.mean(found))


def showings_of(entries: Sequence[Clickthrough]) -> Showings:
    """As the log would have them counted."""
    counts: dict[tuple[str, int, int], list[int]] = {}
    for entry in entries:
        for position, key in enumerate(entry.shown.item_keys, 1):
            count = counts.setdefault((entry.shown.query, key, position), [0, 0])
            count[0] += 1
            count[1] += key in entry.actions
    pairs: dict[tuple[str, int], int] = {}
    rows = [
        (pairs.setdefault((query, key), len(pairs)), position, shown, clicked)
        for (query, key, position), (shown, clicked) in counts.items()
    ]
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Showings(*columns)


def store(engine: Engine, entries: Sequence[Clickthrough]) -> None:
    """The lists and the clicks as the service would have written them."""
    lists = [list_row(entry.shown, entry.shown.at, "search") for entry in entries]
    with engine.begin() as connection:
        write_lists(connection, lists)
        write_events(connection, list(_events(entries)))


def _events(entries: Sequence[Clickthrough]) -> Iterator[EventRow]:
    for entry in entries:
        shown = entry.shown
        for key, actions in entry.actions.items():
            for action in actions:
                yield EventRow(
                    id=f"{shown.query_id}/{key}/{action}",
                    at=shown.at + timedelta(seconds=9),
                    known_at=shown.at + timedelta(seconds=10),
                    source="api",
                    action=action,
                    client_id=shown.client_id,
                    session_id=shown.session_id,
                    query_id=shown.query_id,
                    query=shown.query,
                    object_id=None,
                    item_key=key,
                    position=shown.position_of(key),
                    quantity=1,
                    revenue=0,
                    document=msgspec.Raw(b"{}"),
                )
