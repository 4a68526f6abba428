"""What synonym rules make of a query: other ways to say it, each with a weight."""

from collections.abc import Iterable, Iterator

from indexing.queries import Variant
from rules.model import Synonym
from rules.text import exchange, stands_in, words

MAX_VARIANTS = 10


def variants_of(text: str, synonyms: Iterable[Synonym]) -> tuple[Variant, ...]:
    """The query with one term exchanged for another of its synonyms, the heaviest and then the
    strongest rule's first, at most `MAX_VARIANTS`."""
    asked = " ".join(words(text))
    heaviest: dict[str, float] = {}
    for synonym in synonyms:
        for said in _exchanged(asked, synonym):
            if said != asked:
                heaviest[said] = max(heaviest.get(said, 0.0), synonym.weight)
    best = sorted(heaviest.items(), key=lambda entry: -entry[1])[:MAX_VARIANTS]
    return tuple(Variant(said, weight) for said, weight in best)


def speaks_of(text: str, synonym: Synonym) -> bool:
    """Whether the query has a term that the synonym exchanges."""
    asked = " ".join(words(text))
    return any(stands_in(source, asked) for source in _sources(synonym))


def _sources(synonym: Synonym) -> tuple[str, ...]:
    return synonym.terms[:1] if synonym.one_way else synonym.terms


def _exchanged(asked: str, synonym: Synonym) -> Iterator[str]:
    for source in _sources(synonym):
        if stands_in(source, asked):
            for term in synonym.terms:
                yield exchange(asked, source, term)
