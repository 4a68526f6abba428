"""All that a query finds, and the best of it, which ranking looks at one by one; where nothing is
found, what may be let go of is, step by step. Called by the pipeline."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from app.features.store import FeatureStore
from app.search.matching import Matcher
from app.search.query_encoder import QueryEncoder
from app.search.result_set import ResultSet
from app.search.schemas import Relaxation
from app.search.stages import Stages
from app.search.wording import Forms
from indexing.candidates import Candidates
from indexing.codes import is_code
from indexing.filters import Filter, both
from indexing.index import POOL_SIZE, ItemIndex, QueryVectors
from indexing.queries import ExpandedQuery, SearchQuery, Variant
from indexing.query_text import lexical_query
from rules.rewrite import Rewritten
from rules.text import exchange, words

SORTED_POOL_SIZE = 1_000
"""Candidates where something sorts: a shopper who sorts looks at what comes last, too."""

FEW = 5
"""So many results are few where none of them has all words of the query."""


def unknown_to_all(word: str) -> int:
    """For those who do not count words."""
    return 0


LONGER_CODES = 10
"""Part numbers that one in the query may be the beginning of."""

LONGER_CODE_WEIGHT = 0.8
"""What is asked for in full comes first."""

OTHER_FORM_WEIGHT = 0.9
"""As is what was typed."""

ItemsWith = Callable[[str], int]
"""From a word to the number of items that have it."""


class Searched(Protocol):
    """What a search needs of the collection that it searches."""

    @property
    def index(self) -> ItemIndex: ...

    @property
    def queries(self) -> QueryEncoder: ...


class Finding(NamedTuple):
    """What a query found, whatever had to be let go of for it."""

    candidates: Candidates
    results: ResultSet
    expanded: ExpandedQuery
    """The query as it was answered."""
    by_words: int = 0
    """How many items that pass have all words."""
    terms: frozenset[int] = frozenset()
    """Of the query's words, as the lexical retriever knows them."""
    relaxed: tuple[Relaxation, ...] = ()


class _Search(NamedTuple):
    """One query against one collection, asked as often as it takes."""

    matcher: Matcher
    serving: Searched
    expanded: ExpandedQuery
    chosen: Filter | None
    vectors: QueryVectors
    candidates: Candidates
    """Of the query as it is, whatever words are let go of."""
    grouped: bool
    stages: Stages

    def find(self, texts: Sequence[str], by_meaning: bool = True) -> Finding:
        """Items match by their words that have all words of one of the texts."""
        vectors = self.vectors if by_meaning else QueryVectors(lexical=self.vectors.lexical)
        terms = [self.serving.queries.terms(text) for text in texts]
        with self.stages.timed("retrieve"):
            matches = self.serving.index.match(self.expanded, vectors, terms)
            found = self.matcher.by_query(
                self.expanded, self.chosen, self.candidates, matches, self.grouped
            )
        return Finding(
            found.candidates,
            found.results,
            self.expanded,
            found.by_words,
            frozenset().union(*terms),
        )


class Finder:
    def __init__(self, store: FeatureStore, items_with: ItemsWith, forms: Forms) -> None:
        self._matcher = Matcher(store)
        self._items_with = items_with
        self._forms = forms

    def find(
        self, serving: Searched, rewritten: Rewritten, query: SearchQuery, stages: Stages
    ) -> Finding:
        """Raises `IndexUnavailable`."""
        expanded = rewritten.expanded
        limit = POOL_SIZE if rewritten.sort is None else SORTED_POOL_SIZE
        if not expanded.text:
            with stages.timed("retrieve"):
                candidates = serving.index.browse(expanded, limit)
                found = self._matcher.by_browsing(
                    expanded, query.filter, candidates, rewritten.sort, limit, query.group
                )
            return Finding(found.candidates, found.results, expanded)
        others = self._forms(expanded.text, serving.queries.terms)
        expanded = _with(expanded, [Variant(text, OTHER_FORM_WEIGHT) for text in others])
        expanded = _with(expanded, _longer_codes(serving, expanded.text))
        vectors = encode(serving, expanded, stages)
        with stages.timed("retrieve"):
            candidates = serving.index.retrieve(expanded, vectors, limit)
        search = _Search(
            self._matcher, serving, expanded, query.filter, vectors, candidates, query.group, stages
        )
        texts = [expanded.text, *(variant.text for variant in expanded.variants)]
        has_meaning = _has_meaning(expanded.text)
        finding = search.find(texts, has_meaning)
        if not has_meaning and not finding.by_words and words(expanded.text):
            finding = search.find(texts)
        if query.relax != "none" and not finding.by_words:
            finding = self._without_words(search, texts, finding)
        if query.relax == "filters" and not finding.results.total:
            finding = _without_filters(search, texts, finding, limit)
        return finding

    def _without_words(self, search: _Search, texts: Sequence[str], finding: Finding) -> Finding:
        """Without those that no item has; and where there is little, word by word without those
        that most items have, until something has all that are left."""
        asked = dict.fromkeys(words(search.expanded.text))
        telling = [word for word in asked if search.serving.queries.terms(word)]
        unknown = [word for word in telling if not self._items_with(word)]
        known = sorted((w for w in telling if w not in unknown), key=self._items_with, reverse=True)
        steps = [unknown] if unknown and known else []
        if finding.results.total < FEW:
            steps += [[word] for word in known[:-1]]
        left = [" ".join(words(text)) for text in texts]
        dropped: list[Relaxation] = []
        for step in steps:
            for word in step:
                left = [exchange(text, word, "") for text in left]
                dropped.append(Relaxation("drop_word", word=word))
            relaxed = search.find(left)
            if relaxed.by_words:
                return relaxed._replace(relaxed=tuple(dropped))
        return finding


def _without_filters(
    search: _Search, texts: Sequence[str], finding: Finding, limit: int
) -> Finding:
    """One field after the other, the one first that fewest items pass."""
    results = finding.results
    left = list(range(len(results.selections)))
    dropped: list[Relaxation] = []
    for n in sorted(left, key=lambda n: int(results.passing[n].sum())):
        left.remove(n)
        dropped.append(Relaxation("drop_filter", field=results.selections[n].field or ""))
        if results.passing_all(left).any():
            chosen = both(*(results.selections[kept].condition for kept in left))
            wider = both(chosen, search.expanded.restriction)
            expanded = msgspec.structs.replace(search.expanded, filter=wider)
            with search.stages.timed("retrieve"):
                candidates = search.serving.index.retrieve(expanded, search.vectors, limit)
            relaxed = search._replace(expanded=expanded, chosen=chosen, candidates=candidates).find(
                texts
            )
            return relaxed._replace(relaxed=(*finding.relaxed, *dropped))
    return finding


def _with(expanded: ExpandedQuery, variants: Sequence[Variant]) -> ExpandedQuery:
    if not variants:
        return expanded
    return msgspec.structs.replace(expanded, variants=(*expanded.variants, *variants))


def _longer_codes(serving: Searched, text: str) -> list[Variant]:
    """The query with codes that those in it are the beginning of."""
    spelled = " ".join(lexical_query(text).split())
    return [
        Variant(exchange(spelled, word, code), LONGER_CODE_WEIGHT)
        for word in spelled.split()
        if is_code(word)
        for code in serving.index.codes_starting(word, LONGER_CODES + 1)
        if code != word
    ][:LONGER_CODES]


def _has_meaning(text: str) -> bool:
    """Who gives a part number wants that part and nothing like it, and `!!!` says nothing."""
    spelled = lexical_query(text).split()
    return bool(words(text)) and not all(is_code(word) for word in spelled)


def encode(serving: Searched, expanded: ExpandedQuery, stages: Stages) -> QueryVectors:
    """By words alone where the encoder fails."""
    with stages.timed("embed"):
        try:
            return serving.queries.encode_expanded(expanded)
        except Exception as error:  # whatever a model raises, words can still be searched for
            stages.fall_back("embed", error)
            return serving.queries.encode_lexical(expanded)
