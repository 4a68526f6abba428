"""What can be asked a query, and how a block of queries is put to it by some clients at once."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from time import perf_counter
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

Ask = Callable[[str], bytes]
"""Puts one query and waits for the whole answer; what it gives is read after the stopwatch."""


class System(Protocol):
    """One of those that are compared."""

    @property
    def name(self) -> str: ...

    def client(self, number: int) -> Ask:
        """For one client alone; called before each block, outside of the stopwatch."""


class InProcess:
    """A library in this process, whose one function all clients call."""

    def __init__(self, name: str, ask: Ask) -> None:
        self.name = name
        self._ask = ask

    def client(self, number: int) -> Ask:
        return self._ask


class OverHttp:
    """Endcap over HTTP/1.1, each client on one connection, kept alive throughout a block."""

    def __init__(
        self,
        name: str,
        port: int,
        trivial: bool = False,
        asked: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """`trivial` asks `GET /health/live` for whatever text: what client, loopback and server
        cost without a search. `asked` goes along with each query."""
        self.name = name
        self._port = port
        self._trivial = trivial
        self._asked = asked
        self._connections: dict[int, HTTPConnection] = {}

    def client(self, number: int) -> Ask:
        # A new one for each block: granian closes a connection that is idle for 30 s, which the
        # other systems' turns may well take. The first request on it is not measured.
        if number in self._connections:
            self._connections[number].close()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        self._connections[number] = connection
        _fetch(connection, "GET", "/health/live", None)

        def ask(text: str) -> bytes:
            if self._trivial:
                return _fetch(connection, "GET", "/health/live", None)
            body = msgspec.json.encode({"query": text, **self._asked})
            return _fetch(connection, "POST", "/v1/search", body)

        return ask

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


def _fetch(connection: HTTPConnection, method: str, path: str, body: bytes | None) -> bytes:
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
    return content


class RequestError(Exception):
    """A query was not answered."""


class Block(msgspec.Struct, frozen=True):
    """A number of queries put to one system without a pause."""

    seconds: tuple[float, ...]
    """Of each query, from sending it to having the whole answer."""
    elapsed: float
    answers: tuple[bytes, ...]


def put(system: System, texts: Sequence[str], clients: int) -> Block:
    """Each client asks the next text as soon as it has its answer. Raises `RequestError` when one
    fails: a benchmark with failed requests says nothing."""
    waiting = deque(texts)
    seconds: list[float] = []
    answers: list[bytes] = []
    failures: list[Exception] = []

    def work(ask: Ask) -> None:
        try:
            while True:
                try:
                    text = waiting.popleft()
                except IndexError:
                    return
                begun = perf_counter()
                answer = ask(text)
                seconds.append(perf_counter() - begun)
                answers.append(answer)
        except Exception as error:  # carried to the caller's thread
            failures.append(error)
            waiting.clear()

    asks = [system.client(number) for number in range(clients)]
    begun = perf_counter()
    if clients == 1:
        work(asks[0])
    else:
        threads = [threading.Thread(target=work, args=(ask,)) for ask in asks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    elapsed = perf_counter() - begun
    if failures:
        # Not as it is: click ends without a word on a broken pipe, which it takes for its own.
        raise RequestError(f"{system.name}: {failures[0]!r}") from failures[0]
    return Block(tuple(seconds), elapsed, tuple(answers))
