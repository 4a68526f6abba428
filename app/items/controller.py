"""`/v1/items` over HTTP: single items, batches, deletions by filter."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from app.admin.api_keys import ApiKey
from app.admin.authentication import needs
from app.content_encoding import is_packed
from app.errors import INVALID_REQUEST
from app.items.changes import Operation
from app.items.errors import BadFilter
from app.items.openapi import BatchBody, ChangeBody, WholeItemBody
from app.items.reading import read_document
from app.live import Live
from app.search.render import hit_item
from app.search.schemas import HitItem
from app.tasks.repository import Kind, Task
from app.tasks.waiting import wait_for
from indexing.filter_parser import parse_filter

KeyRequest = Request[ApiKey, Any, State]
Wait = Annotated[bool, QueryParameter(description="Answer when it is searchable, not before.")]
MAX_ITEM_BYTES = 1_000_000


class ItemWithVersion(HitItem, frozen=True, kw_only=True):
    """An item as it is stored; `version` is the newest that its sender gave."""

    version: int


class ItemsController(Controller):
    path = "/v1/items"
    tags = ("items",)
    guards = (needs("items:write"),)

    @get("/{item_id:str}", sync_to_thread=True)
    def read(self, item_id: FromPath[str], services: NamedDependency[Live]) -> ItemWithVersion:
        """The item as it is stored, which the index may be a moment behind."""
        item, version = services.items.read(item_id)
        return ItemWithVersion(**msgspec.structs.asdict(hit_item(item)), version=version)

    @put(
        "/{item_id:str}",
        request_max_body_size=MAX_ITEM_BYTES,
        responses=INVALID_REQUEST,
        operation_class=WholeItemBody,
    )
    async def replace(
        self,
        request: KeyRequest,
        item_id: FromPath[str],
        services: NamedDependency[Live],
        wait: Wait = False,
    ) -> Response[Task]:
        """Put an item as a whole: what is not given has its default. `version` or `updated_at`
        orders it among other changes; without one it counts as of now."""
        return await _single(request, services, "put", "item.put", item_id, wait)

    @patch(
        "/{item_id:str}",
        request_max_body_size=MAX_ITEM_BYTES,
        responses=INVALID_REQUEST,
        operation_class=ChangeBody,
    )
    async def change(
        self,
        request: KeyRequest,
        item_id: FromPath[str],
        services: NamedDependency[Live],
        wait: Wait = False,
    ) -> Response[Task]:
        """Change some fields, as JSON merge patch (RFC 7396) has it: null removes a field, and
        `attributes` is merged by name. For an item that is not there yet the change is kept."""
        return await _single(request, services, "merge", "item.merge", item_id, wait)

    @delete("/{item_id:str}", status_code=202, responses=INVALID_REQUEST)
    async def remove(
        self,
        request: KeyRequest,
        item_id: FromPath[str],
        services: NamedDependency[Live],
        version: FromQuery[str | None] = None,
        wait: Wait = False,
    ) -> Response[Task]:
        """Delete an item; one that is not there is no error, and an older change that comes later
        does not bring it back."""
        incoming = read_document({"version": version}, "delete", item_id)
        task = await sync_to_thread(
            services.items.submit_one, incoming, "item.delete", "api", request.user.actor
        )
        return await answer(services, task, wait)

    @delete(status_code=202, responses=INVALID_REQUEST)
    async def remove_by_filter(
        self,
        request: KeyRequest,
        services: NamedDependency[Live],
        filter: FromQuery[str | None] = None,  # noqa: A002 (the parameter's public name)
        wait: Wait = False,
    ) -> Response[Task]:
        """Delete all items that pass a filter, given as JSON in `filter` or as the body
        `{"filter": …}`; those that come or change meanwhile may go or stay."""
        wanted = filter.encode() if filter is not None else await request.body()
        raw = read_filter(wanted, wrapped=filter is None)
        task = await sync_to_thread(
            services.items.start, "items.delete", {"filter": raw}, request.user.actor
        )
        return await answer(services, task, wait)

    @post(
        "/batch",
        status_code=202,
        request_max_body_size=None,
        responses=INVALID_REQUEST,
        operation_class=BatchBody,
    )
    async def batch(
        self,
        request: KeyRequest,
        services: NamedDependency[Live],
        operation: FromQuery[Literal["put", "merge", "delete"]] = "put",
        wait: Wait = False,
    ) -> Stream:
        """Lines of JSON, plain or with `Content-Encoding: gzip`, of any number: each is an item
        to put, or a change with its own `operation`. The answer is lines, too: the task first,
        then what became of each line. What was taken in before a stream broke off is kept."""
        packed = is_packed(request)
        task, report = await services.batches.run(
            request.stream(), packed, operation, request.user.actor
        )
        if wait:
            task = await _end_of(services, task)
        return Stream(
            report.read(task),
            status_code=200 if task.ended else 202,
            media_type="application/x-ndjson",
            headers={"Location": f"/v1/tasks/{task.id}"},
        )


async def _end_of(services: Live, task: Task) -> Task:
    """Who has waited finds what they have changed, with the next search of this process."""
    task = await wait_for(services.engine, services.ingest_threads, task)
    if task.ended:
        # It would follow by itself, half a second later at most.
        await sync_to_thread(services.store.refresh)
    return task


async def answer(services: Live, task: Task, wait: bool) -> Response[Task]:
    """202 with the task; with `wait`, 200 once it has ended."""
    if wait:
        task = await _end_of(services, task)
    return Response(
        task,
        status_code=200 if wait and task.ended else 202,
        media_type=MediaType.JSON,
        headers={"Location": f"/v1/tasks/{task.id}"},
    )


def read_filter(body: bytes, wrapped: bool) -> dict[str, Any]:
    """Raises `BadFilter` and `InvalidFilter`."""
    if not body.strip():
        raise BadFilter('say which items: {"filter": {"field": …, "any_of": […]}}')
    raw = msgspec.json.decode(body)
    if wrapped:
        raw = raw.get("filter") if isinstance(raw, dict) else None
    if not isinstance(raw, dict):
        raise BadFilter('expected {"filter": {…}}, with a filter as for a search')
    parse_filter(raw, "$.filter")
    return raw


async def _single(
    request: KeyRequest,
    services: Live,
    operation: Operation,
    kind: Kind,
    item_id: str,
    wait: bool,
) -> Response[Task]:
    document = msgspec.json.decode(await request.body())
    incoming = read_document(document, operation, item_id)
    task = await sync_to_thread(
        services.items.submit_one, incoming, kind, "api", request.user.actor
    )
    return await answer(services, task, wait)
