"""Dead letters once more: one that was mended, or all after what refused them has changed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from app.items.changes import Change, Operation
from app.items.dead_letters import (
    DeadLetter,
    discard,
    note_attempt,
    read_letter,
    take_letters,
)
from app.items.ingest import Incoming, take_in
from app.items.ledger import Ledger
from app.items.reading import read_document
from app.items.repository import enqueue, keys_of
from app.tasks.repository import Task, add_to_task, close_task, create_task, read_task
from app.tasks.runner import Run
from app.webhooks.deliveries import WEBHOOK
from app.webhooks.errors import InvalidMessage
from app.webhooks.messages import read_message
from indexing.errors import ItemProblem

BATCH = 200
_UNREADABLE = ItemProblem(
    "$", "unreadable", "it was no JSON; put a document in its place, then replay it"
)
_NO_CHANGE = ItemProblem("$.type", "unreadable", "ask for a rebuild under /v1/admin/reindex")
_OPERATIONS: dict[str, Operation] = {"put": "put", "merge": "merge", "delete": "delete"}


class DeadLetterReplay:
    """What can be used this time is taken in and its letter goes; the others stay, with what is
    wrong with them now."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger

    def replay_one(self, letter_id: int, actor: str) -> Task:
        """Raises `DeadLetterNotFound`."""
        with self._engine.begin() as connection:
            letter = read_letter(connection, letter_id)
            task_id = create_task(
                connection, "dead_letters.replay", actor, {"id": letter_id}, receiving=True
            )
            self._replay(connection, [letter], task_id, actor)
            close_task(connection, task_id)
            return read_task(connection, task_id)

    def run(self, run: Run) -> None:
        """The task of replaying all, or those of one source or item; each batch is one
        transaction."""
        after = 0
        wanted = run.task.request
        while True:
            run.step()
            with self._engine.begin() as connection:
                letters = take_letters(
                    connection, after, BATCH, wanted.get("source", ""), wanted.get("item_id", "")
                )
                if not letters:
                    return
                self._replay(connection, letters, run.task.id, run.task.created_by)
            after = letters[-1].id

    def _replay(
        self, connection: Connection, letters: Sequence[DeadLetter], task_id: int, actor: str
    ) -> None:
        stored = [letter for letter in letters if letter.operation == "index"]
        sent = [letter for letter in letters if letter.operation != "index"]
        self._index_again(connection, stored, task_id)
        read = [(letter, _read(letter)) for letter in sent]
        usable = [(letter, entry) for letter, entry in read if entry.change is not None]
        taken = take_in(connection, self._ledger, [e for _, e in usable], task_id, "replay", actor)
        # One that only its item's state refuses has become a new letter, with the new reason.
        discard(connection, [letter.id for letter, _ in usable])
        for letter, entry in read:
            if entry.change is None:
                problems = [msgspec.to_builtins(problem) for problem in entry.problems]
                note_attempt(connection, letter.id, problems)
        unusable = len(read) - len(usable)
        counts = taken.counts
        counts["received"] += unusable
        counts["refused"] += unusable
        errors: list[Any] = list(taken.errors) + [
            {"id": letter.item_id, **msgspec.to_builtins(problem)}
            for letter, entry in read
            for problem in entry.problems
        ]
        add_to_task(connection, task_id, counts, taken.enqueued, errors)

    def _index_again(
        self, connection: Connection, letters: Sequence[DeadLetter], task_id: int
    ) -> None:
        """The item as it is now; one that has gone meanwhile needs nothing."""
        keys = keys_of(connection, [letter.item_id for letter in letters if letter.item_id])
        enqueue(connection, list(keys.values()), task_id)
        discard(connection, [letter.id for letter in letters])
        add_to_task(connection, task_id, {"received": len(letters)}, len(keys))


def _read(letter: DeadLetter) -> Incoming:
    operation = _OPERATIONS.get(letter.operation or "", "put")
    if letter.document is None:
        return Incoming(problems=(_UNREADABLE,), item_id=letter.item_id)
    if letter.operation == WEBHOOK:
        return _read_webhook(letter)
    # The id may be in the address that it was sent to, and not in the document.
    document = letter.document
    if isinstance(document, dict) and "id" not in document:
        return read_document(document, operation, letter.item_id)
    return read_document(document, operation)


def _read_webhook(letter: DeadLetter) -> Incoming:
    try:
        message = read_message(msgspec.json.encode(letter.document))
    except InvalidMessage as error:
        return Incoming(problems=error.problems, item_id=letter.item_id)
    if not isinstance(message, Change):
        return Incoming(problems=(_NO_CHANGE,), item_id=letter.item_id)
    return Incoming(
        change=message,
        item_id=message.item_id,
        operation=WEBHOOK,
        document=letter.document,
    )
