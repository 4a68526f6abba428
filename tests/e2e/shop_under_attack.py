"""A small shop in processes that are killed and whose files are damaged: what was sent to it, and
whether all of it can be found."""

import subprocess
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.changes import payloads_of
from indexing.documents import Item
from tests.e2e.command import Service, started_program, until
from tests.e2e.stores import look_up

ADMIN_KEY = "the-key-of-whoever-runs-the-service"
ITEMS = 60
SETTLED_SECONDS = 60.0


def small_service(
    data_dir: Path, *kill_at: str, **settings: object
) -> AbstractContextManager[Service]:
    """See `tests/e2e/small_service.py`."""
    program = [sys.executable, "-m", "tests.e2e.small_service", *kill_at]
    return started_program(program, data_dir, admin_key=ADMIN_KEY, **settings)


def make_item(number: int, price: float) -> Item:
    item_id = f"kettle-{number}"
    return Item(
        id=item_id,
        title=f"Kettle number{number}",
        price=price,
        currency="EUR",
        group_id=item_id,
        in_stock=number % 3 > 0,
    )


class Shop:
    """`accepted` is what the service has answered that it took."""

    def __init__(self) -> None:
        self.accepted: dict[str, Item] = {}
        self.doubtful: dict[str, list[Item]] = {}
        """What was sent and never answered: either state is right."""
        self.number = 0

    def send(self, service: Service, count: int) -> bool:
        """Put so many items, one by one; whether the service answered all."""
        with self._client(service) as client:
            for _ in range(count):
                self.number += 1
                item = make_item(self.number % ITEMS, float(self.number))
                body = {
                    "title": item.title,
                    "price": item.price,
                    "currency": "EUR",
                    "in_stock": item.in_stock,
                }
                try:
                    answer = client.put(f"/v1/items/{item.id}", json=body)
                except httpx.HTTPError:
                    self.doubtful.setdefault(item.id, []).append(item)
                    return False
                assert answer.status_code in {200, 201, 202}, answer.text
                self.accepted[item.id] = item
                self.doubtful.pop(item.id, None)
        return True

    def ask_for_rebuild(self, service: Service) -> None:
        with self._client(service) as client, suppress(httpx.HTTPError):
            client.post("/v1/admin/reindex", json={"reason": "a test"})

    def audit(self, service: Service) -> Any:
        with self._client(service) as client:
            return client.get("/v1/admin/reindex").raise_for_status().json()

    def found(self, service: Service, text: str) -> list[str]:
        body = {"query": text, "correct": False, "per_page": 5}
        answer = httpx.post(f"{service.url}/v1/search", json=body, timeout=30)
        return [hit["id"] for hit in answer.raise_for_status().json()["hits"]]

    def check(self, service: Service) -> None:
        """Each accepted change is searchable exactly once."""
        for item in self.accepted.values():
            body = {
                "query": item.title,
                "correct": False,
                "per_page": 100,
                "filter": {"field": "id", "any_of": [item.id]},
            }
            answer = httpx.post(f"{service.url}/v1/search", json=body, timeout=30)
            hits = answer.raise_for_status().json()["hits"]
            assert [hit["id"] for hit in hits] == [item.id]
            prices = {item.price, *(other.price for other in self.doubtful.get(item.id, ()))}
            assert hits[0]["item"]["price"] in prices

    def check_stores(self, data_dir: Path) -> None:
        """The index and PostgreSQL agree, of a service that has ended."""
        stores = look_up(data_dir)
        assert stores.dead_letters == 0
        assert stores.waiting == 0
        assert stores.out_of_step == ()
        assert stores.payloads == payloads_of(stores.items)
        assert stores.points == len(stores.items)

    def _client(self, service: Service) -> httpx.Client:
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        return httpx.Client(base_url=service.url, headers=headers, timeout=30)


def ready(service: Service) -> dict[str, Any] | None:
    with suppress(httpx.HTTPError):
        answer = httpx.get(f"{service.url}/health/ready", timeout=5)
        if answer.is_success:
            state: dict[str, Any] = answer.json()
            return state
    return None


def settled(service: Service) -> bool:
    """Nothing waits, nothing is wrong, and nothing is being rebuilt."""
    state = ready(service)
    if state is None or state["waiting_for_index"] or "index_problem" in state:
        return False
    return not rebuilding(service)


def rebuilding(service: Service) -> bool:
    answer = httpx.get(
        f"{service.url}/v1/admin/reindex", headers={"Authorization": f"Bearer {ADMIN_KEY}"}
    )
    tasks = answer.raise_for_status().json()["tasks"]
    return any(task["status"] in {"enqueued", "processing"} for task in tasks)


def until_settled(service: Service) -> None:
    until(lambda: settled(service), SETTLED_SECONDS, "everything to be indexed")


def copy_data_dir(source: Path, target: Path) -> Path:
    subprocess.run(["cp", "-a", "--sparse=always", source, target], check=True)
    return target


def filled_shop(folder: Path) -> tuple[Path, Shop]:
    """The data directory of a shop whose service has ended, and what was sent to it."""
    data_dir, shop = folder / "var", Shop()
    with small_service(data_dir) as service:
        until(lambda: ready(service), 60, "the service")
        assert shop.send(service, ITEMS)
        until_settled(service)
        assert service.terminate() == 0
    return data_dir, shop


def copy_shop(source: tuple[Path, Shop], target: Path) -> tuple[Path, Shop]:
    """Another of the same state, which a test may change."""
    shop = Shop()
    shop.accepted, shop.number = dict(source[1].accepted), source[1].number
    return copy_data_dir(source[0], target), shop
