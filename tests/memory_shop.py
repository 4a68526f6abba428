"""A search without files and databases: the index's in-memory twin, and a store that was told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import create_engine

from app.features.store import FeatureStore
from app.items.repository import StoredRow
from app.search.pipeline import SearchPipeline
from app.search.query_encoder import QueryEncoder
from indexing.bm25_encoder import Bm25Encoder
from indexing.documents import Item, ItemKey
from indexing.encoder import HashEncoder
from indexing.memory_index import MemoryItemIndex
from ranking.scorer import RetrievalOrderScorer
from rules.model import Rule
from rules.ruleset import RuleSet
from tests.factories import NOW, make_points

_lexical = Bm25Encoder()


class MemoryStore(FeatureStore):
    """Knows what it was told, and opens no connection."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(create_engine("postgresql+psycopg://"))
        self._told = items
        for key, item in enumerate(items, start=1):
            self._keep(StoredRow(ItemKey(key), 1, item))
        self._seen_transaction = 1

    def _read_attribute(self, name: str) -> list[tuple[int, Any]]:
        return [
            (key, item.attributes[name])
            for key, item in enumerate(self._told, start=1)
            if name in item.attributes
        ]


class MemoryRules:
    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rule_set = RuleSet(1, rules)

    def current(self) -> RuleSet:
        return self._rule_set


class Searched(msgspec.Struct, frozen=True, eq=False):
    index: MemoryItemIndex
    queries: QueryEncoder


def open_memory_shop(items: Sequence[Item], *rules: Rule, **parts: Any) -> SearchPipeline:
    """Items have the keys 1, 2, 3, … in their order."""
    index = MemoryItemIndex()
    index.upsert(make_points(items))
    serving = Searched(index, QueryEncoder(HashEncoder(), _lexical))

    @contextmanager
    def lease() -> Iterator[Searched]:
        yield serving

    defaults: dict[str, Any] = {
        "rules": MemoryRules(rules),
        "lease": lease,
        "store": MemoryStore(items),
        "scorer": RetrievalOrderScorer,
        "clock": lambda: NOW,
    }
    return SearchPipeline(**(defaults | parts))
