"""From lists as shown, and what was done with their items, to lists that a model learns from.

How far one shopper looked cuts no list short. Whoever found something looks no further, so in a
list that ends where its shopper stopped, or one below the lowest click, a high hit's click no
longer speaks against what stands below it, while a low hit's click still speaks against what
stands above. How far shoppers look in general is `propensity.py`'s to say; figures stand in
`docs/training.md`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import Floats
from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.events import ORGANIC, Clickthrough
from ranking.features import FEATURES, FINGERPRINT

Weights = Mapping[str, float]
"""Of actions; what is not named weighs nothing."""


class LabelledList(msgspec.Struct, frozen=True):
    """One page of `n` hits with what they turned out to be worth."""

    list_id: QueryId
    query: str
    at: datetime
    item_keys: tuple[ItemKey, ...]
    features: Floats
    """Shape `(n, len(FEATURES))`, as they were when the list was shown."""
    gains: Floats
    """Shape `(n,)`: the sum of the weights of what was done with each, at least 0."""
    positions: npt.NDArray[np.int64]
    """Shape `(n,)`: on their page, from 1. Whoever asks for a second page looks at its top."""
    compared: npt.NDArray[np.bool_]
    """Shape `(n,)`: which hits may be learned from, as choice or as what was passed over: those
    that ranking put there."""


class Labelled(msgspec.Struct, frozen=True):
    """The lists that can be learned from, and why the others cannot."""

    lists: tuple[LabelledList, ...]
    left_out: Mapping[str, int] = {}


def label_all(clickthroughs: Iterable[Clickthrough], weights: Weights) -> Labelled:
    kept: list[LabelledList] = []
    left_out: Counter[str] = Counter()
    for entry in clickthroughs:
        labelled = label(entry, weights)
        if isinstance(labelled, str):
            left_out[labelled] += 1
        else:
            kept.append(labelled)
    return Labelled(tuple(kept), dict(left_out))


def label(entry: Clickthrough, weights: Weights) -> LabelledList | str:
    """The list, or in a word why nothing can be learned from it."""
    shown = entry.shown
    if shown.features is None or shown.feature_fingerprint is None:
        return "no features"
    if shown.feature_fingerprint != FINGERPRINT or shown.features.shape[1:] != (len(FEATURES),):
        return "other features"
    gains = np.array([_gain(entry.actions.get(key, ()), weights) for key in shown.item_keys])
    positions = np.arange(1, len(shown.item_keys) + 1)
    compared = np.array(shown.placements) == ORGANIC
    if not (gains[compared] > 0).any():
        return "no interaction" if not (gains > 0).any() else "placed by a rule"
    if compared.sum() < 2:
        return "nothing beside it"
    return LabelledList(
        list_id=shown.query_id,
        query=shown.query,
        at=shown.at,
        item_keys=shown.item_keys,
        features=shown.features,
        gains=np.where(compared, gains, 0.0).astype(np.float32),
        positions=positions,
        compared=compared,
    )


def _gain(actions: Iterable[str], weights: Weights) -> float:
    done = set(actions)
    # What was taken out of the cart again says no more than the click before it.
    if "remove_from_cart" in done and "purchase" not in done:
        done -= {"add_to_cart"}
    return max(sum(weights.get(action, 0.0) for action in done), 0.0)
