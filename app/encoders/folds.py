"""Queries in folds, so that an encoder is measured on those that it has not seen."""

from collections.abc import Iterable
from random import Random

from ranking.text import stems


def folds_of(queries: Iterable[str], seed: int, folds: int) -> list[list[str]]:
    """Of like size. Queries that end in the same stem (laptop, gaming laptops) stay in one, as they
    do where the ranking model is cross-validated."""
    groups: dict[str, list[str]] = {}
    for query in queries:
        groups.setdefault((stems(query) or (query,))[-1], []).append(query)
    ordered = list(groups.values())
    Random(seed).shuffle(ordered)  # noqa: S311  # Folds are no secret.
    parts: list[list[str]] = [[] for _ in range(min(folds, len(ordered)))]
    for group in ordered:
        min(parts, key=len).extend(group)
    return parts
