"""Products as Shopify's webhooks send them: variants become items, and which of them are gone."""

import fnmatch
import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.items.changes import Change, read_version
from app.webhooks.errors import InvalidMessage
from app.webhooks.shopify import ShopifyProduct, default_mapping, read_product
from indexing.documents import Item, ItemId
from indexing.mapping import FeedMapping, load_mapping

MAPPING = default_mapping()
UPDATED_AT = "2026-11-24T09:30:05-05:00"
VERSION = int(datetime(2026, 11, 24, 14, 30, 5, tzinfo=UTC).timestamp()) * 1_000_000
HEADERS = {
    "X-Shopify-Topic": "products/update",
    "X-Shopify-Shop-Domain": "north-wool.myshopify.com",
    "X-Shopify-Triggered-At": "2026-11-24T14:31:07.123456789Z",
    "X-Shopify-Webhook-Id": "5a3c0c3e-0d24-4f2e-9a53-2d6a3f1f8a10",
}


def make_variant(variant_id: int = 501, **fields: Any) -> dict[str, Any]:
    return {
        "admin_graphql_api_id": f"gid://shopify/ProductVariant/{variant_id}",
        "barcode": "4006381333931",
        "compare_at_price": None,
        "created_at": "2026-10-01T08:00:00-05:00",
        "id": variant_id,
        "image_id": None,
        "inventory_item_id": variant_id + 7_000,
        "inventory_policy": "deny",
        "inventory_quantity": 4,
        "old_inventory_quantity": 4,
        "option1": "M",
        "option2": "Moss",
        "option3": None,
        "position": 1,
        "price": "89.00",
        "product_id": 900_719,
        "sku": f"NW-{variant_id}",
        "taxable": True,
        "title": "M / Moss",
        "updated_at": UPDATED_AT,
        **fields,
    }


def make_product(*variants: Any, **fields: Any) -> dict[str, Any]:
    """A cardigan in two sizes of two colours, of which two are made."""
    listed = list(variants) or [
        make_variant(501),
        make_variant(
            502, option1="L", option2="Sand", title="L / Sand", price="94.50", image_id=72
        ),
    ]
    return {
        "admin_graphql_api_id": "gid://shopify/Product/900719",
        "body_html": "<p>Knitted of <b>lambswool</b>.</p><ul><li>Warm &amp; light</li></ul>",
        "category": {
            "admin_graphql_api_id": "gid://shopify/TaxonomyCategory/aa-1-13",
            "name": "Cardigans",
            "full_name": "Apparel & Accessories > Clothing > Cardigans",
        },
        "created_at": "2026-10-01T08:00:00-05:00",
        "handle": "fjord-cardigan",
        "id": 900_719,
        "image": make_image(71),
        "images": [make_image(71), make_image(72)],
        "options": [
            {"name": "Size", "position": 1, "values": ["M", "L"]},
            {"name": "Colour", "position": 2, "values": ["Moss", "Sand"]},
        ],
        "product_type": "Cardigan",
        "published_at": "2026-10-02T00:00:00-05:00",
        "status": "active",
        "tags": "winter, wool",
        "title": "Fjord cardigan",
        "updated_at": UPDATED_AT,
        "variant_gids": [
            {"admin_graphql_api_id": v["admin_graphql_api_id"], "updated_at": UPDATED_AT}
            for v in listed
            if isinstance(v, dict) and "admin_graphql_api_id" in v
        ],
        "variants": listed,
        "vendor": "North Wool",
        **fields,
    }


def make_image(image_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": image_id,
        "src": f"https://cdn.example/{image_id}.jpg",
        "variant_ids": [],
        **fields,
    }


def make_single(**fields: Any) -> dict[str, Any]:
    """The only variant of a product that has none to choose."""
    return make_variant(option1="Default Title", option2=None, title="Default Title", **fields)


SINGLE_OPTION = [{"name": "Title", "position": 1, "values": ["Default Title"]}]


def read(
    product: Mapping[str, Any],
    topic: str = "products/update",
    headers: Mapping[str, str] = HEADERS,
    mapping: FeedMapping = MAPPING,
) -> ShopifyProduct:
    return read_product(topic, headers, json.dumps(product).encode(), mapping)


def items(read_one: ShopifyProduct) -> list[Item]:
    assert all(change.operation == "put" for change in read_one.items)
    return [Item(id=change.item_id, **change.fields) for change in read_one.items]


def only_item(product: Mapping[str, Any], **more: Any) -> Item:
    (item,) = items(read(product, **more))
    return item


def ids(changes: tuple[Change, ...]) -> list[str]:
    return [change.item_id for change in changes]


def problems(body: bytes, topic: str = "products/update") -> list[tuple[str, str]]:
    with pytest.raises(InvalidMessage) as caught:
        read_product(topic, HEADERS, body, MAPPING)
    return [(problem.path, problem.rule) for problem in caught.value.problems]


def mapping_from(folder: Path, text: str) -> FeedMapping:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_each_variant_becomes_an_item_grouped_by_its_product() -> None:
    product = read(make_product())

    moss, sand = items(product)
    assert (product.product_id, product.version) == ("900719", VERSION)
    assert product.rejected == ()
    assert {change.version for change in product.items} == {VERSION}
    assert moss == Item(
        id="501",
        title="Fjord cardigan - M / Moss",
        description="Knitted of lambswool.\nWarm & light",
        brand="North Wool",
        categories=("Apparel & Accessories", "Clothing", "Cardigans"),
        price=89.0,
        in_stock=True,
        released_at=datetime(2026, 10, 2, 5, tzinfo=UTC),
        group_id="900719",
        image_url="https://cdn.example/71.jpg",
        url="https://north-wool.myshopify.com/products/fjord-cardigan?variant=501",
        attributes={
            "Size": "M",
            "Colour": "Moss",
            "sku": "NW-501",
            "barcode": "4006381333931",
            "tags": "winter, wool",
        },
    )
    assert (sand.id, sand.title, sand.price) == ("502", "Fjord cardigan - L / Sand", 94.5)
    assert sand.image_url == "https://cdn.example/72.jpg"
    assert (sand.attributes["Size"], sand.attributes["Colour"]) == ("L", "Sand")


def test_product_is_created_as_it_is_updated() -> None:
    assert read(make_product(), "products/create") == read(make_product())


def test_product_with_nothing_to_choose_is_one_item_under_its_own_title() -> None:
    item = only_item(make_product(make_single(), options=SINGLE_OPTION))

    assert (item.id, item.title, item.group_id) == ("501", "Fjord cardigan", "900719")
    assert item.url == "https://north-wool.myshopify.com/products/fjord-cardigan"
    assert "Title" not in item.attributes


def test_product_without_variants_is_one_item_under_the_products_id() -> None:
    nothing: tuple[object, ...] = ([], None)
    for variants in nothing:
        item = only_item(make_product(variants=variants, options=[], variant_gids=[]))

        assert (item.id, item.title, item.price) == ("900719", "Fjord cardigan", None)


def test_image_may_be_given_by_the_variants_that_it_shows() -> None:
    images = [make_image(71), make_image(72, variant_ids=[501])]

    assert only_item(make_product(make_variant(), images=images)).image_url.endswith("/72.jpg")


def test_image_of_the_product_stands_in_and_none_is_no_mistake() -> None:
    without = make_product(make_variant(image_id=99), images=[])

    assert only_item(without).image_url == "https://cdn.example/71.jpg"
    assert only_item({**without, "image": None}).image_url == ""


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ({"inventory_quantity": 4}, True),
        ({"inventory_quantity": 0}, False),
        ({"inventory_quantity": -2}, False),
        ({"inventory_quantity": 0, "inventory_policy": "continue"}, True),
        ({"inventory_quantity": 0, "inventory_management": None}, True),
        ({"inventory_quantity": 0, "inventory_management": "shopify"}, False),
        ({"inventory_quantity": None}, True),
    ],
    ids=str,
)
def test_variant_is_in_stock_while_it_can_be_bought(stock: dict[str, Any], expected: bool) -> None:
    assert only_item(make_product(make_variant(**stock))).in_stock is expected


def test_options_are_named_by_their_position_and_not_by_their_place() -> None:
    options = [{"name": "Colour", "position": 2}, {"name": "Size", "position": 1}, "broken"]

    attributes = only_item(make_product(make_variant(), options=options)).attributes

    assert (attributes["Size"], attributes["Colour"]) == ("M", "Moss")


def test_option_whose_name_could_not_be_filtered_by_loses_its_quotes() -> None:
    options = [{"name": 'Length (")', "position": 1}, {"name": " ", "position": 2}]

    attributes = only_item(make_product(make_variant(), options=options)).attributes

    assert (attributes["Length ()"], attributes["option2"]) == ("M", "Moss")


def test_variant_without_a_title_is_called_by_its_options() -> None:
    assert only_item(make_product(make_variant(title=""))).title == "Fjord cardigan - M / Moss"


def test_product_type_is_the_category_where_there_is_no_other() -> None:
    assert only_item(make_product(make_variant(), category=None)).categories == ("Cardigan",)


def test_description_longer_than_an_item_may_have_is_cut_and_not_refused() -> None:
    long = "<p>" + "wool " * 10_000 + "</p>"

    assert len(only_item(make_product(make_variant(), body_html=long)).description) <= 20_000
    assert only_item(make_product(make_variant(), body_html=None)).description == ""


@pytest.mark.parametrize("domain", ["", "evil.example", "a.myshopify.com.evil.example", "x/y"])
def test_page_of_a_shop_that_is_not_shopifys_is_not_linked(domain: str) -> None:
    headers = {**HEADERS, "X-Shopify-Shop-Domain": domain}

    assert only_item(make_product(make_variant()), headers=headers).url == ""


def test_deletion_leaves_nothing_and_counts_from_when_it_was_triggered() -> None:
    product = read({"id": 900_719}, "products/delete")

    assert product == ShopifyProduct(
        product_id="900719", version=read_version("2026-11-24T14:31:07.123456Z")
    )
    assert product.version > VERSION
    assert product.gone([ItemId("501"), ItemId("502")]) == ("501", "502")


@pytest.mark.parametrize("triggered_at", [None, "", "soon"])
def test_deletion_of_unknown_time_counts_from_now(triggered_at: str | None) -> None:
    headers = {} if triggered_at is None else {"x-shopify-triggered-at": triggered_at}
    before = read_version(datetime.now(UTC).isoformat())

    product = read({"id": 900_719}, "products/delete", headers)

    assert before <= product.version <= read_version(datetime.now(UTC).isoformat())


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "draft"},
        {"status": "archived"},
        {"status": "unlisted"},
        {"published_at": None},
    ],
    ids=str,
)
def test_product_that_is_not_for_sale_is_gone_as_of_its_update(fields: dict[str, object]) -> None:
    product = read(make_product(**fields))

    assert product == ShopifyProduct(product_id="900719", version=VERSION)
    assert product.gone([ItemId("501")]) == ("501",)


def test_product_of_a_shop_that_subscribes_to_few_fields_is_for_sale() -> None:
    product = make_product(make_variant())
    for name in ("status", "published_at"):
        del product[name]

    assert only_item(product).id == "501"


def test_bad_variant_does_not_stop_the_others() -> None:
    product = read(
        make_product(
            make_variant(501),
            make_variant(502, price="on request"),
            "not a variant",
            make_variant(503, option2=["Moss", {"a": 1}]),
            make_variant(504),
        )
    )

    assert ids(product.items) == ["501", "504"]
    told = [
        (rejected.item_id, [(p.path, p.rule) for p in rejected.problems])
        for rejected in product.rejected
    ]
    assert told == [
        ("502", [("$.price", "type")]),
        ("900719", [("$", "type")]),
        ("503", [("$.attributes", "type")]),
    ]
    assert product.rejected[0].variant["price"] == "on request"


def test_second_variant_with_an_id_that_is_taken_is_rejected() -> None:
    product = read(make_product(make_variant(501), make_variant(501, price="1.00")))

    assert [item.price for item in items(product)] == [89.0]
    assert [p.path for r in product.rejected for p in r.problems] == ["$.id"]


def test_variant_that_shopify_no_longer_sends_is_gone_and_a_rejected_one_is_not() -> None:
    product = read(make_product(make_variant(501), make_variant(502, price="?")))

    assert product.gone([ItemId("501"), ItemId("502"), ItemId("503")]) == ("503",)


def test_variants_that_shopify_names_without_describing_them_stay() -> None:
    gids = [{"admin_graphql_api_id": f"gid://shopify/ProductVariant/{n}"} for n in range(501, 604)]
    described = [make_variant(n) for n in range(501, 601)]

    product = read(make_product(*described, variant_gids=gids))

    assert len(product.items) == 100
    assert product.unlisted == ("601", "602", "603")
    assert product.gone([ItemId("501"), ItemId("602"), ItemId("777")]) == ("777",)


def test_nothing_is_gone_where_ids_of_undescribed_variants_cannot_be_told(tmp_path: Path) -> None:
    by_sku = mapping_from(tmp_path, '[item]\nid = "variant.sku"\ntitle = "product.title"\n')
    gids = [{"admin_graphql_api_id": f"gid://shopify/ProductVariant/{n}"} for n in (501, 502)]

    product = read(make_product(make_variant(501), variant_gids=gids), mapping=by_sku)

    assert ids(product.items) == ["NW-501"]
    assert not product.complete
    assert product.gone([ItemId("NW-777")]) == ()


def test_product_whose_variants_are_only_named_makes_no_item_of_its_own() -> None:
    found = read(make_product(variants=[]))

    assert (found.items, found.rejected, found.unlisted) == ((), (), ("501", "502"))


def test_product_of_a_subscription_that_leaves_its_variants_out_is_refused() -> None:
    product = make_product()
    del product["variants"]

    assert problems(json.dumps(product).encode()) == [("$.variants", "required")]


def test_mapping_of_ones_own_says_what_an_item_is_but_not_its_group(tmp_path: Path) -> None:
    mapping = mapping_from(
        tmp_path,
        """
        [item]
        id = "variant.sku"
        title = { join = ["product.vendor", "options.Size"] }
        currency = { constant = "SEK" }
        in_stock = { constant = true }
        group_id = "product.handle"
        """,
    )

    item = only_item(make_product(make_variant(inventory_quantity=0)), mapping=mapping)

    assert (item.id, item.title, item.currency) == ("NW-501", "North Wool M", "SEK")
    assert item.in_stock
    assert item.group_id == "900719"


def test_variant_without_what_the_mapping_takes_for_its_id_is_known_by_its_own(
    tmp_path: Path,
) -> None:
    by_sku = mapping_from(tmp_path, '[item]\nid = "variant.sku"\ntitle = "product.title"\n')

    product = read(make_product(make_variant(501, sku=None)), mapping=by_sku)

    assert [(r.item_id, r.problems[0].path) for r in product.rejected] == [("501", "$.id")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": None}, [("$.id", "required")]),
        ({"id": True}, [("$.id", "required")]),
        ({"id": " "}, [("$.id", "required")]),
        ({"id": {"a": 1}}, [("$.id", "required")]),
        ({"title": None}, [("$.title", "required")]),
        ({"title": " "}, [("$.title", "required")]),
        ({"title": ["Fjord"]}, [("$.title", "required")]),
        ({"updated_at": None}, [("$.updated_at", "required")]),
        ({"updated_at": "now"}, [("$.updated_at", "version")]),
        ({"variants": {"id": 1}}, [("$.variants", "type")]),
        ({"id": None, "variants": "x"}, [("$.id", "required"), ("$.variants", "type")]),
    ],
    ids=str,
)
def test_product_that_cannot_be_told_is_refused_with_every_reason(
    fields: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert problems(json.dumps(make_product(**fields)).encode()) == expected


@pytest.mark.parametrize("topic", ["", "orders/create", "products/CREATE", "x" * 5_000])
def test_topic_that_is_not_about_products_is_refused_by_name(topic: str) -> None:
    with pytest.raises(InvalidMessage, match=r"products/create.*got") as caught:
        read(make_product(), topic)

    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b'{"id":', b"[" * 100_000, b'{"variants":' * 100_000]
)
def test_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    ((path, _),) = problems(body)

    assert path == "$"


@pytest.mark.parametrize("depth", [100, 900, 950, 970, 985])
@pytest.mark.parametrize("field", ["body_html", "options", "images", "title", "variant_gids"])
def test_nesting_that_can_just_be_read_never_falls_over(field: str, depth: int) -> None:
    body = json.dumps(make_product()).encode()[:-1]
    nested = b"[" * depth + b"]" * depth
    try:
        product = read_product(
            "products/update", HEADERS, body + f',"{field}":'.encode() + nested + b"}", MAPPING
        )
    except InvalidMessage:
        return

    assert len(product.items) + len(product.rejected) == 2


def test_default_mapping_is_part_of_the_installed_package() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["app"]

    assert any(fnmatch.fnmatch("webhooks/shopify.toml", pattern) for pattern in patterns)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    of_product=st.dictionaries(st.sampled_from(sorted(make_product())), json_values, max_size=4),
    of_variant=st.dictionaries(st.sampled_from(sorted(make_variant())), json_values, max_size=4),
)
def test_fields_of_any_shape_leave_items_rejections_or_one_refusal(
    of_product: dict[str, Any], of_variant: dict[str, Any]
) -> None:
    given_product = make_product(make_variant(**of_variant), make_variant(502)) | of_product
    try:
        product = read(given_product)
    except InvalidMessage:
        return

    assert all(rejected.problems for rejected in product.rejected)
    assert all(item.group_id == product.product_id for item in items(product))
