"""Every feature of the ranking model, defined once, for live requests and for training alike.

All lie between 0 and 1, so no value that training never saw can carry a score away, and all are
computed for the whole list of candidates at once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import CORE, DENSE, Candidates, Floats
from indexing.documents import ItemId
from indexing.queries import Variant
from ranking.behaviour import BEHAVIOUR
from ranking.facts import BRAND, CATEGORIES, NUMBERS, TITLE, ItemFacts
from ranking.text_match import TextMatch, match_texts, query_terms

_OF_TEXT_AND_ITEM = {
    "dense": "exact cosine of query and item, at least 0",
    "lexical": "exact BM25 score over title, brand, category, description, relative to the best",
    "fused_rank": "1 / (1 + rank / 10) of the fused retrieval, ranks from 0",
    "coverage": "share of the query's words found in any field",
    "title_coverage": "share of the query's words found in the title",
    "phrase": "1 when the title has the query's words one behind the other",
    "accessory": "1 when the query's last word is in the title only behind `for`, `with` or `fits`",
    "brand_match": "1 when every word of the brand is found in the query's words",
    "category_coverage": "share of the query's words found in the category path",
    "category_agreement": "share of the 20 best by cosine that are in the same leaf category",
    "price": "place in the list from the cheapest, 0, to the dearest, 1; 0.5 when unknown",
    "rating": "stars drawn to 3.5 by ten imagined reviews, over 5",
    "reviews": "ln(1 + reviews) relative to the list's highest",
    "popularity": "popularity relative to the list's highest",
    "freshness": "exp(-years since release), 0 when unknown",
    "in_stock": "1 when in stock",
}

DEFINITIONS: Mapping[str, str] = {**_OF_TEXT_AND_ITEM, **BEHAVIOUR.texts}
"""What shoppers did comes last, as `behaviour.toml` defines it."""

FEATURES: tuple[str, ...] = tuple(DEFINITIONS)

BEHAVIOUR_FEATURES = frozenset(BEHAVIOUR.names)

TRUSTED = frozenset({"dense", "lexical", "fused_rank", "coverage"})
"""The evidence that the item is what was asked for. All others must first be shown to help, by many
queries: the model starts from their having no effect, and gives that up slowly (`model.py`)."""

FINGERPRINT = hashlib.sha256(
    repr((sorted(DEFINITIONS.items()), BEHAVIOUR.fingerprint)).encode()
).hexdigest()[:16]

PRIOR_RATING = 3.5
PRIOR_REVIEWS = 10
AGREEING = 20
RANK_SCALE = 10.0

UNKNOWN: Mapping[str, float] = {
    "dense": 0.0,
    "lexical": 0.0,
    "coverage": 0.0,
    "category_agreement": 0.0,
    "price": 0.5,
    "rating": PRIOR_RATING / 5.0,
    "reviews": 0.0,
    "popularity": 0.0,
    "freshness": 0.0,
    **dict(zip(BEHAVIOUR.names, BEHAVIOUR.neutral(1)[0].tolist(), strict=True)),
}
"""What a feature is where nothing is known; those that are left out always know."""

_YEAR = 365.25 * 86_400.0


Numbers = npt.NDArray[np.float64]


class FeatureMatrix(msgspec.Struct, frozen=True):
    """`values` has shape `(n, len(names))`; `complete` is False where a fallback stands in."""

    names: tuple[str, ...]
    values: Floats
    item_ids: tuple[ItemId, ...]
    complete: bool = True


def extract(
    query: str,
    candidates: Candidates,
    facts: Sequence[ItemFacts],
    now: datetime,
    variants: Sequence[Variant] = (),
    behaviour: Floats | None = None,
) -> FeatureMatrix:
    """The features of `n` candidates in fused order; `facts` is in the same order. How well the
    text fits is the best of the query and its variants, each of these by its weight. `behaviour`
    holds the last columns, `BEHAVIOUR.names`; None where nothing is known of any shopper."""
    n = len(facts)
    numbers = _numbers(facts)
    zeros = np.zeros(n, dtype=np.float32)
    text = _text_columns(query, facts, numbers)
    for variant in variants:
        for name, column in _text_columns(variant.text, facts, numbers).items():
            text[name] = np.maximum(text[name], variant.weight * column)
    columns = {
        # An item whose text is the query itself may come out a last digit above 1.
        "dense": np.minimum(np.maximum(candidates.scores.get(DENSE, zeros), 0.0), 1.0),
        "lexical": _relative(candidates.scores.get(CORE, zeros)),
        "fused_rank": 1.0 / (1.0 + np.arange(n) / RANK_SCALE),
        **text,
        "category_agreement": _category_agreement(
            candidates.scores.get(DENSE, zeros), numbers["category"]
        ),
        **_item_columns(numbers, now),
    }
    own = np.stack([columns[name] for name in _OF_TEXT_AND_ITEM], axis=1).astype(np.float32)
    learned = BEHAVIOUR.neutral(n) if behaviour is None else behaviour
    values = np.concatenate([own, learned], axis=1)
    return FeatureMatrix(FEATURES, values, tuple(fact.item_id for fact in facts))


def _text_columns(
    query: str, facts: Sequence[ItemFacts], numbers: dict[str, Numbers]
) -> dict[str, Numbers]:
    """Those features that compare the query's words with the item's."""
    terms = query_terms(query)
    match = match_texts(terms, facts)
    none = np.zeros(len(facts))
    return {
        "coverage": match.found.any(axis=2).mean(axis=0) if terms else none,
        "title_coverage": match.found[:, :, TITLE].mean(axis=0) if terms else none,
        "phrase": _phrase(match, len(facts)),
        "accessory": _accessory(match, numbers["host_at"]),
        "brand_match": _brand_match(match, facts),
        "category_coverage": match.found[:, :, CATEGORIES].mean(axis=0) if terms else none,
    }


def no_features(facts: Sequence[ItemFacts]) -> FeatureMatrix:
    """Stands in where features cannot be had; never given to a model."""
    return FeatureMatrix(
        FEATURES,
        np.zeros((len(facts), len(FEATURES)), np.float32),
        tuple(fact.item_id for fact in facts),
        complete=False,
    )


def _numbers(facts: Sequence[ItemFacts]) -> dict[str, Numbers]:
    """Each number of the items as a column."""
    joined = np.concatenate([fact.numbers for fact in facts] or [np.empty(0)])
    return dict(zip(NUMBERS, joined.reshape(len(facts), len(NUMBERS)).T, strict=True))


def _item_columns(numbers: dict[str, Numbers], now: datetime) -> dict[str, Numbers]:
    reviews, stars = numbers["reviews"], numbers["rating"]
    # Stars that nobody gave say nothing, whatever the number of reviews.
    votes = np.where(np.isnan(stars), 0.0, reviews)
    drawn = np.nan_to_num(stars) * votes + PRIOR_RATING * PRIOR_REVIEWS
    age = np.maximum(now.timestamp() - numbers["released_at"], 0.0) / _YEAR
    return {
        "price": _place(numbers["price"]),
        "rating": drawn / (votes + PRIOR_REVIEWS) / 5.0,
        "reviews": _relative(np.log1p(reviews)),
        "popularity": _relative(numbers["popularity"]),
        "freshness": np.nan_to_num(np.exp(-age)),
        "in_stock": numbers["in_stock"],
    }


def _relative(values: npt.NDArray[Any]) -> Numbers:
    highest = values.max(initial=0.0)
    return values / highest if highest > 0 else np.zeros(len(values))


def _place(values: Numbers) -> Numbers:
    """Equal values share the middle of their places; what is unknown stands in the middle."""
    known = np.isfinite(values)
    ordered = np.sort(values[known])
    if len(ordered) < 2:
        return np.full(len(values), 0.5)
    places = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.where(known, (places - 1) / 2 / (len(ordered) - 1), 0.5)


def _phrase(match: TextMatch, n: int) -> Numbers:
    """Words written as one take one place, so neighbours are 0 or 1 apart."""
    position = match.title_position
    if not len(position):
        return np.zeros(n)
    steps = np.diff(position, axis=0)
    adjacent = (position >= 0).all(axis=0) & ((steps == 0) | (steps == 1)).all(axis=0)
    return np.asarray(adjacent, np.float64)


def _accessory(match: TextMatch, host_at: Numbers) -> Numbers:
    if not len(match.title_position):
        return np.zeros(len(host_at))
    return np.asarray(match.title_position[-1] > host_at, np.float64)


def _category_agreement(dense: Floats, category: Numbers) -> Numbers:
    best = category[np.argsort(-dense, kind="stable")[:AGREEING]]
    share = (category[:, None] == best[None, :]).mean(axis=1) if len(best) else category
    return np.where(category == 0, 0.0, share)


def _brand_match(match: TextMatch, facts: Sequence[ItemFacts]) -> Numbers:
    """Words of the query that occur in the brand, against how many words the brand has."""
    words = np.array([fact.lengths[BRAND] for fact in facts])
    found = match.found[:, :, BRAND].sum(axis=0)
    return np.asarray((words > 0) & (found >= words), np.float64)
