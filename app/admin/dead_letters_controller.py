"""`/v1/admin/dead-letters` over HTTP: what was refused, mended and sent again, or discarded."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from app.admin.audit_log import note
from app.admin.authentication import needs
from app.admin.parameters import KeyRequest, Page, PerPage, RowId
from app.errors import INVALID_REQUEST
from app.items.dead_letters import (
    DeadLetter,
    discard,
    discard_all,
    list_letters,
    mend_letter,
    read_letter,
)
from app.live import Live
from app.tasks.repository import Task


class DeadLetters(msgspec.Struct, frozen=True):
    dead_letters: tuple[DeadLetter, ...]
    """The newest first."""
    total: int
    page: int
    per_page: int


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which letters; all of them where neither is given."""

    source: Annotated[str, msgspec.Meta(max_length=200)] = ""
    item_id: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Discarded(msgspec.Struct, frozen=True):
    discarded: int


class DeadLettersController(Controller):
    path = "/v1/admin/dead-letters"
    tags = ("dead letters",)
    guards = (needs("items:write"),)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def list(
        self,
        services: NamedDependency[Live],
        source: FromQuery[str] = "",
        item_id: FromQuery[str] = "",
        page: Page = 1,
        per_page: PerPage = 50,
    ) -> DeadLetters:
        """What was refused, with what is wrong with it. `source` is `api`, `batch`, `webhook`,
        `shopify`, `replay`, or `index` for what could not be indexed."""
        with services.engine.connect() as connection:
            letters, total = list_letters(connection, page, per_page, source, item_id)
        return DeadLetters(tuple(letters), total, page, per_page)

    @get("/{letter_id:int}", sync_to_thread=True)
    def read(self, letter_id: RowId, services: NamedDependency[Live]) -> DeadLetter:
        """One dead letter."""
        with services.engine.connect() as connection:
            return read_letter(connection, letter_id)

    @put("/{letter_id:int}", sync_to_thread=True, responses=INVALID_REQUEST)
    def mend(
        self,
        request: KeyRequest,
        letter_id: RowId,
        data: JSONBody[dict[str, Any]],
        services: NamedDependency[Live],
    ) -> DeadLetter:
        """Put another document in its place; nothing is sent again before its replay."""
        with services.engine.begin() as connection:
            before = read_letter(connection, letter_id)
            note(
                connection,
                request.user.actor,
                "dead_letter.mend",
                f"dead_letter/{letter_id}",
                before={"document": before.document},
                after={"document": data},
            )
            return mend_letter(connection, letter_id, data)

    @post("/{letter_id:int}/replay", sync_to_thread=True)
    def replay(
        self, request: KeyRequest, letter_id: RowId, services: NamedDependency[Live]
    ) -> Response[Task]:
        """Send it again; where it is still refused it stays, with what is wrong with it now."""
        task = services.replay.replay_one(letter_id, request.user.actor)
        return _accepted(task)

    @post("/replay", sync_to_thread=True, responses=INVALID_REQUEST)
    def replay_all(
        self, request: KeyRequest, data: JSONBody[Wanted], services: NamedDependency[Live]
    ) -> Response[Task]:
        """Send all again, or those of one source or item."""
        task = services.items.start(
            "dead_letters.replay", msgspec.structs.asdict(data), request.user.actor
        )
        return _accepted(task)

    @delete("/{letter_id:int}", sync_to_thread=True)
    def discard(
        self, request: KeyRequest, letter_id: RowId, services: NamedDependency[Live]
    ) -> None:
        """Forget it."""
        with services.engine.begin() as connection:
            letter = read_letter(connection, letter_id)
            note(
                connection,
                request.user.actor,
                "dead_letter.discard",
                f"dead_letter/{letter_id}",
                before={"item_id": letter.item_id, "document": letter.document},
            )
            discard(connection, [letter_id])

    @delete(status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def discard_all(
        self,
        request: KeyRequest,
        services: NamedDependency[Live],
        source: FromQuery[str] = "",
        item_id: FromQuery[str] = "",
    ) -> Discarded:
        """Forget all, or those of one source or item."""
        with services.engine.begin() as connection:
            count = discard_all(connection, source, item_id)
            note(
                connection,
                request.user.actor,
                "dead_letter.discard",
                "dead_letter",
                before={"source": source, "item_id": item_id, "count": count},
            )
        return Discarded(count)


def _accepted(task: Task) -> Response[Task]:
    return Response(task, status_code=202, headers={"Location": f"/v1/tasks/{task.id}"})
