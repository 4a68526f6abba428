"""Counts by product group: a group counts once for each value that any of its rows has."""

import numpy as np
import numpy.typing as npt

from app.catalogue.labels import Codes, Flags, Rows

Groups = npt.NDArray[np.int32]
"""By row, the number of its group; numbers are dense, so arrays over all of them are small."""

_SORTED = 20
"""Where there are so many times as many groups as rows, to sort these takes less time."""


def count_groups(groups: Groups) -> int:
    return int(np.count_nonzero(np.bincount(groups)))


def count_by_code(groups: Groups, places: Rows, codes: Codes) -> dict[int, int]:
    """By code, in how many groups it occurs. `groups` by place; `places` and `codes` are pairs,
    of which no two are alike."""
    if not len(places):
        return {}
    if int(np.bincount(groups).max()) > 1:
        codes = _once_a_group(groups, places, codes)
    counts = np.bincount(codes)
    found = np.flatnonzero(counts)
    return dict(zip(found.tolist(), counts[found].tolist(), strict=True))


def among(numbers: Rows | Groups, wanted: Rows | Groups) -> Flags:
    """By number, whether it is one of those wanted. For rows and groups, which are dense: a flag
    for each that there is takes less time than to sort them."""
    if not len(numbers) or not len(wanted):
        return np.zeros(len(numbers), np.bool_)
    flags = np.zeros(1 + max(int(numbers.max()), int(wanted.max())), np.bool_)
    flags[wanted] = True
    found: Flags = flags[numbers]
    return found


def first_of_each(groups: Groups) -> Rows:
    """The places where a group occurs first, ascending."""
    if not len(groups):
        return np.empty(0, np.intp)
    size = int(groups.max()) + 1
    if len(groups) * _SORTED < size:
        return np.sort(np.unique(groups, return_index=True)[1])
    first = np.full(size, -1, np.intp)
    first[groups[::-1]] = np.arange(len(groups) - 1, -1, -1)
    return np.sort(first[first >= 0])


def _once_a_group(groups: Groups, places: Rows, codes: Codes) -> Codes:
    width = int(codes.max()) + 1
    pairs = np.unique(groups[places].astype(np.int64) * width + codes)
    once: Codes = (pairs % width).astype(np.int32)
    return once
