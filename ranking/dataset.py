"""Judged lists of candidates as training sees them, and as the tensors that TF-Ranking takes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import Floats
from indexing.documents import ItemId
from ranking.features import FEATURES


class JudgedList(msgspec.Struct, frozen=True):
    """One query's candidates as retrieved, with the features they would be scored on live."""

    query: str
    item_ids: tuple[ItemId, ...]
    features: Floats
    """Shape `(n, len(FEATURES))`."""
    fused: Floats
    """Shape `(n,)`: retrieval's own score."""
    grades: Mapping[ItemId, int]
    """All judgments of the query, also of items that are not among the candidates."""


class Tensors(NamedTuple):
    """`lists` judged lists, padded to the longest, `size`."""

    features: Floats
    """Shape `(lists, size, len(FEATURES))`."""
    labels: Floats
    """Shape `(lists, size)`: the grade, 0 where nobody judged, -1 for padding, which TF-Ranking
    leaves out."""
    mask: npt.NDArray[np.bool_]
    """Shape `(lists, size)`: False for padding."""


def stack(lists: Sequence[JudgedList]) -> Tensors:
    size = max(len(entry.item_ids) for entry in lists)
    features = np.zeros((len(lists), size, len(FEATURES)), np.float32)
    labels = np.full((len(lists), size), -1.0, np.float32)
    mask = np.zeros((len(lists), size), np.bool_)
    for n, entry in enumerate(lists):
        length = len(entry.item_ids)
        features[n, :length] = entry.features
        labels[n, :length] = [entry.grades.get(item, 0) for item in entry.item_ids]
        mask[n, :length] = True
    return Tensors(features, labels, mask)
