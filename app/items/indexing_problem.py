"""Why what waits cannot be indexed now: one row that workers write and everyone reads."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import indexing_problem
from app.db.texts import storable

_MAX_REASON = 500


class IndexingProblem(msgspec.Struct, frozen=True):
    """What an engine does wrong, which no item is blamed for."""

    reason: str
    since: datetime
    attempts: int
    next_at: datetime
    """When it is tried again."""


def note_problem(connection: Connection, reason: str, again_in: float) -> None:
    """`again_in` in seconds."""
    again = func.clock_timestamp() + text(":pause * interval '1 second'").bindparams(pause=again_in)
    said = storable(reason)[:_MAX_REASON]
    first = insert(indexing_problem).values(reason=said, next_at=again)
    connection.execute(
        first.on_conflict_do_update(
            index_elements=["only_row"],
            set_={
                "reason": said,
                "attempts": indexing_problem.c.attempts + 1,
                "next_at": again,
            },
        )
    )


def clear_problem(connection: Connection) -> None:
    connection.execute(indexing_problem.delete())


def current_problem(connection: Connection) -> IndexingProblem | None:
    wanted = select(
        indexing_problem.c.reason,
        indexing_problem.c.since,
        indexing_problem.c.attempts,
        indexing_problem.c.next_at,
    )
    row = connection.execute(wanted).first()
    return None if row is None else IndexingProblem(**row._mapping)
