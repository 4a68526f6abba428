"""A product as Shopify sends it, as one flat row for each variant, which a mapping file is applied
to; used by `shopify`, and told in `shopify.toml`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from app.webhooks.html_text import html_to_text
from indexing.filters import UNUSABLE_IN_NAMES

MAX_DESCRIPTION = 20_000
_SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_NO_CHOICE = "Default Title"
"""The title and the only option of the variant of a product that has no variants to choose."""


class ProductRows:
    """Prepares once what all variants of a product share. Whatever has another shape than
    Shopify's is passed on as it is or left out, for the mapping to judge."""

    def __init__(self, product: Mapping[str, Any], shop_domain: str) -> None:
        self._product = product
        html = product.get("body_html")
        self._description = html_to_text(html, MAX_DESCRIPTION) if isinstance(html, str) else html
        self._images = _objects(product.get("images")) or _objects([product.get("image")])
        self._options = tuple(_option_names(product))
        handle = product.get("handle")
        self._url = None
        if isinstance(handle, str) and handle and _SHOP_DOMAIN.fullmatch(shop_domain):
            self._url = f"https://{shop_domain}/products/{quote(handle, safe='')}"

    def row(self, variant: Mapping[str, Any]) -> dict[str, Any]:
        options = {
            name: variant.get(key)
            for key, name in self._options
            if variant.get(key) not in (None, "", _NO_CHOICE)
        }
        return {
            "product": self._product,
            "variant": {**variant, "title": _title(variant, options)},
            "image": self._image(variant),
            "options": options,
            "attributes": {_attribute_name(name): value for name, value in options.items()},
            "description": self._description,
            "in_stock": _in_stock(variant),
            "url": self._url and self._url_of(variant, options),
        }

    def _image(self, variant: Mapping[str, Any]) -> Mapping[str, Any]:
        of_variant, image_id = variant.get("id"), variant.get("image_id")
        for image in self._images:
            if image_id is not None and image.get("id") == image_id:
                return image
        for image in self._images:
            shown_for = image.get("variant_ids")
            if of_variant is not None and isinstance(shown_for, list) and of_variant in shown_for:
                return image
        return self._images[0] if self._images else {}

    def _url_of(self, variant: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        chosen = variant.get("id") if options else None
        return f"{self._url}?variant={chosen}" if isinstance(chosen, int) else f"{self._url}"


def _option_names(product: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The variant's field, and what the product calls it."""
    for place, option in enumerate(_objects(product.get("options")), start=1):
        position = option.get("position")
        key = f"option{position if isinstance(position, int) else place}"
        name = option.get("name")
        yield key, name.strip() if isinstance(name, str) and name.strip() else key


def _attribute_name(name: str) -> str:
    """`Length (")` is a good name in Shopify, and none that can be filtered by."""
    return "".join(c for c in name if c not in UNUSABLE_IN_NAMES)


def _title(variant: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    title = variant.get("title")
    if title == _NO_CHOICE:
        return None
    return title or " / ".join(value for value in options.values() if isinstance(value, str))


def _in_stock(variant: Mapping[str, Any]) -> bool | None:
    """Whether it can be bought, None where Shopify does not say."""
    if variant.get("inventory_policy") == "continue":
        return True
    if "inventory_management" in variant and variant["inventory_management"] is None:
        return True  # nobody counts it
    quantity = variant.get("inventory_quantity")
    return quantity > 0 if isinstance(quantity, int) else None


def _objects(values: object) -> list[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []
