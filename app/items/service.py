"""Single changes and deletions by filter: what the routes and the webhooks call."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from app.items.errors import ItemNotFound, ItemRefused
from app.items.ingest import Incoming, Receipt, take_in
from app.items.ledger import Ledger
from app.items.repository import read_state
from app.tasks.repository import Kind, Task, create_task, read_task, settle_task
from indexing.documents import Item, ItemId


class ItemService:
    """Each call is one transaction."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    def submit_one(self, incoming: Incoming, kind: Kind, source: str, actor: str) -> Task:
        """Raises `ItemRefused`, with the dead letter kept, where it breaks the contract."""
        with self._engine.begin() as connection:
            task, receipts = submit(connection, self._ledger, [incoming], kind, source, actor)
        if receipts[0].dead_letter is not None:
            raise ItemRefused(receipts[0].problems, receipts[0].dead_letter)
        return task

    def read(self, item_id: str) -> tuple[Item, int]:
        """With the newest version that its sender gave; raises `ItemNotFound`."""
        with self._engine.connect() as connection:
            state = read_state(connection, item_id)
        if state is None or not state.live:
            raise ItemNotFound(item_id)
        return state.item(ItemId(item_id)), state.version

    def start(self, kind: Kind, request: dict[str, Any], actor: str) -> Task:
        """A task that a runner takes up."""
        with self._engine.begin() as connection:
            return read_task(connection, create_task(connection, kind, actor, request))


def submit(
    connection: Connection,
    ledger: Ledger,
    incoming: Sequence[Incoming],
    kind: Kind,
    source: str,
    actor: str,
    request: dict[str, Any] | None = None,
) -> tuple[Task, list[Receipt]]:
    """A task of its own for what was sent at once; the caller commits."""
    task_id = create_task(connection, kind, actor, request)
    taken = take_in(connection, ledger, incoming, task_id, source, actor)
    task = settle_task(connection, task_id, taken.counts, taken.enqueued, taken.errors)
    return task, taken.receipts
