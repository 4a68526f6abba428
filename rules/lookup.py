"""Narrows many rules down to the few that may hold for a request.

An inverted index: each rule is filed under the rarest thing that its condition needs (a word of
the query, a category, a key of the context, …), and a request looks up what it has. What is found
is then decided by `conditions.holds`, so this may find too much and must not find too little.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from indexing.filters import AnyOf
from indexing.queries import RELEVANCE
from rules.model import Condition, QueryCondition, Rule
from rules.patterns import PatternIndex
from rules.situation import Situation, conjuncts
from rules.tolerance import TWO_TYPOS_FROM, allowed_typos, forms

Key = tuple[object, ...]
Need = frozenset[Key]
"""A request must have one of these, or the rule cannot hold."""

_CACHED_WORDS = 20_000
_KINDS = {
    "is": "query",
    "form": "word",
    "near": "word",
    "pattern": "regular expression",
    "empty": "empty query",
    "arm": "experiment",
}
"""What a key is of, where its first part does not say so."""


class RuleLookup:
    """Positions of rules in the sequence that it was made from."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._filed, self._always = file_rules(rules)
        self._patterns = PatternIndex([str(key[1]) for key in self._filed if key[0] == "pattern"])
        self._typos = _TypoIndex({str(key[1]) for key in self._filed if key[0] == "near"})
        self._plurals = any(key[0] == "form" for key in self._filed)
        self._keys_of_word = lru_cache(_CACHED_WORDS)(self._find_keys_of_word)

    def may_hold(self, situation: Situation) -> list[int]:
        """In ascending order, each once."""
        found = set(self._always)
        for key in self._keys(situation):
            found.update(self._filed.get(key, ()))
        return sorted(found)

    def _keys(self, situation: Situation) -> Iterator[Key]:
        yield ("is", situation.text)
        for word in situation.words:
            yield from self._keys_of_word(word)
        for pattern in self._patterns.found_in(situation.lowered):
            yield ("pattern", pattern)
        if not situation.words:
            yield ("empty",)
        query = situation.query
        yield ("sort", situation.sort)
        yield from (("segment", segment) for segment in query.segments)
        yield from (("locale", locale) for locale in situation.locales)
        yield from (("context", *pair) for pair in query.context.items())
        yield from (("arm", *pair) for pair in query.experiments.items())
        yield from (("category", name) for name in situation.categories)
        for part in situation.restrictions:
            if isinstance(part, AnyOf):
                yield from (("filter", part.field, value) for value in part.values)

    def _find_keys_of_word(self, word: str) -> tuple[Key, ...]:
        keys: set[Key] = {("word", word)}
        if self._plurals:
            keys.update(("form", form) for form in forms(word))
        if self._typos:
            for spelling in forms(word):
                keys.update(("near", ruled) for ruled in self._typos.near(spelling))
        return tuple(key for key in keys if key in self._filed)


class Filed(NamedTuple):
    """Positions of rules, each under what it is looked up by."""

    by_key: Mapping[Key, Sequence[int]]
    always: Sequence[int]
    """Of those that cannot be looked up, and so are looked at for every request."""


def file_rules(rules: Sequence[Rule]) -> Filed:
    needs = [list(_needs(rule.when)) for rule in rules]
    common = Counter(key for choices in needs for need in choices for key in need)
    by_key: dict[Key, list[int]] = {}
    always: list[int] = []
    for position, choices in enumerate(needs):
        if not choices:
            always.append(position)
            continue
        for key in min(choices, key=lambda need: sum(common[key] for key in need)):
            by_key.setdefault(key, []).append(position)
    return Filed(by_key, always)


def describe(key: Key) -> str:
    """`word 'shoes'`, `context 'store' 'berlin'`."""
    kind, *values = key
    return " ".join([_KINDS.get(str(kind), str(kind)), *map(repr, values)])


def _needs(when: Condition) -> Iterator[Need]:
    """What the condition cannot hold without, one set of alternatives for each part that can be
    looked up; times and ranges cannot."""
    if when.query is not None:
        yield from _query_needs(when.query)
    if when.empty_query:
        yield frozenset({("empty",)})
    if when.category:
        yield frozenset(("category", name) for name in when.category)
    if when.segments:
        yield frozenset(("segment", name) for name in when.segments)
    if when.locale:
        yield frozenset(("locale", name) for name in when.locale)
    if when.sort and RELEVANCE not in when.sort:  # which nearly every request is sorted by
        yield frozenset(("sort", name) for name in when.sort)
    for key, values in when.context.items():
        yield frozenset(("context", key, value) for value in values)
    if when.experiment is not None:
        yield frozenset({("arm", when.experiment.key, when.experiment.arm)})
    for part in conjuncts(when.filter) if when.filter else ():
        if isinstance(part, AnyOf):
            yield frozenset(("filter", part.field, value) for value in part.values)


def _query_needs(query: QueryCondition) -> Iterator[Need]:
    tolerant = query.plurals or query.typos
    for kind, phrases in query.phrases.items():
        if kind == "is" and not tolerant:
            yield frozenset(("is", phrase) for phrase in phrases)
        elif len(phrases) == 1:
            # Every word is needed; which is the rarest shows when all rules are known.
            yield from (frozenset(_word_needs(word, query)) for word in phrases[0].split())
        else:
            # The longest word of each phrase, which is nearly always its rarest.
            longest = [max(phrase.split(), key=len) for phrase in phrases]
            yield frozenset(key for word in longest for key in _word_needs(word, query))
    if query.matches:
        yield frozenset(("pattern", pattern) for pattern in query.matches)


def _word_needs(word: str, query: QueryCondition) -> Iterator[Key]:
    yield ("word", word)
    if query.plurals:
        yield from (("form", form) for form in forms(word))
    if query.typos:
        yield from (("near", spelling) for spelling in forms(word))


class _TypoIndex:
    """Words that are near to a given one, by SymSpell's index of deletions."""

    def __init__(self, words: set[str]) -> None:
        self._index: Any = None
        forgiving = sorted(word for word in words if allowed_typos(word))
        if forgiving:
            from symspellpy import SymSpell

            self._index = SymSpell(max_dictionary_edit_distance=2)
            for word in forgiving:
                self._index.create_dictionary_entry(word, 1)

    def __bool__(self) -> bool:
        return self._index is not None

    def near(self, word: str) -> list[str]:
        from symspellpy import Verbosity

        # A word that is two letters too short may still be one that is forgiven two typos.
        most = 2 if len(word) + 2 >= TWO_TYPOS_FROM else 1
        found = self._index.lookup(word, Verbosity.ALL, max_edit_distance=most)
        return [suggestion.term for suggestion in found]
