"""The pin contract: which pins hold, which candidate each places, and where."""

from collections.abc import Sequence

import msgspec

from rules.match import FiredRules, Suppressed
from rules.model import Pin, Rule
from rules.shelf import Shelf


class PinnedAt(msgspec.Struct, frozen=True):
    """One candidate that a pin places at a 1-based position."""

    candidate: int
    position: int
    rule: Rule


def place_pins(
    fired: FiredRules, shelf: Shelf, scores: Sequence[float]
) -> tuple[list[PinnedAt], list[Suppressed]]:
    """Pins that hold by ascending position, and those that do not with the reason.

    Two pins on one position: the stronger rule's gets it, the other the next free one. A pin that
    has nothing to place moves those behind it up by one. A second pin on one product group takes
    no position, since it would else move the stronger one that it gives way to.
    """
    chooser = _Chooser(shelf, scores)
    pinned_by: dict[str, Rule] = {}
    taken: set[int] = set()
    placed: list[PinnedAt] = []
    missing: list[int] = []
    suppressed: list[Suppressed] = []
    for rule, n, pin in fired.each(Pin):
        chosen = chooser.choose(pin)
        group = shelf.group_ids[chosen] if isinstance(chosen, int) else None
        if group is not None and group in pinned_by:
            reason = f"its product group is pinned by rule {pinned_by[group].id} already"
            suppressed.append(Suppressed(rule, reason, n))
            continue
        position = _free_position(pin.position, taken)
        if isinstance(chosen, int):
            pinned_by[shelf.group_ids[chosen]] = rule
            placed.append(PinnedAt(chosen, position, rule))
        else:
            missing.append(position)
            suppressed.append(Suppressed(rule, chosen, n))
    moved_up = [
        PinnedAt(pin.candidate, pin.position - sum(gap < pin.position for gap in missing), pin.rule)
        for pin in sorted(placed, key=lambda pin: pin.position)
    ]
    return moved_up, suppressed


def _free_position(wanted: int, taken: set[int]) -> int:
    while wanted in taken:
        wanted += 1
    taken.add(wanted)
    return wanted


class _Chooser:
    """Finds the candidate that a pin names."""

    def __init__(self, shelf: Shelf, scores: Sequence[float]) -> None:
        self._shelf = shelf
        self._scores = scores
        self._of_item = {item: n for n, item in enumerate(shelf.item_ids)}
        self._of_group: dict[str, list[int]] = {}
        for n, group in enumerate(shelf.group_ids):
            self._of_group.setdefault(group, []).append(n)

    def choose(self, pin: Pin) -> int | str:
        """The candidate, or the reason why there is none."""
        if pin.item_id:
            found = [self._of_item[pin.item_id]] if pin.item_id in self._of_item else []
        else:
            found = self._of_group.get(pin.group_id, [])
        if not pin.ignore_filters and self._shelf.stopped:
            found = [n for n in found if not self._shelf.stopped[n]]
        if not found:
            return "not among the candidates: unknown, hidden, or stopped by a filter"
        buyable = [n for n in found if pin.ignore_stock or self._shelf.in_stock[n]]
        if not buyable:
            return "out of stock"
        return max(buyable, key=self._worth)

    def _worth(self, n: int) -> tuple[bool, float, float, int]:
        """A variant that can be bought goes first, also where the rule allows the others. Those
        that no retriever found have one score where no model tells them apart, and there the most
        popular one stands for its group."""
        popular = self._shelf.popularity[n] if self._shelf.popularity else 0.0
        return self._shelf.in_stock[n], self._scores[n], popular, -n
