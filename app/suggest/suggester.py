"""Answers what may be meant by what was typed so far."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import msgspec
import numpy as np

from app.catalogue.columns import CatalogueColumns
from app.catalogue.counting import first_of_each
from app.suggest.live_suggestions import LiveSuggestions
from app.suggest.matching import expression_of, typed_words
from app.suggest.schemas import (
    CategorySuggestion,
    ItemSuggestion,
    QuerySuggestion,
    Suggestions,
)
from app.suggest.text_index import IndexSlot
from app.vocabulary.rule_words import words_of_rules
from app.vocabulary.spelling import Speller
from app.vocabulary.words import Vocabulary
from indexing.filters import Filter
from indexing.queries import SearchQuery
from rules.match import match
from rules.rewrite import rewrite
from rules.ruleset import RuleSet
from rules.text import words

Answer = TypeVar("Answer", QuerySuggestion, ItemSuggestion, CategorySuggestion)
SPARE = 2
"""So many times the queries that are wanted are looked at, since some are mistyped."""

SPARE_ITEMS = 4
"""The same for items, since some are variants of one product or hidden by a rule."""


class _Keyed(msgspec.Struct, frozen=True):
    """Of an item's answer, what is not shown."""

    key: int


class Suggester:
    def __init__(
        self,
        suggestions: LiveSuggestions,
        vocabulary: Callable[[], Vocabulary],
        speller: Speller,
        rules: Callable[[], RuleSet],
        catalogue: Callable[[], CatalogueColumns],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._suggestions = suggestions
        self._vocabulary = vocabulary
        self._speller = speller
        self._rules = rules
        self._catalogue = catalogue
        self._clock = clock

    def suggest(self, text: str, limit: int) -> Suggestions:
        """At most `limit` of each kind; for nothing but signs, what is asked and sold most."""
        rules = self._rules()
        keep = words_of_rules(rules)
        typed = typed_words(text)
        if not typed:
            return self._popular(text, limit, keep)
        expression = expression_of(typed, self._vocabulary(), self._speller, keep)

        def found(kind: type[Answer], slot: IndexSlot, most: int) -> tuple[Answer, ...]:
            return _read(kind, slot.find(expression, most))

        sources = self._suggestions
        queries = found(QuerySuggestion, sources.queries, SPARE * limit)
        items = self._items(expression, text, rules, limit)
        return Suggestions(
            text,
            self._well_spelled(queries, limit, keep),
            _read(ItemSuggestion, items),
            found(CategorySuggestion, sources.categories, limit),
        )

    def _popular(self, text: str, limit: int, keep: frozenset[str]) -> Suggestions:
        sources = self._suggestions
        queries = _read(QuerySuggestion, sources.queries.first(SPARE * limit))
        categories = _read(CategorySuggestion, sources.categories.first(limit))
        return Suggestions(text, self._well_spelled(queries, limit, keep), (), categories)

    def _items(self, expression: str, text: str, rules: RuleSet, limit: int) -> list[str]:
        """One item of each product group, and none that a rule keeps from a search for the text."""
        query = SearchQuery(text=text)
        condition = rewrite(query, match(rules, query, self._clock())).expanded.base_filter
        shown: list[str] = []
        for most in (limit, SPARE_ITEMS * limit):
            found = self._suggestions.items.find(expression, most)
            shown = self._shown(found, condition)
            if len(shown) >= limit or len(found) < most:
                break
        return shown[:limit]

    def _shown(self, answers: list[str], condition: Filter | None) -> list[str]:
        if not answers:
            return []
        keys = [msgspec.json.decode(answer, type=_Keyed).key for answer in answers]
        columns = self._catalogue()
        with columns.lock:
            rows = columns.places(np.array(keys, np.int64))
            places = np.flatnonzero(rows >= 0)
            if condition is not None:
                places = places[columns.passing(condition, rows[places])]
            places = places[first_of_each(columns.groups(rows[places]))]
        return [answers[n] for n in places.tolist()]

    def _well_spelled(
        self, queries: Sequence[QuerySuggestion], limit: int, keep: frozenset[str]
    ) -> tuple[QuerySuggestion, ...]:
        """Without those that a search would correct: what many mistype is still mistyped."""
        correct = self._speller.correct
        kept = (query for query in queries if correct(words(query.text), keep) is None)
        return tuple(islice(kept, limit))


def _read(kind: type[Answer], answers: list[str]) -> tuple[Answer, ...]:
    return tuple(msgspec.json.decode(answer, type=kind) for answer in answers)
