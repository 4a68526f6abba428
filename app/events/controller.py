"""`/v1/events` and `/v1/clients` over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from app.admin.api_keys import ApiKey
from app.admin.authentication import needs, needs_unless_public
from app.content_encoding import is_packed
from app.errors import INVALID_REQUEST, PROBLEM_JSON
from app.events.bodies import MAX_BODY
from app.events.forgetting import Forgotten, forget_client
from app.events.intake import Receipt
from app.events.openapi import EventsBody
from app.live import Live

AnyRequest = Request[Any, Any, Any]
KeyRequest = Request[ApiKey, Any, State]
LINES = ("application/x-ndjson", "application/jsonl", "application/ndjson")


class AllRefused(Receipt, frozen=True, kw_only=True):
    """The receipt as a problem (RFC 9457), where nothing of a call could be stored."""

    title: str = "The events break the contract"
    status: int = 422
    detail: str
    type: str = "about:blank"
    instance: str = "/v1/events"


class EventsController(Controller):
    path = "/v1/events"
    tags = ("events",)
    guards = (needs_unless_public("events"),)

    @post(
        status_code=202,
        request_max_body_size=MAX_BODY,
        responses=INVALID_REQUEST,
        operation_class=EventsBody,
    )
    async def take(self, request: AnyRequest, services: NamedDependency[Live]) -> Response[Receipt]:
        """What shoppers did, as User Behavior Insights 1.3.0 has it: one event, an array, or lines
        of JSON, plain or gzip. Answers when they are stored. Each event is judged by itself: what
        breaks the contract is refused with every reason, and the others are stored. The same event
        again changes nothing. 422 where all were refused."""
        packed = is_packed(request)
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        receipt = await services.events.take(body, packed, kind in LINES)
        if receipt.refused and not (receipt.accepted or receipt.duplicates):
            return _all_refused(receipt)
        return Response(receipt, status_code=202, media_type=MediaType.JSON)


class ClientsController(Controller):
    path = "/v1/clients"
    tags = ("events",)
    guards = (needs("admin"),)

    @delete("/{client_id:path}", status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def forget(
        self, request: KeyRequest, client_id: FromPath[str], services: NamedDependency[Live]
    ) -> Forgotten:
        """Forget a shopper: every event and every list as shown goes, and what they were counted
        as. A client that nobody knows is no error."""
        name = client_id.removeprefix("/")
        if not name:
            raise NotFoundException("say whom: /v1/clients/{client_id}")
        return forget_client(
            services.engine,
            services.lists,
            name,
            request.user.actor,
            services.behaviour.forget,
        )


def _all_refused(receipt: Receipt) -> Response[Receipt]:
    first = receipt.refused[0].problems[0]
    more = len(receipt.refused) - 1
    detail = f"{first.path}: {first.message}" + (f"; and {more} more events" if more else "")
    answer = AllRefused(**msgspec.structs.asdict(receipt), detail=detail)
    return Response(answer, status_code=422, media_type=PROBLEM_JSON)
