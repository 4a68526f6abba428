"""Deletes all items that pass a filter; a task."""

from itertools import islice

from sqlalchemy import Engine

from app.items.changes import Change
from app.items.ingest import Incoming, take_in
from app.items.ledger import Ledger
from app.items.repository import iterate_items
from app.tasks.repository import add_to_task
from app.tasks.runner import Run
from indexing.composition import payload_of
from indexing.documents import ItemId
from indexing.filter_parser import parse_filter
from indexing.filters import matches

BATCH = 500


class FilterDeletion:
    """Asks Postgres, not the index, which may be a moment behind."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    def run(self, run: Run) -> None:
        """Each batch is one transaction; taken up again, it goes on with what is left."""
        wanted = parse_filter(run.task.request["filter"], "$.filter")
        with self._engine.connect() as reading:
            found = (
                ItemId(stored.item.id)
                for stored in iterate_items(reading)
                if matches(wanted, payload_of(stored.item))
            )
            while ids := list(islice(found, BATCH)):
                run.step()
                self._delete(run, ids)

    def _delete(self, run: Run, ids: list[ItemId]) -> None:
        incoming = [
            Incoming(
                change=Change(operation="delete", item_id=item_id),
                item_id=item_id,
                operation="delete",
                document={},
            )
            for item_id in ids
        ]
        task = run.task
        with self._engine.begin() as connection:
            taken = take_in(connection, self._ledger, incoming, task.id, "filter", task.created_by)
            add_to_task(connection, task.id, taken.counts, taken.enqueued, taken.errors)
