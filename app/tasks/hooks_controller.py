"""`/v1/admin/webhooks` over HTTP: who is told when tasks end."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.admin.authentication import needs
from app.admin.parameters import KeyRequest, RowId
from app.errors import INVALID_REQUEST
from app.live import Live
from app.tasks.hook_post import Answer
from app.tasks.hooks import (
    DEFAULT_KINDS,
    Hook,
    HookState,
    Receiver,
    create_hook,
    delete_hook,
    list_hooks,
    read_receiver,
)
from app.tasks.repository import Kind


class NewHook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds` are those of tasks; by default all but those of single items, of which there may be
    thousands a second."""

    url: Annotated[str, msgspec.Meta(min_length=1)]
    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1)] = DEFAULT_KINDS


class CreatedHook(Hook, frozen=True, kw_only=True):
    """`secret` is shown this once; the receiver verifies signatures with it."""

    secret: str


class Hooks(msgspec.Struct, frozen=True):
    webhooks: tuple[HookState, ...]


class HooksController(Controller):
    path = "/v1/admin/webhooks"
    tags = ("tasks",)
    guards = (needs("items:write"),)

    @post(sync_to_thread=True, responses=INVALID_REQUEST)
    def create(
        self, request: KeyRequest, data: JSONBody[NewHook], services: NamedDependency[Live]
    ) -> CreatedHook:
        """Have a URL told whenever a task of these kinds ends: `{type, timestamp, data}` with
        `type` being `task.succeeded`, `task.failed` or `task.canceled` and `data` the task, signed
        as Standard Webhooks has it. What is not answered with 2xx within ten seconds comes again,
        eight times in about a day and a half; the same message has the same `webhook-id`."""
        with services.engine.begin() as connection:
            hook, secret = create_hook(connection, data.url, data.kinds, request.user.actor)
        return CreatedHook(**msgspec.structs.asdict(hook), secret=secret)

    @get(sync_to_thread=True)
    def list(self, services: NamedDependency[Live]) -> Hooks:
        """All webhooks, the oldest first, and how the last delivery of each went."""
        with services.engine.connect() as connection:
            return Hooks(tuple(list_hooks(connection)))

    @delete("/{hook_id:int}", sync_to_thread=True)
    def remove(self, request: KeyRequest, hook_id: RowId, services: NamedDependency[Live]) -> None:
        """Tell it nothing more, not even of what has ended already."""
        with services.engine.begin() as connection:
            delete_hook(connection, hook_id, request.user.actor)

    @post("/{hook_id:int}/test", status_code=200)
    async def test(self, hook_id: RowId, services: NamedDependency[Live]) -> Answer:
        """Send it a message of the type `webhook.test` now, once, and tell what it said."""

        def read() -> Receiver:
            with services.engine.connect() as connection:
                return read_receiver(connection, hook_id)

        return await services.hooks.test(await sync_to_thread(read))
