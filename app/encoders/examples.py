"""From graded items to the examples that an encoder learns from, with hard negatives."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

import msgspec

from indexing.documents import ItemId
from indexing.encoder_training import Example

MOST_WANTED = 16
"""Items of one query, so that those with many judgments are not all there is."""

NEGATIVES = 2
"""For each wanted item."""

DEEP = 0.5
"""Where nothing is known to be unwanted, negatives come from this far down the candidates: among
the first there is much that is wanted and that nobody has judged."""


class Found(msgspec.Struct, frozen=True):
    """One query with what the live index finds for it, best first, and what is known of it."""

    query: str
    items: tuple[ItemId, ...]
    grades: Mapping[ItemId, int]

    @property
    def wanted(self) -> list[ItemId]:
        """Graded 2 or 3; where there are none, graded 1."""
        best = max(self.grades.values(), default=0)
        return [item for item, grade in self.grades.items() if grade and grade >= min(2, best)]

    @property
    def unwanted(self) -> list[ItemId]:
        """Found and known to be irrelevant; else found far down and unknown."""
        irrelevant = [item for item in self.items if self.grades.get(item) == 0]
        if irrelevant:
            return irrelevant
        deep = self.items[int(len(self.items) * DEEP) :]
        return [item for item in deep if item not in self.grades]


def examples_of(
    found: Iterable[Found], texts: Mapping[ItemId, str], seed: int
) -> Sequence[Example]:
    """Same input and seed, same examples; `texts` of all items that may occur, others are left
    out."""
    chance = Random(seed)  # noqa: S311  # A sample is no secret.
    examples: list[Example] = []
    for entry in found:
        wanted = [item for item in entry.wanted if item in texts]
        unwanted = [item for item in entry.unwanted if item in texts]
        if not unwanted:
            continue
        for item in chance.sample(wanted, min(len(wanted), MOST_WANTED)):
            chosen = chance.sample(unwanted, min(len(unwanted), NEGATIVES))
            examples += [Example(entry.query, texts[item], texts[other]) for other in chosen]
    chance.shuffle(examples)
    return examples
