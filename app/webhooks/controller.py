"""`/v1/webhooks` over HTTP: signed messages from catalogues; the signature stands for a key."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from sqlalchemy import Connection

from app.errors import INVALID_REQUEST
from app.items.changes import Change
from app.items.controller import Wait, answer
from app.items.ingest import Incoming
from app.live import Live
from app.reindex.requests import request_rebuild
from app.tasks.repository import Task
from app.webhooks.deliveries import Act, unusable
from app.webhooks.errors import InvalidMessage, SignatureRefused
from app.webhooks.messages import RebuildRequested, read_message
from app.webhooks.openapi import CatalogBody, ShopifyBody
from app.webhooks.shopify import read_product
from app.webhooks.shopify_intake import SOURCE as SHOPIFY
from app.webhooks.shopify_intake import take_product

CATALOG = "webhook"
MAX_BYTES = 2_000_000
AnyRequest = Request[Any, Any, Any]


class WebhooksController(Controller):
    path = "/v1/webhooks"
    tags = ("webhooks",)

    @post(
        "/catalog",
        status_code=202,
        request_max_body_size=MAX_BYTES,
        responses=INVALID_REQUEST,
        operation_class=CatalogBody,
    )
    async def catalog(
        self, request: AnyRequest, services: NamedDependency[Live], wait: Wait = False
    ) -> Response[Task]:
        """A change of one item, or the wish for a rebuild, signed as Standard Webhooks has it. The
        same `webhook-id` again does nothing. What breaks the contract is kept as a dead letter;
        the task says so."""
        body = await request.body()
        delivery_id = _verified(services, CATALOG, services.signatures.verify, request, body)
        act = _catalog_act(services, body)
        return await _take(services, CATALOG, delivery_id, act, wait)

    @post(
        "/shopify",
        status_code=202,
        request_max_body_size=MAX_BYTES,
        responses=INVALID_REQUEST,
        operation_class=ShopifyBody,
    )
    async def shopify(
        self, request: AnyRequest, services: NamedDependency[Live], wait: Wait = False
    ) -> Response[Task]:
        """A product as Shopify sends it (topics `products/create`, `products/update` and
        `products/delete`): one item for each variant."""
        body = await request.body()
        delivery_id = _verified(
            services, SHOPIFY, services.shopify_signatures.verify, request, body
        )
        headers = dict(request.headers)
        topic = headers.get("x-shopify-topic", "")

        def act(connection: Connection) -> Task:
            try:
                product = read_product(topic, headers, body, services.shopify_mapping)
            except InvalidMessage as error:
                kept = services.deliveries.changes(
                    [unusable(error, body)], "webhook.shopify", SHOPIFY
                )
                return kept(connection)
            return take_product(connection, services.ledger, product)

        return await _take(services, SHOPIFY, delivery_id, act, wait)


def _verified(
    services: Live,
    source: str,
    verify: Callable[[dict[str, str], bytes], str],
    request: AnyRequest,
    body: bytes,
) -> str:
    """The delivery's id; whatever is wrong with a signature, the answer is the same."""
    try:
        return verify(dict(request.headers), body)
    except SignatureRefused:
        services.ledger.count_refused_signature(source)
        raise SignatureRefused(
            "the signature is missing, wrong or too old, or its secret is not among those that "
            "Endcap was started with; docs/catalogue.md, Webhooks, says what is needed"
        ) from None


def _catalog_act(services: Live, body: bytes) -> Act:
    try:
        message = read_message(body)
    except InvalidMessage as error:
        return services.deliveries.changes([unusable(error, body)], "webhook.catalog", CATALOG)
    if isinstance(message, RebuildRequested):
        return lambda connection: request_rebuild(
            connection, message.reason, message.encoder, CATALOG
        )
    return services.deliveries.changes([_incoming(message)], "webhook.catalog", CATALOG)


def _incoming(change: Change) -> Incoming:
    document = {"version": change.version, **change.fields}
    return Incoming(
        change=change, item_id=change.item_id, operation=change.operation, document=document
    )


async def _take(
    services: Live, source: str, delivery_id: str, act: Act, wait: bool
) -> Response[Task]:
    delivered = await sync_to_thread(services.deliveries.take, source, delivery_id, act)
    response = await answer(services, delivered.task, wait)
    if delivered.duplicate:
        response.headers["Endcap-Duplicate"] = "true"
    return response
