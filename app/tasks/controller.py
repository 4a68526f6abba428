"""`/v1/tasks` over HTTP: what has become of what was asked for."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from app.admin.authentication import needs
from app.admin.parameters import Page, PerPage, RowId
from app.errors import INVALID_REQUEST
from app.live import Live
from app.tasks.repository import Kind, Status, Task, cancel_task, list_tasks, read_task
from app.tasks.waiting import changes_of

Statuses = Annotated[list[Status] | None, QueryParameter(description="May be repeated.")]
Kinds = Annotated[list[Kind] | None, QueryParameter(description="May be repeated.")]


class Tasks(msgspec.Struct, frozen=True):
    tasks: tuple[Task, ...]
    """The newest first."""
    total: int
    page: int
    per_page: int


class TasksController(Controller):
    path = "/v1/tasks"
    tags = ("tasks",)
    guards = (needs("items:write"),)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def list(
        self,
        services: NamedDependency[Live],
        status: Statuses = None,
        kind: Kinds = None,
        since: FromQuery[datetime | None] = None,
        page: Page = 1,
        per_page: PerPage = 50,
    ) -> Tasks:
        """Tasks of these kinds, in these states, created since then."""
        with services.engine.connect() as connection:
            found, total = list_tasks(connection, page, per_page, status or (), kind or (), since)
        return Tasks(tuple(found), total, page, per_page)

    @get("/{task_id:int}", sync_to_thread=True)
    def read(self, task_id: RowId, services: NamedDependency[Live]) -> Task:
        """One task."""
        with services.engine.connect() as connection:
            return read_task(connection, task_id)

    @post("/{task_id:int}/cancel", status_code=200, sync_to_thread=True)
    def cancel(self, task_id: RowId, services: NamedDependency[Live]) -> Task:
        """End a task that has not ended: at once where it waits, else at its next step. Changes
        that were accepted cannot be taken back."""
        with services.engine.begin() as connection:
            return cancel_task(connection, task_id)

    @get("/{task_id:int}/events")
    async def events(self, task_id: RowId, services: NamedDependency[Live]) -> ServerSentEvent:
        """The task as server-sent events named by its status: now, whenever it changes, and when
        it has ended, with which the stream ends, too."""

        def read() -> Task:
            with services.engine.connect() as connection:
                return read_task(connection, task_id)

        # Here, since a stream that has begun can no longer answer that there is none.
        first = await sync_to_thread(read)
        return ServerSentEvent(_messages(services, first))


async def _messages(services: Live, first: Task) -> AsyncIterator[ServerSentEventMessage]:
    async for task in changes_of(services.engine, services.ingest_threads, first):
        if task is None:
            yield ServerSentEventMessage(comment="still here")
        else:
            yield ServerSentEventMessage(
                event=task.status, data=msgspec.json.encode(task).decode(), id=str(task.id)
            )
