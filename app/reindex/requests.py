"""How a rebuild is asked for; the runner takes it up."""

from sqlalchemy import Connection, select

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
