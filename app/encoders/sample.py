"""The items that an encoder is measured on: to encode a whole catalogue once per fold would take
hours, so what can matter is taken, and chance takes some of the rest, each for many."""

from collections.abc import Collection, Mapping, Sequence
from random import Random

import msgspec
import numpy as np

from indexing.candidates import Floats
from indexing.documents import ItemId
from ranking.evaluate import RECALL_CUT, measure

OF_THE_REST = 500
_NOBODY = ItemId("")


class Sample(msgspec.Struct, frozen=True):
    """`stands_for` says of each item how many it stands for; those that are certain to be in it
    stand for themselves."""

    items: tuple[ItemId, ...]
    stands_for: tuple[int, ...]

    def measured(
        self, query: Floats, vectors: Floats, grades: Mapping[ItemId, int]
    ) -> dict[str, float]:
        """The measures of dense retrieval in the whole catalogue, estimated: an item that stands
        for ten takes ten places. `vectors` is of shape `(items, size)`."""
        ranked: list[ItemId] = []
        for n in np.argsort(-(vectors @ query), kind="stable"):
            ranked += [self.items[n], *[_NOBODY] * (self.stands_for[n] - 1)]
            if len(ranked) >= RECALL_CUT:
                break
        return measure(ranked[:RECALL_CUT], grades)


def draw(
    certain: Collection[ItemId], catalogue: Sequence[ItemId], seed: int, rest: int = OF_THE_REST
) -> Sample:
    """`certain`: what is judged, and what the encoder before finds; so that its own figures are as
    exact as the index, and only what the new one brings up from below is estimated."""
    known = frozenset(catalogue)
    kept = [item for item in dict.fromkeys(certain) if item in known]
    others = sorted(known.difference(kept))
    drawn = Random(seed).sample(others, min(len(others), rest))  # noqa: S311  # No secret.
    # As evenly as whole numbers go: the first few stand for one more.
    each, more = divmod(len(others), len(drawn)) if drawn else (0, 0)
    weights = [each + (n < more) for n in range(len(drawn))]
    return Sample((*kept, *drawn), (*[1] * len(kept), *weights))
