"""Clients that send events to a service, by a pace or as fast as it answers; used by the benchmark
of events. They run in a process of their own: what they do is not to hold up those who measure."""

import itertools
import multiprocessing
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection
from threading import Lock
from time import perf_counter, time
from types import TracebackType
from typing import Any, Self

import msgspec

from benchmarks.crew import Crew

_TIMEOUT_SECONDS = 60.0
_ACTIONS = ("click", "click", "click", "view", "view", "add_to_cart", "click", "purchase")


class Shown(msgspec.Struct, frozen=True):
    """A list that a search has shown, for events to be about."""

    query_id: str
    items: tuple[str, ...]


class Sent(msgspec.Struct, frozen=True):
    """One call; both times are those of `perf_counter`."""

    due: float
    answered: float
    accepted: int
    problem: str = ""


class EventMaker:
    """Each event is another one, about items that were really shown."""

    def __init__(self, shown: Sequence[Shown]) -> None:
        self._pairs = itertools.cycle(
            (one.query_id, item, position)
            for one in shown
            for position, item in enumerate(one.items, start=1)
        )
        self._numbers = itertools.count()
        self._run = f"{time():.3f}"

    def make(self, count: int) -> list[dict[str, Any]]:
        return [self._one() for _ in range(count)]

    def _one(self) -> dict[str, Any]:
        number, (query_id, item, position) = next(self._numbers), next(self._pairs)
        return {
            "action_name": _ACTIONS[number % len(_ACTIONS)],
            "event_id": f"bench-{self._run}-{number}",
            "application": "benchmark",
            "client_id": f"client-{number % 5_000}",
            "session_id": f"session-{number % 5_000}",
            "query_id": query_id,
            "timestamp": round(time() * 1000),
            "event_attributes": {
                "object": {
                    "object_id": item,
                    "object_detail": {"price": 19.99, "quantity": 1},
                },
                "position": {"ordinal": position, "xy": {"x": 120, "y": 640}},
                "browser": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML)",
                "page_id": "/search",
                "dwell_time": 3.25,
            },
        }


class EventSenders:
    """They send as long as the block runs, `batch` events a call. With a pace,
    calls come by the clock; without, each client sends again as soon as it has its answer."""

    def __init__(
        self,
        port: int,
        shown: Sequence[Shown],
        *,
        batch: int,
        clients: int,
        per_second: float | None = None,
    ) -> None:
        self._plan = _Plan(port, tuple(shown), batch, clients, per_second)
        self.sent: list[Sent] = []
        self.seconds = 0.0
        """From the first call to the last answer."""

    def __enter__(self) -> Self:
        # Forked, since nothing that it needs is to be loaded while others measure.
        forking = multiprocessing.get_context("fork")
        self._pipe, end = forking.Pipe()
        self._process = forking.Process(target=_send_until_told, args=(self._plan, end))
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.send(None)
        self.sent, self.seconds = self._pipe.recv()
        self._process.join()

    @property
    def per_second(self) -> float:
        """Events that were accepted."""
        return sum(call.accepted for call in self.sent) / self.seconds

    @property
    def problems(self) -> list[str]:
        return [call.problem for call in self.sent if call.problem]


class _Plan(msgspec.Struct, frozen=True):
    port: int
    shown: tuple[Shown, ...]
    batch: int
    clients: int
    per_second: float | None


def _send_until_told(plan: _Plan, pipe: Connection) -> None:
    with _Clients(plan) as clients:
        pipe.recv()
    pipe.send((clients.sent, clients.seconds))


class _Clients(Crew):
    def __init__(self, plan: _Plan) -> None:
        super().__init__(plan.clients)
        self._port = plan.port
        self._batch = plan.batch
        per_second = plan.per_second
        self._calls_per_second = None if per_second is None else per_second / plan.batch
        self._maker = EventMaker(plan.shown)
        self._calls = self._due_calls()
        self._taking = Lock()
        self.sent: list[Sent] = []
        self.seconds = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self.seconds = perf_counter() - self._begun

    def _due_calls(self) -> Iterator[tuple[float, bytes]]:
        for number in itertools.count():
            if self._calls_per_second is None:
                due = perf_counter()
            else:
                due = self._begun + number / self._calls_per_second
            events = self._maker.make(self._batch)
            yield due, msgspec.json.encode(events if self._batch > 1 else events[0])

    def _work(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        while not self._finished.is_set():
            with self._taking:
                due, body = next(self._calls)
            if self._finished.wait(max(due - perf_counter(), 0.0)):
                break
            try:
                accepted, problem = _send(connection, body), ""
            except (OSError, HTTPException, msgspec.MsgspecError) as error:
                connection.close()
                accepted, problem = 0, repr(error)
            self.sent.append(Sent(due, perf_counter(), accepted, problem))
        connection.close()


class _Receipt(msgspec.Struct, frozen=True):
    accepted: int


_DECODER = msgspec.json.Decoder(_Receipt)


def _send(connection: HTTPConnection, body: bytes) -> int:
    """How many were accepted."""
    connection.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 202:
        raise HTTPException(f"{answer.status} {content[:200]!r}")
    return _DECODER.decode(content).accepted
