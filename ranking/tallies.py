"""What lists and events add to the counts: pure functions of the log, so that counting bit by bit,
counting all of it again, and looking back to a moment give the same whole numbers.

What was done with a list adds to it, at a cost that does not grow with what was done before
(`add_to_list`); where something goes, what the list added is taken back and added anew.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ranking.behaviour_definitions import METRICS
from ranking.examination import ExaminationCurve

CountKey = tuple[str, int, int]
"""Query, item, and the hour: hours since 1970."""

Tally = dict[CountKey, list[int]]
"""By what it counts, one number for each of `METRICS`; may hold zeros."""

DoneToItem = tuple[int, str]
"""An item and an action."""

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

    def hits_to(self, depth: "Depth") -> int:
        """How many of its hits count as seen."""
        if depth.seen_to is None:
            return len(self.item_keys)
        return min(max(depth.seen_to - self.first, 0), len(self.item_keys))


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

    def and_also(self, other: "Depth") -> "Depth":
        """From all that either is from."""
        return Depth(
            _lower(self.impressions_to, other.impressions_to),
            _lower(self.interactions_to, other.interactions_to),
        )


def depth_of(shown: ShownList, done: Iterable[Done]) -> Depth:
    """From all that was done with the list."""
    seen: int | None = None
    used: int | None = None
    for event in done:
        position = _position(shown, event)
        if position is None:
            continue
        if event.action == "impression":
            seen = _lower(seen, position)
        elif event.action in _DONE_TO_A_HIT:
            used = _lower(used, position)
    return Depth(seen, used)


def add_list(tally: Tally, shown: ShownList, done: Sequence[Done], sign: int = 1) -> Depth:
    """What a list and all that was done with it count; with `sign` -1, take it back. An action
    counts once for each of its items, however often it was repeated. Returns how deep it was
    seen."""
    depth = depth_of(shown, done)
    _add_seen(tally, shown, shown.hits_to(depth), sign)
    _add_done(tally, shown.query, shown.hour, done, (), sign)
    return depth


def add_to_list(
    tally: Tally,
    shown: ShownList,
    depth: Depth,
    known: Collection[DoneToItem],
    done: Sequence[Done],
) -> Depth:
    """What it changes that more was done with a list that counts already: the same as if all had
    been known from the start, whatever the list has counted before. `depth` is what it was, and
    `known` what was done before that counts; returns what the depth is now."""
    after = depth.and_also(depth_of(shown, done))
    before_to, after_to = shown.hits_to(depth), shown.hits_to(after)
    if before_to != after_to:
        _add_seen(tally, shown, before_to, -1)
        _add_seen(tally, shown, after_to)
    _add_done(tally, shown.query, shown.hour, done, known)
    return after


def counts_once(done: Done) -> DoneToItem | None:
    """What a repetition adds nothing to but revenue; None for what counts nothing."""
    if done.item_key is None or done.action not in _COUNTED:
        return None
    return done.item_key, done.action


def add_alone(tally: Tally, event: Done, sign: int = 1) -> None:
    """What an event counts that belongs to no list."""
    _add_done(tally, event.query, event.hour, [event], (), sign)


def _add_seen(tally: Tally, shown: ShownList, hits: int, sign: int = 1) -> None:
    """The first so many hits."""
    for position, item in enumerate(shown.item_keys[:hits], start=shown.first + 1):
        counts = _counts(tally, (shown.query, item, shown.hour))
        counts[IMPRESSIONS] += sign
        counts[EXPOSURE] += sign * shown.curve.at(position)


def _add_done(
    tally: Tally,
    query: str,
    hour: int,
    done: Iterable[Done],
    known: Collection[DoneToItem],
    sign: int = 1,
) -> None:
    counted = set(known)
    for event in done:
        what = counts_once(event)
        if what is None:
            continue
        item, action = what
        metric = _COUNTED[action]
        counts = _counts(tally, (query, item, hour))
        if what not in counted:
            counted.add(what)
            counts[metric] += sign
        if metric == PURCHASES:
            counts[REVENUE] += sign * max(event.revenue, 0)


def _lower(one: int | None, other: int | None) -> int | None:
    """Of two positions."""
    return max((n for n in (one, other) if n is not None), default=None)


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
