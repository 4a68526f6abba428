"""What Shopify's webhooks about a product say of its variants; used by the controller."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app.items.changes import Change, read_version
from app.webhooks.bodies import TOO_DEEP, read_object
from app.webhooks.errors import InvalidMessage
from app.webhooks.shopify_rows import ProductRows
from indexing.documents import Item, ItemId
from indexing.errors import InvalidItem, ItemProblem
from indexing.mapping import FeedMapping, load_mapping
from indexing.validation import Problems

_DELETE = "products/delete"
TOPICS = ("products/create", "products/update", _DELETE)
_SHOPIFY_ID = re.compile(r"[!-~]{1,128}")


class RejectedVariant(msgspec.Struct, frozen=True):
    """A variant that cannot be an item as it is; what is known of that item stays."""

    item_id: ItemId
    problems: tuple[ItemProblem, ...]
    """Their paths lie in the item that the mapping makes of it."""
    variant: Any
    """As Shopify sent it."""


class ShopifyProduct(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a product at a version; nothing, where it is deleted or not for sale."""

    product_id: str
    """Also the `group_id` of its items."""
    version: int
    items: tuple[Change, ...] = ()
    rejected: tuple[RejectedVariant, ...] = ()
    unlisted: tuple[ItemId, ...] = ()
    """Items that stay as they are: of a product with more than a hundred variants Shopify
    describes only some, and names the others."""
    complete: bool = True
    """False where it cannot be told which items those are."""

    def gone(self, item_ids: Iterable[ItemId]) -> tuple[ItemId, ...]:
        """Of all items with this `group_id`, those whose variants are no longer there."""
        if not self.complete:
            return ()
        there = {change.item_id for change in self.items}
        there.update(rejected.item_id for rejected in self.rejected)
        there.update(self.unlisted)
        return tuple(item_id for item_id in item_ids if item_id not in there)


def default_mapping() -> FeedMapping:
    return load_mapping(Path(__file__).with_name("shopify.toml"))


def read_product(
    topic: str, headers: Mapping[str, str], body: bytes, mapping: FeedMapping
) -> ShopifyProduct:
    """Raises `InvalidMessage` for what is no product; a bad variant is only left out."""
    product = read_object(body)
    try:
        return _read(topic, {n.lower(): v for n, v in headers.items()}, product, mapping)
    except RecursionError:  # a body that could just be read may still be too deep to speak of
        raise InvalidMessage((TOO_DEEP,)) from None


def _read(
    topic: str, headers: Mapping[str, str], product: Mapping[str, Any], mapping: FeedMapping
) -> ShopifyProduct:
    product_id, version = _checked(topic, headers, product)
    if topic == _DELETE or not _is_for_sale(product):
        return ShopifyProduct(product_id=product_id, version=version)
    variants = product["variants"] or []
    rows = ProductRows(product, headers.get("x-shopify-shop-domain", ""))
    unlisted = _unlisted(product, variants, rows, mapping)
    if not variants and unlisted == ():
        variants = [{}]
    items: dict[str, Change] = {}
    rejected: list[RejectedVariant] = []
    for variant in variants:
        try:
            item = _item(variant, rows, mapping)
            if item.id in items:
                reason = "another variant of the product has this id as well"
                raise InvalidItem((ItemProblem("$.id", "too-many", reason),))
        except InvalidItem as error:
            item_id = _id_of(variant, rows, mapping) or ItemId(product_id)
            rejected.append(RejectedVariant(item_id, error.problems, variant))
        else:
            items[item.id] = _put(item, product_id, version)
    return ShopifyProduct(
        product_id=product_id,
        version=version,
        items=tuple(items.values()),
        rejected=tuple(rejected),
        unlisted=unlisted or (),
        complete=unlisted is not None,
    )


def _checked(topic: str, headers: Mapping[str, str], product: Mapping[str, Any]) -> tuple[str, int]:
    """The product's id and its version. A product without a title or variants comes of a
    subscription that leaves fields out: it would replace items by less than they are."""
    problems = Problems()
    if topic not in TOPICS:
        reason = f"expected a topic of {', '.join(TOPICS)}, got {topic[:60]!r}"
        problems.add("$", "type", reason)
    product_id = _id_text(product.get("id"))
    if product_id is None:
        problems.add("$.id", "required", "expected the product's id")
    if topic == _DELETE:
        version: int | None = _triggered_at(headers)
    else:
        version = _updated_at(product, problems)
        title = product.get("title")
        if not isinstance(title, str) or not title.strip():
            problems.add("$.title", "required", "expected the product's title")
        if "variants" not in product:
            problems.add("$.variants", "required", "missing")
        elif not isinstance(product["variants"] or [], list):
            problems.add("$.variants", "type", "expected a list of variants")
    if problems or product_id is None or version is None:
        raise InvalidMessage(problems.as_error().problems)
    return product_id, version


def _item(variant: object, rows: ProductRows, mapping: FeedMapping) -> Item:
    if not isinstance(variant, dict):
        raise InvalidItem((ItemProblem("$", "type", "expected an object for each variant"),))
    return mapping.apply(rows.row(variant))


def _id_of(variant: object, rows: ProductRows, mapping: FeedMapping) -> ItemId | None:
    """By which a variant is known though it cannot be an item now."""
    if not isinstance(variant, dict):
        return None
    known_as = mapping.id_of(rows.row(variant)) or _id_text(variant.get("id"))
    return ItemId(known_as) if known_as else None


def _put(item: Item, product_id: str, version: int) -> Change:
    """A mapping's own `group_id` would hide from us which variants a product had before."""
    fields = msgspec.structs.asdict(item) | {"group_id": product_id}
    item_id = ItemId(fields.pop("id"))
    return Change(operation="put", item_id=item_id, version=version, fields=fields)


def _unlisted(
    product: Mapping[str, Any], variants: list[Any], rows: ProductRows, mapping: FeedMapping
) -> tuple[ItemId, ...] | None:
    """The items of variants that Shopify names and does not describe; None where their ids cannot
    be told, since the mapping takes more than a variant's id for an item's."""
    described = [variant for variant in variants if isinstance(variant, dict)]
    listed = {_id_text(variant.get("id")) for variant in described}
    named = product.get("variant_gids")
    gids = [
        gid["admin_graphql_api_id"].rpartition("/")[2]
        for gid in (named if isinstance(named, list) else ())
        if isinstance(gid, dict) and isinstance(gid.get("admin_graphql_api_id"), str)
    ]
    others = [gid for gid in gids if gid not in listed]
    if not others:
        return ()
    for variant in described:
        row, bare = rows.row(variant), rows.row({"id": variant.get("id")})
        if mapping.id_of(row) != mapping.id_of(bare):
            return None
    ids = [mapping.id_of(rows.row({"id": gid})) for gid in others]
    return None if None in ids else tuple(item_id for item_id in ids if item_id is not None)


def _is_for_sale(product: Mapping[str, Any]) -> bool:
    """Drafts and archived products are not, nor are unlisted ones, to which only a link leads."""
    return product.get("status", "active") == "active" and (
        "published_at" not in product or product["published_at"] is not None
    )


def _updated_at(product: Mapping[str, Any], problems: Problems) -> int | None:
    if product.get("updated_at") is None:
        problems.add("$.updated_at", "required", "missing")
        return None
    try:
        return read_version(product["updated_at"])
    except ValueError as error:
        problems.add("$.updated_at", "version", str(error))
        return None


def _triggered_at(headers: Mapping[str, str]) -> int:
    """When a product was deleted, of which its webhook's body says nothing."""
    try:
        return read_version(headers.get("x-shopify-triggered-at", ""))
    except ValueError:
        return read_version(datetime.now(UTC).isoformat())


def _id_text(value: object) -> str | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return text if _SHOPIFY_ID.fullmatch(text) else None
