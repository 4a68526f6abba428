"""The place after scoring where rules act: boost and bury move scores, a sort replaces them, pins
take positions, and a page gets variety."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from rules.diversify import diversify
from rules.match import SHOPPER_SORTS, FiredRules, Suppressed
from rules.model import Banner, Boost, Bury, Data, Diversify, Pin, Redirect, Rule
from rules.pins import PinnedAt, place_pins
from rules.rewrite import Rewritten
from rules.shelf import Shelf

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


class Arrangement(msgspec.Struct, frozen=True):
    """The final order: every candidate once, but for those that only a pin without effect had
    brought in, and where groups are shown as one, for all of a group but one."""

    placed: tuple[Placed, ...]
    suppressed: tuple[Suppressed, ...] = ()


def arrange_nothing(fired: FiredRules, rewritten: Rewritten) -> Arrangement:
    """Where a rule redirects there are no hits, and so nothing that the other instructions could
    act on, but for those that join the answer."""
    redirecting, _ = fired.strongest(Redirect)
    if redirecting is None:
        return Arrangement(())
    reason = f"rule {redirecting[0].id} redirects"
    acting = (Redirect, Banner, Data)
    return Arrangement((), fired.suppress_others(acting, reason, rewritten.suppressed))


def arrange(
    shelf: Shelf,
    fired: FiredRules,
    rewritten: Rewritten,
    targets: Mapping[Target, frozenset[int]],
    per_page: int,
) -> Arrangement:
    """`targets` says for each boost or bury by filter which candidates (by index) pass it. Equal
    scores keep the order given."""
    effects: dict[int, list[Effect]] = {}
    moved_by = _shifts(shelf, fired, targets, effects)
    moved = [float(score) + shift for score, shift in zip(shelf.scores, moved_by, strict=True)]
    order = _sorted(shelf, rewritten, sorted(range(len(moved)), key=lambda n: -moved[n]))
    pins: list[PinnedAt] = []
    suppressed: list[Suppressed] = []
    if rewritten.pins_hold:
        pins, suppressed = place_pins(fired, shelf, moved)
    else:
        suppressed = fired.suppress(Pin, SHOPPER_SORTS)
    pinned = {pin.candidate: pin.rule for pin in pins}
    order = [n for n in order if n not in pinned and not (shelf.brought and shelf.brought[n])]
    if shelf.grouped:
        order = _one_of_each(order, shelf.group_ids, {shelf.group_ids[n] for n in pinned})
    for pin in pins:
        order.insert(pin.position - 1, pin.candidate)  # behind the end, the list closes up
    if rewritten.pins_hold:
        variety, weaker = fired.strongest(Diversify)
    else:
        variety, weaker = None, fired.suppress(Diversify, SHOPPER_SORTS)
    if variety is not None:
        order = _with_variety(order, shelf, *variety, frozenset(pinned), per_page, effects)
    for place, n in enumerate(order, start=1):
        if n in pinned:
            effects.setdefault(n, []).append(Effect(pinned[n], f"pinned to position {place}"))
    return Arrangement(
        placed=tuple(
            Placed(n, moved[n], _placement(n in pinned, moved_by[n]), tuple(effects.get(n, ())))
            for n in order
        ),
        suppressed=(*suppressed, *weaker),
    )


def _shifts(
    shelf: Shelf,
    fired: FiredRules,
    targets: Mapping[Target, frozenset[int]],
    effects: dict[int, list[Effect]],
) -> list[float]:
    """What is added to each candidate's score."""
    shifts: dict[int, list[float]] = {}
    index_of: dict[str, int] = {}
    for r, rule in enumerate(fired.rules):
        for i, instruction in enumerate(rule.then):
            if not isinstance(instruction, (Boost, Bury)):
                continue
            index_of = index_of or {item: n for n, item in enumerate(shelf.item_ids)}
            verb, sign = ("boosted", 1.0) if isinstance(instruction, Boost) else ("buried", -1.0)
            chosen = {index_of[item] for item in instruction.item_ids if item in index_of}
            for n in chosen | targets.get((r, i), frozenset()):
                shifts.setdefault(n, []).append(sign * math.log(instruction.by))
                effect = Effect(rule, f"{verb} by {instruction.by:g}")
                effects.setdefault(n, []).append(effect)
    # An exact sum, so that a boost and a bury by the same factor leave nothing behind.
    return [math.fsum(shifts.get(n, ())) for n in range(len(shelf))]


def _sorted(shelf: Shelf, rewritten: Rewritten, order: list[int]) -> list[int]:
    """What is relevant, sorted, then the rest in its own order; what is not known sorts last."""
    values = shelf.sort_values
    if rewritten.sort is None or values is None:
        return order
    sign = -1.0 if rewritten.sort.descending else 1.0

    def place(n: int) -> tuple[bool, bool, float]:
        if not shelf.relevant[n]:
            return True, False, 0.0
        unknown = math.isnan(values[n])
        return False, unknown, 0.0 if unknown else sign * values[n]

    return sorted(order, key=place)


def _one_of_each(order: list[int], groups: Sequence[str], taken: set[str]) -> list[int]:
    """The first of each group that is not taken."""
    kept: list[int] = []
    for n in order:
        if groups[n] not in taken:
            taken.add(groups[n])
            kept.append(n)
    return kept


def _with_variety(
    order: list[int],
    shelf: Shelf,
    rule: Rule,
    wanted: Diversify,
    pinned: frozenset[int],
    per_page: int,
    effects: dict[int, list[Effect]],
) -> list[int]:
    before = {n: place for place, n in enumerate(order)}
    values = shelf.variety[wanted.field]
    varied = diversify(order, pinned, values, wanted.max_per_page, per_page)
    words = f"moved on: at most {wanted.max_per_page} with one {wanted.field} a page"
    for place, n in enumerate(varied):
        if place // per_page > before[n] // per_page:
            effects.setdefault(n, []).append(Effect(rule, words))
    return varied


def _placement(pinned: bool, moved_by: float) -> Placement:
    if pinned:
        return "pinned"
    if moved_by > 0:
        return "boosted"
    return "buried" if moved_by < 0 else "organic"
