"""When two words count as the same: by singular and plural, and by small typos."""

from functools import lru_cache
from typing import Any

ONE_TYPO_FROM = 4
TWO_TYPOS_FROM = 8
"""Letters of a word from which so many typos are forgiven, as Algolia's defaults have it."""


def allowed_typos(word: str) -> int:
    """None in a short word, which is another word soon, or where a digit makes it a model name."""
    if len(word) < ONE_TYPO_FROM or any(character.isdigit() for character in word):
        return 0
    return 2 if len(word) >= TWO_TYPOS_FROM else 1


def distance(one: str, other: str, most: int) -> int | None:
    """Letters inserted, left out, changed or swapped with a neighbour (optimal string alignment)
    that part the two; None when they are more than `most`."""
    found: int = _comparer().compare(one, other, most)
    return found if 0 <= found <= most else None


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """`watches` gives `watch`, `t-shirts` gives `t-shirt`; a word that is no plural is itself.
    English."""
    head, hyphen, last = word.rpartition("-")
    if hyphen:
        return f"{head}-{singular(last)}"
    if len(word) < 3 or not word.isalpha():
        return word
    return str(_inflector().singular_noun(word) or word)


def forms(word: str) -> frozenset[str]:
    """The word itself and its singular. Both, since `lens` is taken for a plural of its own, and
    would else have nothing in common with `lenses`, whose singular it is."""
    return frozenset((word, singular(word)))


def alike(ruled: str, asked: str, plurals: bool, typos: bool) -> bool:
    """Whether the rule's word and the shopper's count as the same."""
    if ruled == asked:
        return True
    if plurals and not forms(ruled).isdisjoint(forms(asked)):
        return True
    if not typos:
        return False
    if _near(ruled, asked):
        return True
    return plurals and _near(singular(ruled), singular(asked))


def warm_up() -> None:
    """Load what comparing needs, a second of imports, before rules that need it are published."""
    alike("kettle", "kettles", plurals=True, typos=True)
    alike("kettle", "kettel", plurals=True, typos=True)


def _near(ruled: str, asked: str) -> bool:
    most = allowed_typos(ruled)
    if not most or any(character.isdigit() for character in asked):
        return False
    return distance(ruled, asked, most) is not None


# Both libraries are imported on first use: a rule set without tolerant rules needs neither, and
# the command line starts sooner without them.
@lru_cache(maxsize=1)
def _inflector() -> Any:
    import inflect

    return inflect.engine()


@lru_cache(maxsize=1)
def _comparer() -> Any:
    from symspellpy.editdistance import DistanceAlgorithm, EditDistance

    return EditDistance(DistanceAlgorithm.DAMERAU_OSA)
