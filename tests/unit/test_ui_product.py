"""What a product's page shows of its item and its variants."""

from typing import Any

from app.search.render import hit_item
from app.search.schemas import HitItem
from app.ui.product_view import telling_apart, view_product
from tests.factories import make_item


def item(item_id: str = "1", **fields: Any) -> HitItem:
    return hit_item(make_item(item_id, **fields))


def test_crumbs_lead_down_the_categories() -> None:
    product = view_product(item(categories=("Home & Kitchen", "Mugs")), [])

    assert [(crumb.label, crumb.address.url) for crumb in product.crumbs] == [
        ("Home & Kitchen", "/?category=Home+%26+Kitchen"),
        ("Mugs", "/?category=Home+%26+Kitchen+%3E+Mugs"),
    ]


def test_brand_leads_to_everything_of_it() -> None:
    assert view_product(item(brand="HP"), []).brand.url == "/?brand=HP"


def test_variants_are_named_by_what_tells_them_apart() -> None:
    first = item("1", attributes={"colour": "navy", "storage_gb": 128.0, "range": "value"})
    second = item("2", attributes={"colour": "mint", "storage_gb": 128.0, "range": "value"})

    choices = view_product(second, [first, second]).choices

    assert [(one.label, one.link, one.current) for one in choices] == [
        ("Navy", "/items/1", False),
        ("Mint", "/items/2", True),
    ]


def test_variants_that_nothing_tells_apart_go_by_their_titles() -> None:
    choices = view_product(item("1", title="One"), [item("2", title="Two")]).choices

    assert [one.label for one in choices] == ["One", "Two"]


def test_item_on_its_own_has_no_variants() -> None:
    assert view_product(item(), [item()]).choices == ()


def test_attributes_differ_where_one_lacks_them() -> None:
    assert telling_apart([{"a": "x", "b": "y"}, {"a": "x"}]) == ("b",)


def test_only_an_address_of_the_web_leads_to_the_shop() -> None:
    assert (
        view_product(item(url="https://shop.example/1"), []).shop_link == "https://shop.example/1"
    )
    assert view_product(item(url="javascript:alert(1)"), []).shop_link == ""
