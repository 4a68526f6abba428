"""Parts of the traffic that a model could be worse on unseen, while it is better over all."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from ranking.labels import LabelledList

NEVER_CLICKED = "never clicked"
HEAD_SHARE, TORSO_SHARE = 0.5, 0.9
"""The most frequent queries that make up half of all lists are the head, those up to nine tenths
the torso, and the rest, with what was never asked before, the tail."""


class Traffic(msgspec.Struct, frozen=True):
    """What a model learned from, as far as segments ask for it."""

    places: Mapping[str, str]
    """Of each query that was clicked: `head`, `torso` or `tail`."""
    items: frozenset[int]
    """All that was shown."""

    def place_of(self, query: str) -> str:
        return self.places.get(query, "tail")


def traffic_of(lists: Sequence[LabelledList]) -> Traffic:
    counts = Counter(entry.query for entry in lists)
    places, before = {}, 0
    for query, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        share = before / len(lists)
        places[query] = "head" if share < HEAD_SHARE else "torso" if share < TORSO_SHARE else "tail"
        before += count
    return Traffic(places, frozenset(key for entry in lists for key in entry.item_keys))


def segments_of(lists: Sequence[LabelledList], learned: Traffic) -> dict[str, list[LabelledList]]:
    """The held-out lists of each segment. Of new items only these count as chosen."""
    found: dict[str, list[LabelledList]] = {"head": [], "torso": [], "tail": []}
    found |= {NEVER_CLICKED: [], "new items": []}
    for entry in lists:
        found[learned.place_of(entry.query)].append(entry)
        if entry.query not in learned.places:
            found[NEVER_CLICKED].append(entry)
        new = np.array([key not in learned.items for key in entry.item_keys])
        gains = np.where(new, entry.gains, 0.0).astype(np.float32)
        if gains.any():
            found["new items"].append(msgspec.structs.replace(entry, gains=gains))
    return found
