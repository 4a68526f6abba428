"""Dead letters in Postgres: changes that could not be used, kept until they are mended or
discarded, while the rest of their batch went on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select, text

from app.db.tables import dead_letters
from app.db.texts import storable
from app.items.errors import DeadLetterNotFound

MAX_RAW = 20_000
"""Characters kept of what was no JSON."""

MAX_DOCUMENT = 1_000_000
"""Bytes of JSON kept whole; of more only the beginning, as text."""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """`operation`: `put`, `merge` or `delete`, or `index` for an item that is stored and could not
    be indexed; `document` as it was sent, or `raw` where it was no JSON."""

    id: int
    created_at: datetime
    source: str
    item_id: str | None
    operation: str | None
    document: Any
    raw: str | None
    problems: tuple[dict[str, str], ...]
    task_id: int | None
    attempts: int
    last_at: datetime
    created_by: str


class Undeliverable(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes a dead letter."""

    problems: tuple[Mapping[str, str], ...]
    item_id: str | None = None
    operation: str | None = None
    document: Any = None
    raw: str | None = None


def bury(
    connection: Connection,
    letters: Sequence[Undeliverable],
    source: str,
    actor: str,
    task_id: int | None = None,
) -> list[int]:
    """Keep them; returns their ids, in order."""
    if not letters:
        return []
    rows = [_values(letter, source, actor, task_id) for letter in letters]
    statement = dead_letters.insert().returning(dead_letters.c.id, sort_by_parameter_order=True)
    return [row.id for row in connection.execute(statement, rows)]


def read_letter(connection: Connection, letter_id: int) -> DeadLetter:
    """Raises `DeadLetterNotFound`."""
    row = connection.execute(select(dead_letters).where(dead_letters.c.id == letter_id)).first()
    if row is None:
        raise DeadLetterNotFound(letter_id)
    return _letter(row)


def list_letters(
    connection: Connection, page: int, per_page: int, source: str = "", item_id: str = ""
) -> tuple[list[DeadLetter], int]:
    """Newest first, and how many there are."""
    wanted = _wanted(source, item_id)
    total = connection.execute(
        select(func.count()).select_from(dead_letters).where(*wanted)
    ).scalar_one()
    rows = connection.execute(
        select(dead_letters)
        .where(*wanted)
        .order_by(dead_letters.c.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [_letter(row) for row in rows], total


def take_letters(
    connection: Connection, after: int, limit: int, source: str = "", item_id: str = ""
) -> list[DeadLetter]:
    """The next ones by id, locked, for a replay of all."""
    rows = connection.execute(
        select(dead_letters)
        .where(dead_letters.c.id > after, *_wanted(source, item_id))
        .order_by(dead_letters.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [_letter(row) for row in rows]


def mend_letter(connection: Connection, letter_id: int, document: Any) -> DeadLetter:
    """Replace its document; raises `DeadLetterNotFound`."""
    changed = connection.execute(
        dead_letters.update()
        .where(dead_letters.c.id == letter_id)
        .values(document=document, raw=None)
        .returning(dead_letters.c.id)
    ).first()
    if changed is None:
        raise DeadLetterNotFound(letter_id)
    return read_letter(connection, letter_id)


def note_attempt(
    connection: Connection, letter_id: int, problems: Sequence[Mapping[str, str]]
) -> None:
    """It could not be used this time either."""
    connection.execute(
        dead_letters.update()
        .where(dead_letters.c.id == letter_id)
        .values(
            attempts=dead_letters.c.attempts + 1,
            last_at=func.clock_timestamp(),
            problems=[dict(problem) for problem in problems],
        )
    )


def discard(connection: Connection, letter_ids: Sequence[int]) -> None:
    connection.execute(dead_letters.delete().where(dead_letters.c.id.in_(letter_ids)))


def discard_all(connection: Connection, source: str = "", item_id: str = "") -> int:
    """Returns how many."""
    return connection.execute(dead_letters.delete().where(*_wanted(source, item_id))).rowcount


def forget_letters(connection: Connection, days: int) -> None:
    """Those that nobody has asked for in so long."""
    connection.execute(
        text("delete from dead_letters where last_at < now() - make_interval(days => :days)"),
        {"days": days},
    )


def count_letters(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(dead_letters)).scalar_one()


def _wanted(source: str, item_id: str) -> list[ColumnElement[bool]]:
    wanted = []
    if source:
        wanted.append(dead_letters.c.source == source)
    if item_id:
        wanted.append(dead_letters.c.item_id == item_id)
    return wanted


def _values(letter: Undeliverable, source: str, actor: str, task_id: int | None) -> dict[str, Any]:
    document, raw = letter.document, letter.raw
    if document is not None:
        encoded = msgspec.json.encode(document)
        # Postgres keeps no NUL in text, and JSON may hold one.
        if len(encoded) > MAX_DOCUMENT or b"\\u0000" in encoded:
            document, raw = None, encoded[:MAX_RAW].decode(errors="replace")
    return {
        "source": source,
        "created_by": actor,
        "task_id": task_id,
        "item_id": None if letter.item_id is None else storable(letter.item_id)[:200],
        "operation": letter.operation,
        "document": document,
        "raw": None if raw is None else storable(raw[:MAX_RAW]),
        "problems": [
            {name: storable(text) for name, text in problem.items()} for problem in letter.problems
        ],
    }


def _letter(row: Row[Any]) -> DeadLetter:
    fields = dict(row._mapping)
    fields["problems"] = tuple(fields["problems"])
    return DeadLetter(**fields)
