"""Which attributes a page offers as facets: those that its own hits have in common."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.search.schemas import Facet, NumberFacet, ValueCount
from indexing.documents import AttributeValue
from indexing.filters import ATTRIBUTE_PREFIX

MOST = 4
CANDIDATES = 8
"""So many are counted, since some turn out to have too few values or too many."""

VALUES = range(2, 31)
"""One value tells nothing apart; hundreds are names rather than kinds."""


def candidates_of(hits: Sequence[Mapping[str, AttributeValue]]) -> tuple[str, ...]:
    """Facets of the attributes that more than half of the hits have and in which they differ; those
    that most have come first, and then those that differ most."""
    having: Counter[str] = Counter()
    values: dict[str, set[AttributeValue]] = {}
    for attributes in hits:
        for name, value in attributes.items():
            having[name] += 1
            values.setdefault(name, set()).add(value)
    # Where every hit has a value of its own, it is a name, such as a model's.
    common = [
        name
        for name, count in having.items()
        if 2 * count > len(hits) and 1 < len(values[name]) <= max(2, count // 2)
    ]
    common.sort(key=lambda name: (-having[name], -len(values[name]), name))
    return tuple(f"{ATTRIBUTE_PREFIX}{name}" for name in common[:CANDIDATES])


def chosen_of(counted: Mapping[str, Facet], chosen: Sequence[str]) -> tuple[str, ...]:
    """At most `MOST` of the facets that were counted, those of `chosen` always; in their order."""
    fitting = [
        facet
        for facet, counts in counted.items()
        if facet not in chosen and len(values_of(counts)) in VALUES
    ]
    return (*chosen, *fitting[: max(0, MOST - len(chosen))])


def values_of(counts: Facet) -> tuple[ValueCount, ...]:
    return counts.values if isinstance(counts, NumberFacet) else counts
