"""`/v1/admin/reindex` over HTTP: rebuilds of the index, and the way back."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.admin.audit_log import note
from app.admin.authentication import needs
from app.admin.parameters import KeyRequest
from app.errors import INVALID_REQUEST
from app.items.indexing_problem import IndexingProblem, current_problem
from app.live import Live
from app.live_index import Serving
from app.reindex.guard import Audit
from app.reindex.requests import request_rebuild
from app.tasks.repository import Task, create_task, list_tasks, read_task
from indexing.collections import CollectionInfo
from indexing.errors import IndexUnavailable

Text = Annotated[str, msgspec.Meta(max_length=1_000)]


class RebuildRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/admin/reindex`."""

    encoder: Text | None = None
    """A sentence-transformers model, by name or folder; without it, that of the settings."""
    reason: Text = ""


class IndexState(msgspec.Struct, frozen=True):
    live: CollectionInfo | None
    previous: CollectionInfo | None
    """What a rollback goes back to."""
    items: int | None
    """In the live collection; None where it cannot be read."""
    problem: IndexingProblem | None
    """Why changes cannot be indexed now."""
    audit: Audit | None
    """The last comparison of the embedded index with Postgres, by this process."""
    tasks: tuple[Task, ...]
    """The last rebuilds and rollbacks, the newest first."""


class ReindexController(Controller):
    path = "/v1/admin/reindex"
    tags = ("index",)
    guards = (needs("items:write"),)

    @get(sync_to_thread=True)
    def state(self, services: NamedDependency[Live]) -> IndexState:
        """Which collections there are, and what became of the last rebuilds."""
        collections = services.index.collections
        with services.engine.connect() as connection:
            found, _ = list_tasks(connection, 1, 10, kinds=("reindex", "reindex.rollback"))
            problem = current_problem(connection)
        with services.index.lease() as serving:
            count = _count(serving)
        return IndexState(
            collections.live(),
            collections.previous(),
            count,
            problem,
            services.index_guard.last,
            tuple(found),
        )

    @post(sync_to_thread=True, responses=INVALID_REQUEST)
    def rebuild(
        self, request: KeyRequest, data: JSONBody[RebuildRequest], services: NamedDependency[Live]
    ) -> Response[Task]:
        """Build a new collection beside the live one and switch to it, if it passes the gates:
        counts agree, items are found by their titles, relevance is not worse."""
        actor = request.user.actor
        with services.engine.begin() as connection:
            task = request_rebuild(connection, data.reason, data.encoder, actor)
            note(
                connection,
                actor,
                "index.rebuild",
                f"task/{task.id}",
                after={"encoder": data.encoder, "reason": data.reason},
            )
        return _accepted(task)

    @post("/rollback", sync_to_thread=True)
    def roll_back(self, request: KeyRequest, services: NamedDependency[Live]) -> Response[Task]:
        """Make the collection that was live before live again, with all that has changed since."""
        actor = request.user.actor
        with services.engine.begin() as connection:
            task = read_task(connection, create_task(connection, "reindex.rollback", actor))
            note(connection, actor, "index.rollback", f"task/{task.id}")
        return _accepted(task)


def _count(serving: Serving) -> int | None:
    try:
        return serving.index.count()
    except IndexUnavailable:
        return None


def _accepted(task: Task) -> Response[Task]:
    return Response(task, status_code=202, headers={"Location": f"/v1/tasks/{task.id}"})
