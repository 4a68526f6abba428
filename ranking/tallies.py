"""What lists and events add to the counts: pure functions of the log, so that counting bit by bit,
counting all of it again, and looking back to a moment give the same whole numbers.

The step that counts (`app/features/counting.py`) takes back what a list added before and adds what
it adds now, whenever something more becomes known about it.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ranking.behaviour_definitions import METRICS
from ranking.examination import ExaminationCurve

CountKey = tuple[str, int, int]
"""Query, item, and the hour: hours since 1970."""

Tally = dict[CountKey, list[int]]
"""By what it counts, one number for each of `METRICS`; may hold zeros."""

HOUR = 3600
IMPRESSIONS, EXPOSURE, CLICKS, CARTS, PURCHASES, DISMISSALS, REVENUE = range(len(METRICS))

_COUNTED: Mapping[str, int] = {
    "click": CLICKS,
    "add_to_cart": CARTS,
    "purchase": PURCHASES,
    "dismiss": DISMISSALS,
}
"""Of other actions, impressions say how far a list was seen, and none is counted."""

INFERRED = frozenset({"click", "view", "add_to_cart", "purchase", "remove_from_cart", "dismiss"})
"""Actions that may be attributed to a list that they do not name. An impression may not: it may be
of any other place in the shop, and would say of the list that it was hardly seen."""

_DONE_TO_A_HIT = INFERRED - {"view"}
"""What shows that a position was looked at; a product's page is come to in many ways."""


class ShownList(msgspec.Struct, frozen=True):
    """A page of hits, as counting needs it."""

    query_id: str
    query: str
    first: int
    item_keys: tuple[int, ...]
    hour: int
    """In which it was shown: all that was done with it is counted in this hour too, so that every
    window holds both or neither."""
    curve: ExaminationCurve


class Done(msgspec.Struct, frozen=True):
    """Something that was done, as counting needs it."""

    key: int
    """Its row, which tells it from another that says the same."""
    action: str
    item_key: int | None
    position: int | None
    """As the sender gave it, from 1 over all pages."""
    revenue: int
    query: str
    hour: int


class Depth(msgspec.Struct, frozen=True):
    """The lowest positions, from 1 over all pages, that a client said were seen, and that
    something was done with; None where there was nothing."""

    impressions_to: int | None = None
    interactions_to: int | None = None

    @property
    def seen_to(self) -> int | None:
        """None where the client did not say: then all of the page counts as seen."""
        if self.impressions_to is None:
            return None
        return max(self.impressions_to, self.interactions_to or 0)


def depth_of(shown: ShownList, done: Iterable[Done]) -> Depth:
    """From all that was done with the list."""
    seen: int | None = None
    used: int | None = None
    for event in done:
        position = _position(shown, event)
        if position is None:
            continue
        if event.action == "impression":
            seen = position if seen is None else max(seen, position)
        elif event.action in _DONE_TO_A_HIT:
            used = position if used is None else max(used, position)
    return Depth(seen, used)


def add_list(tally: Tally, shown: ShownList, done: Sequence[Done], sign: int = 1) -> None:
    """What a list and all that was done with it count; with `sign` -1, take it back. An action
    counts once for each of its items, however often it was repeated."""
    seen_to = depth_of(shown, done).seen_to
    query, hour = shown.query, shown.hour
    for position, item in enumerate(shown.item_keys, start=shown.first + 1):
        if seen_to is not None and position > seen_to:
            break
        counts = _counts(tally, (query, item, hour))
        counts[IMPRESSIONS] += sign
        counts[EXPOSURE] += sign * shown.curve.at(position)
    counted: set[tuple[int, int]] = set()
    for event in done:
        metric = _COUNTED.get(event.action)
        if metric is None or event.item_key is None:
            continue
        counts = _counts(tally, (query, event.item_key, hour))
        if (event.item_key, metric) not in counted:
            counted.add((event.item_key, metric))
            counts[metric] += sign
        if metric == PURCHASES:
            counts[REVENUE] += sign * max(event.revenue, 0)


def add_alone(tally: Tally, event: Done, sign: int = 1) -> None:
    """What an event counts that belongs to no list."""
    metric = _COUNTED.get(event.action)
    if metric is None or event.item_key is None:
        return
    counts = _counts(tally, (event.query, event.item_key, event.hour))
    counts[metric] += sign
    if metric == PURCHASES:
        counts[REVENUE] += sign * max(event.revenue, 0)


def _position(shown: ShownList, event: Done) -> int | None:
    """Where on the list; the item says it better than the sender's own counting does."""
    if event.item_key is not None and event.item_key in shown.item_keys:
        return shown.first + shown.item_keys.index(event.item_key) + 1
    if event.item_key is None and event.position is not None:
        last = shown.first + len(shown.item_keys)
        return event.position if shown.first < event.position <= last else None
    return None


def _counts(tally: Tally, key: CountKey) -> list[int]:
    counts = tally.get(key)
    if counts is None:
        counts = tally[key] = [0] * len(METRICS)
    return counts
