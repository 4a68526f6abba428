"""Takes events in: calls that come while others are being written are written together, in one
transaction, by a thread of their own; each is answered when its events are stored."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError

from app.events.bodies import split_body, unpack
from app.events.objects import ItemFinder
from app.events.problems import MAX_MESSAGE, EventProblem, RefusedEvent
from app.events.reading import ReadEvent, read_event
from app.events.recorder import ListRecorder
from app.events.storing import store_events

logger = logging.getLogger(__name__)
UNKNOWN_ITEM = "unknown-item"
AT_ONCE = 1_000
"""Events of one transaction, more or less: readers wait for those that take long."""

INLINE_BYTES = 16 * 1024
"""A body up to this is read at once; a longer one would hold up the other requests."""


class Refusal(msgspec.Struct, frozen=True):
    index: int
    """Of the event in the body, from 0."""
    event_id: str | None
    """Where it could be read."""
    problems: tuple[EventProblem, ...]


class Receipt(msgspec.Struct, frozen=True):
    """What became of the events of one call."""

    accepted: int = 0
    duplicates: int = 0
    """Stored before, by this call or another."""
    refused: tuple[Refusal, ...] = ()
    warnings: Mapping[str, int] = {}
    """Of accepted events, what is odd: `unknown-item`, an object that is not in the catalogue."""


class Stored(msgspec.Struct, frozen=True):
    """What became of the events that keep the contract, in their order."""

    new: tuple[bool, ...]
    unknown: tuple[bool, ...]
    refused: Mapping[int, EventProblem] = {}
    """Those that Postgres would not take."""


class Taken(msgspec.Struct, frozen=True):
    """What became of all events since this process started."""

    accepted: int = 0
    duplicates: int = 0
    refused: Mapping[str, int] = {}
    """By the rule that was broken first."""
    warnings: Mapping[str, int] = {}

    def __add__(self, receipt: Receipt) -> "Taken":
        rules = Counter(refusal.problems[0].rule for refusal in receipt.refused)
        return Taken(
            self.accepted + receipt.accepted,
            self.duplicates + receipt.duplicates,
            dict(Counter(self.refused) + Counter(rules)),
            dict(Counter(self.warnings) + Counter(receipt.warnings)),
        )


class _Job(msgspec.Struct, frozen=True):
    events: Sequence[ReadEvent]
    future: "Future[Stored]"


class EventIntake:
    """`threads` has one: it is what makes calls wait for each other and go together."""

    def __init__(
        self, engine: Engine, lists: ListRecorder, threads: Executor, readers: Executor
    ) -> None:
        self._engine = engine
        self._lists = lists
        self._finder = ItemFinder()
        self._threads = threads
        self._readers = readers
        self._lock = threading.Lock()
        self._jobs: list[_Job] = []
        self.taken = Taken()

    async def take(self, body: bytes, packed: bool, lines: bool) -> Receipt:
        """Raises `EventsError` for a body that is none, and `OperationalError` when Postgres is
        away."""
        now = datetime.now(UTC)
        if packed or len(body) > INLINE_BYTES:
            loop = asyncio.get_running_loop()
            read = await loop.run_in_executor(self._readers, _read, body, packed, lines, now)
        else:
            read = _read(body, packed, lines, now)
        good = [event for event in read if isinstance(event, ReadEvent)]
        stored = await asyncio.wrap_future(self._submit(good)) if good else Stored((), ())
        receipt = _receipt(read, stored)
        # On the event loop, which does one thing at a time.
        self.taken += receipt
        return receipt

    def _submit(self, events: Sequence[ReadEvent]) -> "Future[Stored]":
        job = _Job(events, Future())
        # From now on it is written whether or not the sender waits for the answer.
        job.future.set_running_or_notify_cancel()
        with self._lock:
            self._jobs.append(job)
            first = len(self._jobs) == 1
        if first:
            self._threads.submit(self._drain)
        return job.future

    def _drain(self) -> None:
        """Write all that has come; more comes while this is written, and goes together then."""
        while jobs := self._next():
            try:
                self._write_together(jobs)
            except Exception:
                # Whatever it was, one call's events must not take the others' with them.
                for job in jobs:
                    self._write_alone(job)

    def _next(self) -> list[_Job]:
        with self._lock:
            taken, size = 0, 0
            while taken < len(self._jobs) and size < AT_ONCE:
                size += len(self._jobs[taken].events)
                taken += 1
            jobs, self._jobs = self._jobs[:taken], self._jobs[taken:]
            return jobs

    def _write_together(self, jobs: Sequence[_Job]) -> None:
        events = [event for job in jobs for event in job.events]
        try:
            new, unknown = self._store(events)
        except OperationalError as error:  # Postgres is away, for one as for all
            for job in jobs:
                job.future.set_exception(error)
            return
        at = 0
        for job in jobs:
            end = at + len(job.events)
            job.future.set_result(Stored(tuple(new[at:end]), tuple(unknown[at:end])))
            at = end

    def _write_alone(self, job: _Job) -> None:
        try:
            new, unknown = self._store(job.events)
            job.future.set_result(Stored(tuple(new), tuple(unknown)))
        except DataError:
            job.future.set_result(self._one_by_one(job.events))
        except Exception as error:
            job.future.set_exception(error)

    def _one_by_one(self, events: Sequence[ReadEvent]) -> Stored:
        """For a document that keeps the contract and that Postgres will not have all the same."""
        new, unknown, refused = [], [], {}
        for n, event in enumerate(events):
            try:
                (is_new,), (is_unknown,) = self._store([event])
            except DataError as error:
                is_new, is_unknown = False, False
                reason = str(error.orig).strip().splitlines()[0][:MAX_MESSAGE]
                refused[n] = EventProblem("$", "unreadable", reason)
            new.append(is_new)
            unknown.append(is_unknown)
        return Stored(tuple(new), tuple(unknown), refused)

    def _store(self, events: Sequence[ReadEvent]) -> tuple[list[bool], list[bool]]:
        """Which were not there before, and which have an object that is not known."""
        self._write_lists_of(events)
        now = datetime.now(UTC)
        with self._engine.begin() as connection:
            stored = store_events(connection, self._finder, events, "api", now)
        unknown = [
            bool(event.refs) and key is None for event, key in zip(events, stored.keys, strict=True)
        ]
        return stored.new, unknown

    def _write_lists_of(self, events: Sequence[ReadEvent]) -> None:
        """Most clicks come sooner than the list's turn to be written, and those that find it are
        tied to it at once. Where it cannot be, they are tied when it can."""
        try:
            self._lists.ensure_written(event.query_id for event in events if event.query_id)
        except Exception:
            logger.exception("lists are not written yet; events about them are, all the same")


def _read(body: bytes, packed: bool, lines: bool, now: datetime) -> list[ReadEvent | RefusedEvent]:
    return [_read_one(raw, now) for raw in split_body(unpack(body) if packed else body, lines)]


def _read_one(raw: bytes, now: datetime) -> ReadEvent | RefusedEvent:
    try:
        return read_event(raw, now)
    except RefusedEvent as refused:
        return refused


def _receipt(read: Sequence[ReadEvent | RefusedEvent], stored: Stored) -> Receipt:
    refused: list[Refusal] = []
    good: list[int] = []
    for index, event in enumerate(read):
        if isinstance(event, RefusedEvent):
            refused.append(Refusal(index, event.event_id, event.problems))
        else:
            good.append(index)
    for n, problem in stored.refused.items():
        event = read[good[n]]
        event_id = event.id if isinstance(event, ReadEvent) else None
        refused.append(Refusal(good[n], event_id, (problem,)))
    accepted = sum(stored.new)
    unknown = sum(is_new and odd for is_new, odd in zip(stored.new, stored.unknown, strict=True))
    return Receipt(
        accepted=accepted,
        duplicates=len(good) - len(stored.refused) - accepted,
        refused=tuple(sorted(refused, key=lambda each: each.index)),
        warnings={UNKNOWN_ITEM: unknown} if unknown else {},
    )
