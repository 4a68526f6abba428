"""The drawn pictures: small, well-formed, harmless, and different from each other."""

import re
from xml.etree import ElementTree as ET

import pytest

from app.sample.catalogue import Item, generate_items
from app.sample.departments import product_types
from app.sample.drawings import drawings
from app.sample.pictures import SIZE_LIMIT, draw_picture

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "title", "g", "rect", "circle", "ellipse", "path"}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return generate_items()


def test_every_picture_is_small_and_well_formed_and_carries_the_title(items: list[Item]) -> None:
    for item in items:
        picture = draw_picture(item)
        root = ET.fromstring(picture)  # noqa: S314 - our own drawing.
        assert root.get("viewBox") == "0 0 400 400"
        assert root.findtext(f"{SVG}title") == item["title"]
        assert len(picture.encode()) < SIZE_LIMIT


def test_no_picture_has_a_script_or_refers_to_anything_outside(items: list[Item]) -> None:
    for item in items[::3]:
        root = ET.fromstring(draw_picture(item))  # noqa: S314 - our own drawing.
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in SHAPES
            assert not [name for name in element.attrib if re.search(r"href|^on|style", name)]
            assert not [value for value in element.attrib.values() if "url(" in value]


def test_a_title_cannot_break_out_of_its_element() -> None:
    item = {"id": "x", "title": "<script>alert(1)</script> & co", "categories": ["Elsewhere"]}

    root = ET.fromstring(draw_picture(item))  # noqa: S314 - our own drawing.

    assert root.findtext(f"{SVG}title") == item["title"]


def test_every_type_names_a_drawing_and_every_drawing_is_used() -> None:
    named = {kind.drawing for kind in product_types().values()}

    assert named <= drawings().keys()
    assert drawings().keys() <= named
    assert len(named) >= 40


def test_variants_of_one_product_differ_in_colour_only(items: list[Item]) -> None:
    shirts = [item for item in items if str(item["group_id"]).startswith("t-shirt-")]
    groups: dict[str, list[str]] = {}
    for item in shirts:
        bare = re.sub(r"#[0-9a-f]{6}|<title>.*</title>", "", draw_picture(item))
        groups.setdefault(str(item["group_id"]), []).append(bare)

    assert all(len(set(group)) == 1 for group in groups.values())


def test_an_item_of_another_shop_still_gets_a_picture() -> None:
    item = {"id": "7", "title": "Anything", "categories": ["Other"], "attributes": {}}

    assert draw_picture(item).startswith("<svg")
