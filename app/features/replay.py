"""What features were at a moment that has gone by, from the log alone: walks it once, in the order
in which it became known, so that no value knows of anything later. For lists that were stored
without features, and for the test that those stored with them were right."""

import heapq
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import chain, pairwise
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from sqlalchemy import Connection, Row, TextClause, text

from app.features.attribution import attributions_in_time
from app.features.behaviour_repository import COLUMNS, WINDOWS, read_all_traits
from app.features.examination_curves import read_curves
from app.features.log_repository import EVENT_COLUMNS, LIST_COLUMNS, stored_event, stored_list
from app.features.typing_marks import typed_list
from indexing.candidates import Floats, Keys
from ranking.behaviour import BEHAVIOUR
from ranking.behaviour_definitions import METRICS
from ranking.behaviour_sums import BehaviourSums
from ranking.session_interest import SessionInterests
from ranking.tallies import (
    HOUR,
    INFERRED,
    Depth,
    Done,
    DoneToItem,
    ShownList,
    Tally,
    add_alone,
    add_list,
    add_to_list,
    counts_once,
)
from ranking.typeahead import MOST, SECONDS, TypedList, takes_the_place

_FETCH = 5_000
_LONGEST = timedelta(days=max(WINDOWS), hours=1)
_SOON = timedelta(seconds=SECONDS)
_INSTANT = timedelta(microseconds=1)
_METRIC = [METRICS.index(metric) for metric, _ in COLUMNS]
_HOURS = [24 * days for _, days in COLUMNS]


class ReplayedList(NamedTuple):
    query_id: str
    features: Floats
    """Shape `(n, len(BEHAVIOUR.names))`, of the items in their order on the list."""


def replay_lists(
    connection: Connection,
    since: datetime,
    until: datetime,
    only: Collection[str] | None = None,
) -> Iterator[ReplayedList]:
    """The features of every list shown from `since` and before `until`, as they were when it was
    asked for: of what was known before, without the list itself. In the order of time. Memory
    grows with the log of the 30 days before and of the time asked for."""
    with BehaviourReplay(connection, since) as replay:
        rows = connection.execute(_ASKED, {"since": since, "until": until}).all()
        for row in rows:
            if only is None or row.query_id in only:
                replay.advance(row.at)
                keys = np.array(row.item_keys, np.int64)
                yield ReplayedList(row.query_id, replay.features(row.query, keys, row.session_id))


class _Entry(NamedTuple):
    """Something that becomes known. Ordered by when, lists before events."""

    known_at: datetime
    kind: int
    """0 for a list, 1 for an event, 2 for an event that moves to a list that is known now."""
    number: int
    """Keeps the rest from being compared."""
    what: Any


class _NewList(NamedTuple):
    shown: ShownList
    typed: TypedList
    client_id: str
    session_id: str


class _MovedEvent(NamedTuple):
    event: Done
    before: str | None
    after: str | None


class _ReplayedList:
    """With what was done so far, all of which is counted, unless the list is typing."""

    def __init__(self, shown: ShownList, typed: TypedList) -> None:
        self.typed = typed
        self._shown = shown
        self._replaced = False
        self._done: list[Done] = []
        self._depth = Depth()
        self._known: set[DoneToItem] = set()

    def appear(self, tally: Tally) -> None:
        add_list(tally, self._shown, ())

    def be_replaced(self, tally: Tally, replaced: bool) -> None:
        """Or not, by a list that makes typing of this one as long as nothing is done with it."""
        if replaced != self._replaced:
            add_list(self._counted(tally), self._shown, self._done, -1)
            self._replaced = replaced
            add_list(self._counted(tally), self._shown, self._done)

    def gain(self, tally: Tally, event: Done) -> None:
        was_typing = self._is_typing
        self._depth = add_to_list(
            self._counted(tally), self._shown, self._depth, self._known, [event]
        )
        self._note(event)
        if was_typing:
            add_list(self._counted(tally), self._shown, self._done)

    def lose(self, tally: Tally, event: Done) -> None:
        add_list(self._counted(tally), self._shown, self._done, -1)
        done = [other for other in self._done if other.key != event.key]
        self._done, self._known = [], set()
        for other in done:
            self._note(other)
        self._depth = add_list(self._counted(tally), self._shown, done)

    @property
    def _is_typing(self) -> bool:
        return self._replaced and not any(event.action in INFERRED for event in self._done)

    def _counted(self, tally: Tally) -> Tally:
        """Where it adds what it counts: nowhere while it is typing."""
        return {} if self._is_typing else tally

    def _note(self, event: Done) -> None:
        self._done.append(event)
        if (what := counts_once(event)) is not None:
            self._known.add(what)


class _ListsOfShoppers:
    """Finds the lists that may take each other's places."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)

    def add(self, shown: "_NewList") -> dict[str, list[str]]:
        """By each list of the same shopper whose place this one may have taken, and by this one
        itself, all those that may have taken its place."""
        if not (shown.client_id or shown.session_id):
            return {}
        # Where no client is named, the session stands for it.
        shopper = (shown.client_id, "" if shown.client_id else shown.session_id)
        lists = self._shown[shopper]
        at, query_id = shown.typed.at, shown.shown.query_id
        insort(lists, (at, query_id))
        earliest = bisect_left(lists, (at - _SOON, ""))
        last = bisect_left(lists, (at, ""))
        concerned = [*lists[max(earliest, last - MOST) : last], (at, query_id)]
        return {query_id: self._after(lists, at) for at, query_id in concerned}

    @staticmethod
    def _after(lists: Sequence[tuple[datetime, str]], at: datetime) -> list[str]:
        first = bisect_left(lists, (at + _INSTANT, ""))
        end = bisect_left(lists, (at + _SOON + _INSTANT, ""))
        return [query_id for _, query_id in lists[first : min(end, first + MOST)]]


class BehaviourReplay:
    """Everything that was known before a moment, which `advance` moves on; a context manager, since
    it reads the log through cursors."""

    def __init__(self, connection: Connection, since: datetime) -> None:
        """`since` is the first moment that will be asked for."""
        self._sums = BehaviourSums(len(COLUMNS))
        for key, traits in read_all_traits(connection).items():
            self._sums.classify(key, traits)
        self._sessions = SessionInterests(BEHAVIOUR.definitions.session)
        self._lists: dict[str, _ReplayedList] = {}
        self._shoppers = _ListsOfShoppers()
        self._hours: dict[int, dict[tuple[str, int], list[int]]] = defaultdict(dict)
        self._hour = int(since.timestamp() // HOUR)
        self._now = since
        self._tally: Tally = {}
        self._cursors = ExitStack()
        oldest = {"oldest": since - _LONGEST}
        self._entries = heapq.merge(
            self._read_lists(connection, oldest),
            self._read_events(connection, oldest),
            self._read_moves(connection, oldest),
        )
        self._next = next(self._entries, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cursors.close()

    def advance(self, to: datetime) -> None:
        """Take in all that was known before `to`, which is no earlier than the last one."""
        while self._next is not None and self._next.known_at < to:
            self._take_in(self._next)
            self._next = next(self._entries, None)
        self._count()
        self._turn(int(to.timestamp() // HOUR))
        self._now = to

    def features(self, query: str, keys: Keys, session_id: str = "") -> Floats:
        """Shape `(n, len(BEHAVIOUR.names))`: what a request at that moment reads."""
        traits = [self._sums.traits(key) for key in keys.tolist()]
        brands = [item.brand for item in traits]
        categories = [item.category for item in traits]
        return BEHAVIOUR.values(
            self._sums.gather(query, keys, brands, categories),
            self._sessions.interest(session_id, self._now, self._sums.traits),
            np.array(brands, np.int64),
            np.array(categories, np.int64),
        )

    def _take_in(self, entry: _Entry) -> None:
        if entry.kind == 0:
            self._take_in_list(entry.what)
        elif entry.kind == 1:
            event, list_id, session_id, at = entry.what
            self._move(_MovedEvent(event, None, list_id), new=True)
            if event.item_key is not None:
                self._sessions.note(session_id, event.action, at, event.key, event.item_key)
        else:
            self._move(entry.what)

    def _take_in_list(self, new: _NewList) -> None:
        shown = self._lists[new.shown.query_id] = _ReplayedList(new.shown, new.typed)
        shown.appear(self._tally)
        for query_id, after in self._shoppers.add(new).items():
            earlier = self._lists[query_id]
            replaced = any(
                takes_the_place(self._lists[later].typed, earlier.typed) for later in after
            )
            earlier.be_replaced(self._tally, replaced)

    def _move(self, move: _MovedEvent, new: bool = False) -> None:
        """An event of a list that lies before all windows counts nothing any more."""
        if not new:
            if move.before is None:
                add_alone(self._tally, move.event, -1)
            elif move.before in self._lists:
                self._lists[move.before].lose(self._tally, move.event)
        if move.after is None:
            add_alone(self._tally, move.event)
        elif move.after in self._lists:
            self._lists[move.after].gain(self._tally, move.event)

    def _count(self) -> None:
        """Add what was taken in to the hours and to the windows that they lie in."""
        changes: dict[str, dict[int, list[int]]] = defaultdict(dict)
        for (query, item, hour), counts in self._tally.items():
            added = [counts[metric] for metric in _METRIC]
            if hour <= self._hour - max(_HOURS) or not any(added):
                continue
            held = self._hours[hour].setdefault((query, item), [0] * len(COLUMNS))
            total = changes[query].setdefault(item, [0] * len(COLUMNS))
            for n, count in enumerate(added):
                held[n] += count
                if hour > self._hour - _HOURS[n]:
                    total[n] += count
        self._tally = {}
        self._shift(changes)

    def _turn(self, hour: int) -> None:
        """Let go of what no longer lies in a window that ends with this hour."""
        if hour == self._hour:
            return
        changes: dict[str, dict[int, list[int]]] = defaultdict(dict)
        for past in [each for each in self._hours if each <= hour - min(_HOURS)]:
            leaving = [
                n for n, length in enumerate(_HOURS) if self._hour - length < past <= hour - length
            ]
            if leaving:
                for (query, item), counts in self._hours[past].items():
                    total = changes[query].setdefault(item, [0] * len(COLUMNS))
                    for n in leaving:
                        total[n] -= counts[n]
            if past <= hour - max(_HOURS):
                del self._hours[past]
        self._hour = hour
        self._shift(changes)

    def _shift(self, changes: dict[str, dict[int, list[int]]]) -> None:
        for query, items in changes.items():
            keys = np.fromiter(items, np.int64, len(items))
            self._sums.shift(query, keys, np.array(list(items.values()), np.int64))

    def _read_lists(self, connection: Connection, oldest: dict[str, datetime]) -> Iterator[_Entry]:
        curves = read_curves(connection)
        for n, row in enumerate(self._cursor(connection, _LISTS, oldest)):
            shown = stored_list(row, curves).shown
            what = _NewList(shown, typed_list(row), row.client_id, row.session_id)
            yield _Entry(row.known_at, 0, n, what)

    def _read_events(self, connection: Connection, oldest: dict[str, datetime]) -> Iterator[_Entry]:
        for row in self._cursor(connection, _EVENTS, oldest):
            event = stored_event(row).done
            list_id = row.list_id
            if row.late:
                list_id = attributions_in_time(connection, event.key)[0].attribution.list_id
            what = (event, list_id, row.session_id, row.seconds)
            yield _Entry(row.known_at, 1, event.key, what)

    def _read_moves(self, connection: Connection, oldest: dict[str, datetime]) -> Iterator[_Entry]:
        """Few: events that were known before the list that they belong to."""
        moves: list[_Entry] = []
        for row in connection.execute(_LATE_EVENTS, oldest).all():
            event = stored_event(row).done
            steps = attributions_in_time(connection, event.key)
            for before, after in pairwise(steps):
                moved = _MovedEvent(event, before.attribution.list_id, after.attribution.list_id)
                moves.append(_Entry(after.since, 2, len(moves), moved))
        yield from sorted(moves)

    def _cursor(
        self, connection: Connection, statement: TextClause, parameters: dict[str, datetime]
    ) -> Iterator[Row[Any]]:
        options = {"stream_results": True}
        result = connection.execute(statement, parameters, execution_options=options)
        self._cursors.callback(result.close)
        return chain.from_iterable(result.partitions(_FETCH))


_ASKED = text(
    """
    select query_id, at, query, session_id, item_keys from ranking_events
    where at >= :since and at < :until order by at, query_id
    """
)

_LISTS = text(
    f"""
    select {LIST_COLUMNS}, at, sort, final, client_id, session_id from ranking_events
    where at > :oldest order by known_at, query_id
    """  # noqa: S608
)

_IS_LATE = """
    exists (
        select 1 from ranking_events r where r.query_id = e.list_id and r.known_at > e.known_at
    )
"""

_EVENTS = text(
    f"""
    select {EVENT_COLUMNS}, known_at, session_id, extract(epoch from at)::float8 as seconds,
        {_IS_LATE} as late
    from interaction_events e where at > :oldest order by known_at, key
    """  # noqa: S608
)

_LATE_EVENTS = text(
    f"""
    select {EVENT_COLUMNS} from interaction_events e
    where at > :oldest and {_IS_LATE} order by key
    """  # noqa: S608
)
