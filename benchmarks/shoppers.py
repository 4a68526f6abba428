"""Searches put to a service while something else goes on; used by the rebuild benchmark."""

from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from itertools import count, cycle
from threading import Lock
from time import perf_counter

import msgspec

from benchmarks.crew import Crew

_TIMEOUT_SECONDS = 60.0


class Load(msgspec.Struct, frozen=True):
    """How searches come. Without a pace each client asks again as soon as it has its answer. With
    one they come by the clock, whatever became of those before, and each counts from when it was
    due, so that a stall is felt by all that fall into it: as shoppers come."""

    name: str
    clients: int
    """With a pace: the most that can be under way; those beyond still count from when due."""
    per_second: float | None = None


class Asked(msgspec.Struct, frozen=True):
    """One search; both times are those of `perf_counter`."""

    due: float
    answered: float
    problem: str = ""
    """Why it counts as failed: anything but 200 with a whole answer."""
    degraded: bool = False
    """A fallback stood in for a stage; not a failure, but not the full answer either."""

    @property
    def seconds(self) -> float:
        return self.answered - self.due


class Shoppers(Crew):
    """They ask as long as the block runs, each on a connection that is kept
    alive. The texts are asked one after another, and again from the first."""

    def __init__(self, port: int, load: Load, texts: Sequence[str]) -> None:
        super().__init__(load.clients)
        self._port = port
        self._load = load
        self._texts = cycle(texts)
        self._numbers = count()
        self._taking = Lock()
        self.asked: list[Asked] = []
        """As the answers come."""

    def _work(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        while (turn := self._take()) is not None:
            text, due = turn
            try:
                degraded, problem = _ask(connection, text), ""
            except (OSError, HTTPException, RequestRefused, msgspec.MsgspecError) as error:
                # The next request opens it anew.
                connection.close()
                degraded, problem = False, repr(error)
            self.asked.append(Asked(due, perf_counter(), problem, degraded))
        connection.close()

    def _take(self) -> tuple[str, float] | None:
        """The next text and when it is due, at that moment; None at the end."""
        with self._taking:
            text, number = next(self._texts), next(self._numbers)
        if self._load.per_second is None:
            return None if self._finished.is_set() else (text, perf_counter())
        due = self._begun + number / self._load.per_second
        self._finished.wait(max(due - perf_counter(), 0.0))
        # What was due before the end is still asked, however late.
        return None if self._finished.is_set() and due > perf_counter() else (text, due)


class RequestRefused(Exception):
    """The service answered, but not with 200."""


class _Answer(msgspec.Struct, frozen=True):
    """The part of a search's answer that is read here."""

    degraded: tuple[str, ...]


_DECODER = msgspec.json.Decoder(_Answer)


def _ask(connection: HTTPConnection, text: str) -> bool:
    """Whether the answer is a degraded one."""
    body = msgspec.json.encode({"query": text})
    connection.request("POST", "/v1/search", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RequestRefused(f"{answer.status} {content[:200]!r}")
    return bool(_DECODER.decode(content).degraded)
