"""Takes a verified webhook in, once, however often it is delivered."""

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import webhook_deliveries
from app.items.ingest import Incoming
from app.items.ledger import Ledger
from app.items.service import submit
from app.tasks.repository import Kind, Task, read_task
from app.webhooks.errors import InvalidMessage

MAX_KEPT = 20_000
WEBHOOK = "webhook"
"""How a dead letter says that its document is a whole message, not an item."""


class Delivered(msgspec.Struct, frozen=True):
    task: Task
    duplicate: bool
    """Whether it had arrived before, so that nothing was done."""


Act = Callable[[Connection], Task]


class Deliveries:
    """Each delivery is one transaction with all that it does, so that it is remembered exactly
    when it was taken in."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    def take(self, source: str, delivery_id: str, act: Act) -> Delivered:
        """`act` runs unless the delivery has arrived before; of two at once, one waits."""
        table = webhook_deliveries
        mine = (table.c.source == source) & (table.c.id == delivery_id)
        with self._engine.begin() as connection:
            statement = insert(table).values(source=source, id=delivery_id)
            first = connection.execute(
                statement.on_conflict_do_nothing().returning(table.c.id)
            ).first()
            if first is None:
                known = connection.execute(select(table.c.task_id).where(mine)).scalar_one()
                return Delivered(read_task(connection, known), duplicate=True)
            task = act(connection)
            connection.execute(table.update().where(mine).values(task_id=task.id))
            return Delivered(task, duplicate=False)

    def changes(self, incoming: Sequence[Incoming], kind: Kind, source: str) -> Act:
        """What takes changes in; those that break the contract become dead letters."""

        def act(connection: Connection) -> Task:
            task, _ = submit(connection, self._ledger, incoming, kind, source, source)
            return task

        return act


def unusable(error: InvalidMessage, body: bytes) -> Incoming:
    """A genuine webhook that says nothing which can be done is kept as a dead letter."""
    document = None
    raw: str | None = body[:MAX_KEPT].decode(errors="replace")
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        decoded = None
    if isinstance(decoded, dict):
        document, raw = decoded, None
    item_id = _id_of(decoded)
    return Incoming(
        problems=error.problems,
        item_id=item_id,
        operation=WEBHOOK,
        document=document,
        raw=raw,
    )


def _id_of(decoded: object) -> str | None:
    data = decoded.get("data") if isinstance(decoded, dict) else None
    given = data.get("id") if isinstance(data, dict) else None
    return given if isinstance(given, str) else None


def forget_webhooks(connection: Connection, days: int) -> None:
    """No sender repeats a delivery for so long."""
    connection.execute(
        text(
            "delete from webhook_deliveries "
            "where received_at < now() - make_interval(days => :days)"
        ),
        {"days": days},
    )
