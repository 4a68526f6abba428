"""The place after scoring where rules act: boost and bury move scores, pins take positions."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from indexing.candidates import Floats
from indexing.documents import ItemId
from rules.match import FiredRules
from rules.model import Boost, Bury, Pin, Rule

Placement = Literal["organic", "pinned", "boosted", "buried"]
Target = tuple[int, int]
"""Names one boost or bury among the fired rules: which rule, which of its instructions."""


class Effect(msgspec.Struct, frozen=True):
    """What one rule did to one candidate."""

    rule: Rule
    words: str


class Placed(msgspec.Struct, frozen=True):
    """A candidate in its final place; `candidate` is its index among the candidates given."""

    candidate: int
    score: float
    placement: Placement
    effects: tuple[Effect, ...] = ()


def arrange(
    item_ids: Sequence[ItemId],
    scores: Floats,
    fired: FiredRules,
    targets: Mapping[Target, frozenset[int]],
) -> list[Placed]:
    """Final order of `n` candidates given their ids and model scores, both of length `n`.

    `targets` says for each boost or bury by filter which candidates (by index) pass it. Equal
    scores keep the order given. A pin on a position that a stronger rule took goes to the next
    free one; pins behind the end of the list close up.
    """
    shifts: dict[int, list[float]] = {}
    effects: dict[int, list[Effect]] = {}
    index_of = {item_id: n for n, item_id in enumerate(item_ids)}
    wanted: dict[int, tuple[int, Rule]] = {}
    for r, rule in enumerate(fired.rules):
        for i, instruction in enumerate(rule.then):
            match instruction:
                case Boost() | Bury():
                    verb, sign = (
                        ("boosted", 1.0) if isinstance(instruction, Boost) else ("buried", -1.0)
                    )
                    chosen = {index_of[item] for item in instruction.item_ids if item in index_of}
                    for n in chosen | targets.get((r, i), frozenset()):
                        shifts.setdefault(n, []).append(sign * math.log(instruction.by))
                        effect = Effect(rule, f"{verb} by {instruction.by:g}")
                        effects.setdefault(n, []).append(effect)
                case Pin(item_id=item_id, position=position):
                    # The stronger rule's pin of an item counts; a weaker one's is not looked at.
                    if item_id in index_of:
                        wanted.setdefault(index_of[item_id], (position, rule))
    pins = _free_positions(wanted)
    # An exact sum, so that a boost and a bury by the same factor leave nothing behind.
    moved_by = [math.fsum(shifts.get(n, ())) for n in range(len(scores))]
    moved = [float(score) + shift for score, shift in zip(scores, moved_by, strict=True)]
    order = sorted((n for n in range(len(moved)) if n not in pins), key=lambda n: -moved[n])
    for n, (position, _) in sorted(pins.items(), key=lambda pin: pin[1][0]):
        order.insert(position - 1, n)
    for place, n in enumerate(order, start=1):
        if n in pins:
            effects.setdefault(n, []).append(Effect(pins[n][1], f"pinned to position {place}"))
    return [
        Placed(
            candidate=n,
            score=moved[n],
            placement=_placement(n in pins, moved_by[n]),
            effects=tuple(effects.get(n, ())),
        )
        for n in order
    ]


def _free_positions(wanted: Mapping[int, tuple[int, Rule]]) -> dict[int, tuple[int, Rule]]:
    taken: set[int] = set()
    pins: dict[int, tuple[int, Rule]] = {}
    for n, (position, rule) in wanted.items():
        while position in taken:
            position += 1
        taken.add(position)
        pins[n] = (position, rule)
    return pins


def _placement(pinned: bool, moved_by: float) -> Placement:
    if pinned:
        return "pinned"
    if moved_by > 0:
        return "boosted"
    return "buried" if moved_by < 0 else "organic"
