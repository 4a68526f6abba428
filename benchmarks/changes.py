"""Changes of a catalogue: made by chance, sent as signed webhooks by several clients, replayed
plainly, and looked up in both databases; used by `ingest` and by the test of changes under kill."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Engine, select, text
from standardwebhooks import Webhook

from app.db.tables import embeddings
from app.items.repository import StoredItem, iterate_items
from indexing.collection import CODES
from indexing.composition import codes_of, dense_text, payload_of, text_hash
from indexing.documents import Item
from indexing.edge_collections import EdgeCollections
from indexing.index import IndexedPoint

UPSERTED, DELETED = "item.upserted", "item.deleted"
PRICE_CHANGED, STOCK_CHANGED = "item.price_changed", "item.stock_changed"
PATH = "/v1/webhooks/catalog"
RETRY_SECONDS = 0.2

_WEIGHTS = {PRICE_CHANGED: 55, STOCK_CHANGED: 25, UPSERTED: 16, DELETED: 4}
_COLOURS = ("red", "green", "blue", "black", "white", "grey")
_THINGS = ("kettle", "teapot", "mug", "lamp", "chair", "drill", "scarf", "tent")
_ROOMS = ("Kitchen", "Garden", "Workshop", "Bedroom")
_PAGE = 1_000


class Message(msgspec.Struct, frozen=True):
    """What a shop says of one item, as it is sent."""

    delivery: str
    """The `webhook-id`."""
    type: str
    data: dict[str, Any]

    def body(self) -> bytes:
        said = {"type": self.type, "timestamp": "2026-11-25T10:00:00Z", "data": self.data}
        return msgspec.json.encode(said)


class Changes:
    """Changes of items as a shop would make them, each with the next version of its item. Titles
    are few, since what they cost is the encoder's, not that of the way through."""

    def __init__(self, items: int, titles: int, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (no secret)
        self._ids = [f"item-{n:05}" for n in range(items)]
        self._titles = [f"{self._pick(_THINGS)} number {n}".capitalize() for n in range(titles)]
        self._versions = dict.fromkeys(self._ids, 0)
        self._numbers = count(1)

    def catalogue(self, share: float) -> list[dict[str, Any]]:
        """So many of the items, and every title, before any change: of version 0."""
        ids = self._ids[: max(round(share * len(self._ids)), 1)]
        return [
            {"id": item_id, "version": 0} | self._whole(self._titles[n % len(self._titles)])
            for n, item_id in enumerate(ids)
        ]

    def make(self, number: int) -> list[Message]:
        """In the order in which they were made."""
        return [self._next() for _ in range(number)]

    def as_they_arrive(self, made: Sequence[Message], repeated: float) -> list[Message]:
        """In random order, a share of them twice: one half of those are the same delivery once
        more, the other the same change under another id."""
        again = self._random.sample(made, round(repeated * len(made)))
        half = len(again) // 2
        renamed = [
            msgspec.structs.replace(message, delivery=f"{message.delivery}-again")
            for message in again[half:]
        ]
        arriving = [*made, *again[:half], *renamed]
        self._random.shuffle(arriving)
        return arriving

    def _next(self) -> Message:
        item_id = self._pick(self._ids)
        first = not self._versions[item_id]
        self._versions[item_id] += 1
        kind = self._random.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
        data = self._data(UPSERTED if first else kind, first)
        named = {"id": item_id, "version": self._versions[item_id]}
        return Message(f"msg_{next(self._numbers)}", UPSERTED if first else kind, named | data)

    def _data(self, kind: str, whole: bool) -> dict[str, Any]:
        if kind == PRICE_CHANGED:
            return {"price": self._price()}
        if kind == STOCK_CHANGED:
            return {"in_stock": self._random.random() < 0.7}
        if kind == DELETED:
            return {}
        fields = self._whole(self._pick(self._titles))
        if whole or self._random.random() < 0.5:
            return fields
        # Also what takes fields and single attributes away.
        names = self._random.sample(sorted(fields), self._random.randint(1, 3))
        some = {name: fields[name] for name in names}
        if self._random.random() < 0.3:
            some |= {"rating": None, "attributes": {"colour": None, "weight": 2.5}}
        return some

    def _whole(self, title: str) -> dict[str, Any]:
        return {
            "title": title,
            "categories": ["Home", self._pick(_ROOMS)],
            "price": self._price(),
            "in_stock": self._random.random() < 0.7,
            "rating": self._random.randint(0, 50) / 10,
            "popularity": float(self._random.randint(0, 1_000)),
            "attributes": {
                "colour": self._pick(_COLOURS),
                "weight": self._random.randint(1, 99) / 10,
            },
        }

    def _price(self) -> float:
        return self._random.randint(100, 99_999) / 100

    def _pick(self, values: Sequence[str]) -> str:
        return self._random.choice(values)


def replay(catalogue: Iterable[Mapping[str, Any]], messages: Iterable[Message]) -> dict[str, Item]:
    """The items that are left when each change is applied once, in the order of its versions;
    knows nothing of how Endcap merges."""
    known: dict[str, dict[str, Any]] = {}
    for given in catalogue:
        known[given["id"]] = {name: given[name] for name in given if name != "version"}
    for message in sorted(messages, key=lambda message: int(message.data["version"])):
        data = message.data
        if message.type == DELETED:
            known[data["id"]] = {}
            continue
        fields = known.setdefault(data["id"], {})
        fields |= {name: data[name] for name in data if name not in ("version", "attributes")}
        changed = fields.get("attributes", {}) | data.get("attributes", {})
        fields["attributes"] = {name: held for name, held in changed.items() if held is not None}
    return {item_id: _item(item_id, fields) for item_id, fields in known.items() if _sold(fields)}


def _sold(fields: Mapping[str, Any]) -> bool:
    return "title" in fields


def _item(item_id: str, fields: Mapping[str, Any]) -> Item:
    given = {name: held for name, held in fields.items() if held is not None}
    # Without a group an item is one of its own.
    return msgspec.convert({"group_id": item_id, **given, "id": item_id}, Item)


class Answer(msgspec.Struct, frozen=True):
    """What became of one message."""

    type: str
    task_id: int
    duplicate: bool
    """Endcap had it already."""
    attempts: int
    seconds: float
    """Of the attempt that was answered."""


class NotDelivered(Exception):
    """A message was answered with what no sender would try again, or the senders were stopped."""


class Senders:
    """Clients that send each message until it is answered, under the same id, and only then the
    next. `port` is asked before each attempt, since a service that is started again may have
    another one."""

    def __init__(self, port: Callable[[], int], secret: str, clients: int) -> None:
        self._port = port
        self._webhook = Webhook(secret)
        self._clients = clients
        self._taking = threading.Lock()
        self._stopped = threading.Event()
        self.answers: list[Answer] = []
        """As they come, also while `send` runs."""

    def send(self, messages: Sequence[Message], per_second: float | None = None) -> float:
        """Returns how many seconds it took. `per_second`: so many and no more. Raises
        `NotDelivered`."""
        failures: list[Exception] = []
        begun = perf_counter()
        waiting = iter(enumerate(messages))

        def work() -> None:
            connection = _Connection(self._port)
            try:
                while not failures and (entry := self._take(waiting)) is not None:
                    number, message = entry
                    if per_second is not None:
                        sleep(max(begun + number / per_second - perf_counter(), 0.0))
                    self.answers.append(self._deliver(connection, message))
            except Exception as error:  # carried to the caller's thread
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(self._clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise NotDelivered(f"{failures[0]!r}") from failures[0]
        return perf_counter() - begun

    def close(self) -> None:
        """Have `send` end with an error, in whatever thread it runs: else it would try for ever
        to reach a service that does not come back."""
        self._stopped.set()

    def _take(self, waiting: Iterator[tuple[int, Message]]) -> tuple[int, Message] | None:
        with self._taking:
            return next(waiting, None)

    def _deliver(self, connection: "_Connection", message: Message) -> Answer:
        body = message.body()
        attempt = 0
        while not self._stopped.is_set():
            attempt += 1
            headers = self._headers(message.delivery, body)
            sent = perf_counter()
            try:
                status, said, content = connection.post(PATH, body, headers)
            except (OSError, HTTPException):
                connection.close()
                self._stopped.wait(RETRY_SECONDS)
                continue
            if status >= 500:
                self._stopped.wait(RETRY_SECONDS)
                continue
            if status not in (200, 202):
                raise NotDelivered(f"{message.delivery}: {status} {content[:300]!r}")
            return Answer(
                type=message.type,
                task_id=msgspec.json.decode(content)["id"],
                duplicate="endcap-duplicate" in said,
                attempts=attempt,
                seconds=perf_counter() - sent,
            )
        raise NotDelivered(f"{message.delivery}: the senders were stopped")

    def _headers(self, delivery: str, body: bytes) -> dict[str, str]:
        """Signed anew for each attempt, since a signature holds for five minutes."""
        now = datetime.now(UTC)
        return {
            "Content-Type": "application/json",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(delivery, now, body.decode()),
        }


class _Connection:
    """Kept alive from one message to the next, and opened anew after it was closed."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._open: HTTPConnection | None = None

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, set[str], bytes]:
        if self._open is None:
            self._open = HTTPConnection("127.0.0.1", self._port(), timeout=60)
        self._open.request("POST", path, body, headers)
        answer = self._open.getresponse()
        content = answer.read()
        return answer.status, {name.lower() for name, _ in answer.getheaders()}, content

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in PostgreSQL and in Qdrant Edge when the service has ended."""

    items: dict[str, Item]
    """Of PostgreSQL, by id."""
    payloads: dict[str, dict[str, object]]
    """Of Qdrant, by the item's id."""
    points: int
    """In Qdrant; more than `payloads` where it holds an item twice."""
    out_of_step: tuple[str, ...]
    """Ids whose point has not the key or the version of the row, or another text's vector."""
    deliveries: int
    """Distinct webhooks that were taken in."""
    tasks: dict[str, int]
    """Of webhooks, by status."""
    received: int
    """Changes that these tasks took in."""
    waiting: int
    """Entries of the outbox."""
    dead_letters: int


def read_stores(engine: Engine, index_dir: Path) -> Stores:
    """The service must have ended: it alone may have the index open."""
    points = _read_points(index_dir)
    with engine.connect() as connection:
        stored = {entry.item.id: entry for entry in iterate_items(connection)}
        vectors = {
            row.text_hash: np.frombuffer(row.vector, dtype="<f4")
            for row in connection.execute(select(embeddings.c.text_hash, embeddings.c.vector))
        }
        tasks = {
            row.status: (row.number, row.received)
            for row in connection.execute(
                text(
                    "select status, count(*) as number, "
                    "coalesce(sum((counts->>'received')::int), 0) as received "
                    "from tasks where kind = 'webhook.catalog' group by status"
                )
            )
        }
        deliveries, waiting, letters = (
            connection.execute(text(f"select count(*) from {table}")).scalar_one()  # noqa: S608
            for table in ("webhook_deliveries", "outbox", "dead_letters")
        )
    return Stores(
        items={item_id: entry.item for item_id, entry in stored.items()},
        payloads={str(point.payload["id"]): _comparable(point.payload) for point in points},
        points=len(points),
        out_of_step=tuple(
            str(point.payload["id"])
            for point in points
            if not _in_step(point, stored.get(str(point.payload["id"])), vectors)
        ),
        deliveries=deliveries,
        tasks={status: number for status, (number, _) in tasks.items()},
        received=sum(received for _, received in tasks.values()),
        waiting=waiting,
        dead_letters=letters,
    )


def payloads_of(items: Mapping[str, Item]) -> dict[str, dict[str, object]]:
    """What Qdrant must hold of them."""
    return {
        item_id: _comparable({**payload_of(item), CODES: list(codes_of(item))})
        for item_id, item in items.items()
    }


def _comparable(payload: Mapping[str, object]) -> dict[str, object]:
    """Terms and codes are sets that are kept as lists: PostgreSQL has attributes in an order of its
    own."""
    sets = {name: payload[name] for name in ("terms", CODES)}
    return {
        **payload,
        **{name: sorted(held) if isinstance(held, list) else held for name, held in sets.items()},
    }


def _read_points(index_dir: Path) -> list[IndexedPoint]:
    collections = EdgeCollections(index_dir)
    live = collections.live()
    if live is None:
        return []
    index = collections.open(live)
    points: list[IndexedPoint] = []
    try:
        while page := index.scroll_points(int(points[-1].key) if points else None, _PAGE):
            points += page
    finally:
        index.close()
    return points


def _in_step(
    point: IndexedPoint, row: StoredItem | None, vectors: Mapping[bytes, np.ndarray[Any, Any]]
) -> bool:
    if row is None or (row.key, row.version) != (point.key, point.version):
        return False
    vector = vectors.get(text_hash(dense_text(row.item)))
    # Qdrant brings vectors to the length 1.
    return vector is not None and np.allclose(
        vector / np.linalg.norm(vector), point.dense, atol=1e-5
    )
