"""How OpenAPI shows what the routes of `/v1/webhooks` take, the headers of signatures included."""

from collections.abc import Mapping

from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema

from app.items.schemas import changed_fields
from app.openapi import header, taking
from app.webhooks.messages import KINDS, MAX_TEXT, MESSAGE_TYPES, REBUILD, Kind
from app.webhooks.shopify import TOPICS
from app.webhooks.signatures import MAX_WEBHOOK_ID


def _message() -> Schema:
    data = {name: _data(kind) for name, kind in KINDS.items()} | {REBUILD: _rebuild()}
    return Schema(
        title="CatalogMessage",
        type=OpenAPIType.OBJECT,
        properties={
            "type": Schema(type=OpenAPIType.STRING, enum=list(MESSAGE_TYPES)),
            "timestamp": Schema(
                type=OpenAPIType.STRING,
                format=OpenAPIFormat.DATE_TIME,
                description="When it changed, with a zone; the version, where `data` has none.",
            ),
            "data": Schema(type=OpenAPIType.OBJECT),
        },
        required=["type", "timestamp", "data"],
        one_of=_by_type(data),
    )


def _by_type(data: Mapping[str, Schema]) -> list[Schema]:
    return [
        Schema(title=name, properties={"type": Schema(const=name), "data": schema})
        for name, schema in data.items()
    ]


def _data(kind: Kind) -> Schema:
    required = ("id", kind.needed) if kind.needed else ("id",)
    if kind.fields is None:
        return changed_fields(*required)
    return changed_fields(*required, only=("id", "version", *kind.fields))


def _rebuild() -> Schema:
    text = Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL], max_length=MAX_TEXT)
    return Schema(
        type=OpenAPIType.OBJECT,
        properties={"reason": text, "encoder": text},
        additional_properties=False,
    )


def _product() -> Schema:
    return Schema(
        title="ShopifyProduct",
        type=OpenAPIType.OBJECT,
        additional_properties=True,
        description="A product as Shopify sends it; of one that was deleted, only its `id`.",
    )


CatalogBody = taking(
    _message,
    parameters=[
        header(
            "webhook-id",
            "The same for each attempt to deliver one message.",
            required=True,
            min_length=1,
            max_length=MAX_WEBHOOK_ID,
        ),
        header(
            "webhook-timestamp",
            "When this attempt was made, in seconds since 1970; within five minutes of now.",
            required=True,
            pattern=r"^[0-9]{1,15}$",
        ),
        header(
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of id, timestamp and body with full stops between them, in "
            "base64; several with blanks between them.",
            required=True,
        ),
    ],
)
ShopifyBody = taking(
    _product,
    parameters=[
        header("X-Shopify-Topic", "What has happened.", required=True, enum=list(TOPICS)),
        header(
            "X-Shopify-Webhook-Id",
            "The same for each attempt to deliver one message.",
            required=True,
            min_length=1,
            max_length=MAX_WEBHOOK_ID,
        ),
        header(
            "X-Shopify-Hmac-Sha256",
            "The HMAC-SHA256 of the body, in base64.",
            required=True,
        ),
        header("X-Shopify-Shop-Domain", "Leads to the items' own pages in the shop."),
        header(
            "X-Shopify-Triggered-At",
            "When the product was deleted, which is the deletion's version.",
            format=OpenAPIFormat.DATE_TIME,
        ),
    ],
)
