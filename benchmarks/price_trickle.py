"""Price changes that keep coming in while something else goes on, and whether each can be found in
the end; used by the rebuild benchmark."""

import time
from collections.abc import Callable, Sequence
from itertools import count, cycle
from time import perf_counter
from types import TracebackType
from typing import Any

import msgspec
from sqlalchemy import Engine, text

from benchmarks.changes import PRICE_CHANGED, Message, NotDelivered, Senders
from benchmarks.crew import Crew
from benchmarks.rebuild_result import PriceChanges

FIRST_PRICE = 1_000_000.0
"""Above the prices of all other items, so that a price finds one item and no other."""

_DRAINED_SECONDS = 600.0
Call = Callable[[str, str, bytes | None], Any]
"""Method, path and body of a request to the service; gives the decoded answer."""


class NotIndexed(Exception):
    """Changes still wait to be indexed, after all the time that they were given."""


class PriceTrickle(Crew):
    """One change after another, as signed webhooks, as long as the block runs,
    each with a price that no other item has. Every one is newer than what the items came with."""

    def __init__(self, port: int, secret: str, ids: Sequence[str], per_second: float) -> None:
        super().__init__(1)
        self._senders = Senders(lambda: port, secret, 1)
        self._ids = cycle(ids)
        self._numbers = count()
        self._seconds = 1 / per_second
        self._first_version = time.time_ns() // 1_000
        self._prices: dict[str, float] = {}
        self._failures: list[NotDelivered] = []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raises `NotDelivered` where a change was refused."""
        super().__exit__(kind, error, trace)
        if self._failures and error is None:
            raise self._failures[0]

    def check(self, call: Call, engine: Engine) -> PriceChanges:
        """Wait until nothing waits to be indexed, then search for every item by its last price.
        Raises `NotIndexed`."""
        _drain(call)
        answers = self._senders.answers
        return PriceChanges(
            sent=len(answers),
            sent_again=sum(answer.attempts > 1 for answer in answers),
            missing=tuple(
                item_id
                for item_id, price in self._prices.items()
                if not _found(call, item_id, price)
            ),
            slowest_seconds=_slowest(engine, [answer.task_id for answer in answers]),
        )

    def _work(self) -> None:
        while not self._finished.wait(self._seconds):
            item_id, number = next(self._ids), next(self._numbers)
            price, version = FIRST_PRICE + number, self._first_version + number
            data = {"id": item_id, "version": version, "price": price}
            try:
                self._senders.send([Message(f"price_{version}", PRICE_CHANGED, data)])
            except NotDelivered as error:  # carried to the caller's thread
                self._failures.append(error)
                return
            self._prices[item_id] = price


def _drain(call: Call) -> None:
    begun = perf_counter()
    while call("GET", "/health/ready", None)["waiting_for_index"]:
        if perf_counter() - begun > _DRAINED_SECONDS:
            raise NotIndexed(f"changes still wait after {_DRAINED_SECONDS:g} s")
        time.sleep(0.1)


def _found(call: Call, item_id: str, price: float) -> bool:
    body = {"filter": {"field": "price", "gte": price, "lte": price}}
    found = call("POST", "/v1/search", msgspec.json.encode(body))
    return [hit["id"] for hit in found["hits"]] == [item_id]


def _slowest(engine: Engine, task_ids: Sequence[int]) -> float:
    with engine.connect() as connection:
        seconds = connection.execute(
            text(
                "select coalesce(max(extract(epoch from finished_at - created_at)), 0)::float "
                "from tasks where id = any(:ids)"
            ),
            {"ids": list(task_ids)},
        ).scalar_one()
    return round(float(seconds), 2)
