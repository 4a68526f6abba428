"""The step that counts: takes what is new in the log, attributes it, and adds what it changes to
the counts, all in one transaction: a process that is killed on the way leaves nothing of it."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, text

from app.features.attribution import (
    Attribution,
    events_concerned,
    find_lists,
    store_attributions,
)
from app.features.examination_curves import read_curves
from app.features.log_repository import (
    add_counts,
    note_depths,
    read_events,
    read_events_of,
    read_known,
    read_lists,
)
from app.features.progress import note_progress, try_lock_progress
from app.features.typing_marks import ACTS, lists_before, mark_typing
from app.features.usage_counts import SETTLE_SECONDS, settle_usage
from app.following import keep_refreshing
from app.items.repository import next_horizon
from ranking.examination import ExaminationCurves
from ranking.tallies import (
    Depth,
    Done,
    Tally,
    add_alone,
    add_list,
    add_to_list,
)

COUNT_SECONDS = 0.5
STEP_ROWS = 10_000
"""Rows of either table that one step takes, and then those of the last one's transaction."""

CHUNK = 2_000
"""Rows that are held in memory at once; a transaction that wrote more is counted in pieces."""


class BehaviourCounter:
    """Any number of processes may have one; they take turns."""

    def __init__(
        self,
        engine: Engine,
        step_rows: int = STEP_ROWS,
        chunk: int = CHUNK,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._engine = engine
        self._step_rows = step_rows
        self._chunk = chunk
        self._settle_seconds = settle_seconds

    def step(self, wait: bool = False) -> int:
        """Count what is new, up to a bound; returns how many lists and events that was, 0 also
        where another process is at it that is not waited for."""
        with self._engine.begin() as connection:
            seen = try_lock_progress(connection, wait)
            if seen is None:
                return 0
            horizon = next_horizon(connection)
            to = bound(connection, seen, horizon, self._step_rows)
            counted = count(connection, seen, to, self._chunk)
            settle_usage(connection, to, self._settle_seconds)
            return counted

    def run(self) -> int:
        """Count until nothing is left; returns how many lists and events that was."""
        total = 0
        while counted := self.step(wait=True):
            total += counted
        return total

    def follow(self, stop: threading.Event) -> None:
        """Count until told to stop; runs in a thread of its own."""

        def keep_up() -> None:
            # A step that is nearly full was cut off before a transaction that did not fit.
            while self.step() > self._step_rows // 2 and not stop.is_set():
                pass

        keep_refreshing(keep_up, "events to count", COUNT_SECONDS, stop)


_BOUND = text(
    """
    with waiting as (
        (select changed_in from ranking_events
         where changed_in >= :seen and changed_in < :horizon order by changed_in limit :rows + 1)
        union all
        (select changed_in from interaction_events
         where changed_in >= :seen and changed_in < :horizon order by changed_in limit :rows + 1)
    )
    select min(changed_in) as first,
        (select changed_in from waiting order by changed_in offset :rows limit 1) as too_many
    from waiting
    """
)


def bound(connection: Connection, seen: int, horizon: int, rows: int) -> int:
    """The transaction before which at most so many rows wait; but all of one transaction."""
    waiting = connection.execute(_BOUND, {"seen": seen, "horizon": horizon, "rows": rows}).one()
    return horizon if waiting.too_many is None else max(waiting.too_many, waiting.first + 1)


_NEW_LISTS = text(
    """
    select query_id from ranking_events where changed_in >= :seen and changed_in < :to
    order by changed_in, query_id
    """
)
_NEW_EVENTS = text(
    """
    select key from interaction_events where changed_in >= :seen and changed_in < :to
    order by changed_in, key
    """
)


def count(connection: Connection, seen: int, to: int, chunk: int = CHUNK) -> int:
    """Count the rows of the transactions from `seen` and before `to`, whoever holds the lock;
    returns how many there were. Lists first, so that an event that came with its list finds it.
    Which of them were typing is looked at before, so that most of those are never counted, and
    again where an event was attributed since."""
    between = {"seen": seen, "to": to}
    lists = list(connection.execute(_NEW_LISTS, between).scalars())
    events = list(connection.execute(_NEW_EVENTS, between).scalars())
    if lists or events:
        curves = read_curves(connection)
        for ids in _pieces(lists, chunk):
            concerned = [*ids, *lists_before(connection, ids, to)]
            mark_typing(connection, curves, concerned, seen, to)
        used: set[str] = set()
        for ids in _pieces(lists, chunk):
            used |= _count_lists(connection, curves, ids, seen, to)
        for keys in _pieces(events, chunk):
            used |= _count_events(connection, curves, keys, to)
        for ids in _pieces(sorted(used), chunk):
            mark_typing(connection, curves, ids, to, to)
    if to > seen:
        note_progress(connection, to)
    return len(lists) + len(events)


def _count_lists(
    connection: Connection,
    curves: ExaminationCurves,
    ids: Sequence[str],
    seen: int,
    to: int,
) -> set[str]:
    """Lists that nothing was counted of, and events that were counted without them; returns what
    `recount` does."""
    concerned = read_events(connection, events_concerned(connection, ids, seen))
    found = find_lists(connection, [event.done.key for event in concerned], to)
    moves = [
        Move(event.done, event.attribution, found[event.done.key])
        for event in concerned
        if event.attribution != found[event.done.key]
    ]
    return recount(connection, curves, moves, new_lists=set(ids))


def _count_events(
    connection: Connection, curves: ExaminationCurves, keys: Sequence[int], to: int
) -> set[str]:
    events = read_events(connection, keys)
    found = find_lists(connection, keys, to)
    moves = [Move(event.done, None, found[event.done.key]) for event in events]
    return recount(connection, curves, moves)


class Move(NamedTuple):
    """An event and what it is attributed to before and after; None where it is not counted."""

    event: Done
    before: Attribution | None
    after: Attribution | None


def recount(
    connection: Connection,
    curves: ExaminationCurves,
    moves: Sequence[Move],
    new_lists: Collection[str] = (),
    gone_lists: Collection[str] = (),
) -> set[str]:
    """Change the counts as the events move and lists come and go. A list that only gains events is
    added to, whatever is attributed to it already; of one that loses some, what it counted is taken
    back, and what it counts now is added. Typing counts nothing, whatever moves. Returns the lists
    of which it is to be looked at again whether they were typing."""
    losing = _lists_of(move.before for move in moves)
    gaining = _lists_of(move.after for move in moves)
    anew = {*gone_lists, *losing}
    lists = read_lists(connection, {*new_lists, *anew, *gaining}, curves)
    before = read_events_of(connection, anew)
    # Of lists that only gain, what they gain.
    after = _moved(before, moves)
    known = read_known(connection, {list_id: after[list_id] for list_id in gaining - anew})
    tally: Tally = {}
    depths: dict[str, Depth] = {}
    for list_id, stored in lists.items():
        shown, done = stored.shown, after.get(list_id, [])
        counted = {} if stored.typing else tally
        if list_id in anew:
            add_list(counted, shown, before.get(list_id, []), -1)
            if list_id not in gone_lists:
                depths[list_id] = add_list(counted, shown, done)
            continue
        if list_id in new_lists:
            # What an earlier piece of this step found to belong to it was added already.
            add_list(counted, shown, ())
        depths[list_id] = add_to_list(counted, shown, stored.depth, known.get(list_id, set()), done)
    for move in moves:
        if move.before is not None and move.before.list_id is None:
            add_alone(tally, move.event, -1)
        if move.after is not None and move.after.list_id is None:
            add_alone(tally, move.event)
    add_counts(connection, tally)
    note_depths(
        connection,
        {list_id: depth for list_id, depth in depths.items() if depth != lists[list_id].depth},
    )
    store_attributions(
        connection,
        {
            move.event.key: move.after
            for move in moves
            if move.after is not None and move.after != (move.before or Attribution())
        },
    )
    acts = [move for move in moves if move.event.action in ACTS]
    used = {n for n in _lists_of(move.after for move in acts) if n in lists and lists[n].typing}
    return used.union(_lists_of(move.before for move in acts)).difference(gone_lists)


def _lists_of(attributions: Iterable[Attribution | None]) -> set[str]:
    return {found.list_id for found in attributions if found and found.list_id is not None}


def _moved(before: Mapping[str, list[Done]], moves: Sequence[Move]) -> dict[str, list[Done]]:
    """By list, its events after all of them have moved."""
    moving = {move.event.key for move in moves if move.before is not None}
    after = {
        list_id: [event for event in done if event.key not in moving]
        for list_id, done in before.items()
    }
    for move in moves:
        if move.after is not None and move.after.list_id is not None:
            after.setdefault(move.after.list_id, []).append(move.event)
    return after


Row = TypeVar("Row", str, int)


def _pieces(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
