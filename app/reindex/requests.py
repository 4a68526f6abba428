"""How a rebuild is asked for; the runner takes it up."""

from sqlalchemy import Connection, func, select, text

from app.db.tables import tasks
from app.tasks.repository import Task, create_task, read_task


def request_rebuild(connection: Connection, reason: str, encoder: str | None, actor: str) -> Task:
    """The task of a rebuild; the one that waits already, where it is of the same encoder."""
    request = {"reason": reason, "encoder": encoder}
    waiting = connection.execute(
        select(tasks.c.id, tasks.c.request).where(
            tasks.c.kind == "reindex", tasks.c.status == "enqueued"
        )
    ).all()
    for row in waiting:
        if row.request.get("encoder") == encoder:
            return read_task(connection, row.id)
    return read_task(connection, create_task(connection, "reindex", actor, request))


def request_repair(connection: Connection, reason: str) -> Task | None:
    """The task of a rebuild in place of a damaged collection. None where one is under way, or has
    ended just now: what made it fail may need some time to go away."""
    recent = connection.execute(
        select(tasks.c.id).where(
            tasks.c.kind == "reindex",
            tasks.c.request["repair"].astext == "true",
            tasks.c.status.in_(("enqueued", "processing"))
            | (tasks.c.finished_at > func.clock_timestamp() - _REPAIR_PAUSE),
        )
    ).first()
    if recent is not None:
        return None
    request = {"reason": reason, "encoder": None, "repair": True}
    return read_task(connection, create_task(connection, "reindex", "the service", request))


_REPAIR_PAUSE = text("interval '60 seconds'")
