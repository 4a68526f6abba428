"""Feed mappings: the TOML file and its errors, and what each kind of source makes of a row."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexing.documents import Item
from indexing.errors import InvalidItem, InvalidMapping
from indexing.mapping import AttributeSources as Attributes
from indexing.mapping import FeedMapping, MappingFile, Source, identity_mapping, load_mapping

ICECAT = Path(__file__).parents[2] / "examples" / "icecat.toml"


def make_mapping(
    attributes: Attributes | None = None, **fields: str | Source | dict[str, Any]
) -> FeedMapping:
    sources = {
        name: Source(**source) if isinstance(source, dict) else source
        for name, source in {"id": "id", "title": "title", **fields}.items()
    }
    return FeedMapping(MappingFile(sources, attributes or Attributes()))


def mapped(field: str, source: str | dict[str, Any], **row: object) -> Any:
    """That field of the item which the row becomes."""
    item = make_mapping(None, **{field: source}).apply({"id": "1", "title": "Lamp", **row})
    return getattr(item, field)


def reasons(mapping: FeedMapping, **row: object) -> tuple[str, ...]:
    with pytest.raises(InvalidItem) as caught:
        mapping.apply({"id": "1", "title": "Lamp", **row})
    return caught.value.reasons


def load(folder: Path, text: str) -> FeedMapping:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_example_of_icecat_maps_a_row_of_that_shape() -> None:
    mapping = load_mapping(ICECAT)

    item = mapping.apply(
        {
            "id": 990001,
            "title": "Kori Glide 2 wireless mouse",
            "short_description": "Mouse with three buttons",
            "supplier": "Kori",
            "name": "Glide 2",
            "price": 1999,
            "date_released": "2024-05-17T00:00:00Z",
            "img_500x500": "",
            "img_high": "https://img.example/990001.jpg",
            "ean": ["4000000000011", "4000000000028"],
            "attr_t_colour": "black",
            "attr_n_buttons": 3,
            "attr_b_wireless": True,
            "attr_t_note": None,
            "img_thumb": "https://img.example/990001-small.jpg",
        }
    )

    assert mapping.format == "jsonl"
    assert (item.id, item.title, item.brand) == ("990001", "Kori Glide 2 wireless mouse", "Kori")
    assert (item.price, item.currency) == (19.99, "EUR")
    assert item.released_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert item.image_url == "https://img.example/990001.jpg"
    assert item.attributes["ean"] == "4000000000011, 4000000000028"
    assert item.attributes["colour"] == "black"
    assert item.attributes["buttons"] == 3.0
    assert item.attributes["wireless"] is True
    assert "note" not in item.attributes


def test_price_that_the_supplier_does_not_say_is_unknown_not_free() -> None:
    item = load_mapping(ICECAT).apply({"id": 1, "title": "Lamp", "price": 0})

    assert item.price is None


def test_item_in_the_shape_of_an_item_stays_itself() -> None:
    item = identity_mapping().apply(
        {
            "id": "1",
            "title": "Lamp",
            "price": 9.5,
            "categories": ["Home", "Lamps"],
            "in_stock": False,
            "released_at": "2026-03-01",
            "review_count": 3,
            "attributes": {"colour": "black", "watts": 9, "dimmable": True},
        }
    )

    assert item == Item(
        id="1",
        title="Lamp",
        price=9.5,
        categories=("Home", "Lamps"),
        in_stock=False,
        released_at=datetime(2026, 3, 1, tzinfo=UTC),
        review_count=3,
        attributes={"colour": "black", "watts": 9.0, "dimmable": True},
    )


def test_row_reports_every_field_that_fails_once() -> None:
    mapping = make_mapping(price="price", in_stock="stock", currency={"constant": "euro"})

    found = reasons(mapping, id=None, price="cheap", stock="maybe")

    assert [reason.split(":")[0] for reason in found] == ["price", "in_stock", "id", "currency"]


def test_required_field_that_cannot_be_read_is_not_also_missing() -> None:
    assert reasons(make_mapping(), id={"no": 7}) == ("id: expected a single value, got {'no': 7}",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("brand", "Kori"),
        ("maker.name", "Lumo"),
        ("makers.1.name", "Sito"),
        ("a.b", "whole name"),
        ("makers.7.name", ""),
        ("makers.x", ""),
        ("makers.²", ""),
        ("brand.name", ""),
        ("absent", ""),
    ],
)
def test_path_goes_through_objects_and_lists(path: str, expected: str) -> None:
    row: dict[str, object] = {
        "brand": "Kori",
        "maker": {"name": "Lumo"},
        "makers": [{"name": "Kori"}, {"name": "Sito"}],
        "a.b": "whole name",
        "a": {"b": "by dots"},
    }

    assert mapped("brand", path, **row) == expected


def test_first_path_that_holds_a_value_counts() -> None:
    source = {"path": ("small", "large", "largest"), "missing": ("none.jpg",)}

    assert mapped("image_url", source, small=" ", large="none.jpg", largest="c.jpg") == "c.jpg"
    assert mapped("image_url", source, small="a.jpg", largest="c.jpg") == "a.jpg"
    assert mapped("image_url", source) == ""


@pytest.mark.parametrize("absent", [None, "", " \t", [], {}, [None, ""], "N/A", " n.a. "])
def test_default_stands_in_for_what_is_absent_or_means_nothing(absent: object) -> None:
    source = {"path": "maker", "missing": ("N/A", "n.a."), "default": "Unknown"}

    assert mapped("brand", source, maker=absent) == "Unknown"


def test_default_stands_in_for_a_join_of_nothing() -> None:
    source = {"join": ("maker", "line"), "default": "Unknown"}

    assert mapped("brand", source, maker="", line=None) == "Unknown"
    assert mapped("brand", source, maker="Kori", line=2) == "Kori 2"


@pytest.mark.parametrize("zero", [0, 0.0, "0", " 0 "])
def test_missing_number_is_known_in_json_and_in_csv(zero: object) -> None:
    assert mapped("price", {"path": "price", "missing": (0.0,)}, price=zero) is None


def test_missing_zero_is_not_false_and_missing_one_is_not_true() -> None:
    attributes = Attributes(
        fields={
            "off": Source(path="off", missing=(0.0,)),
            "on": Source(path="on", missing=(1.0,)),
        }
    )

    item = make_mapping(attributes).apply({"id": "1", "title": "Lamp", "off": False, "on": True})

    assert item.attributes == {"off": False, "on": True}


def test_object_where_a_value_may_be_missing_is_one_bad_row() -> None:
    mapping = make_mapping(price={"path": "price", "missing": (0.0,), "values": {"x": 1.0}})

    assert reasons(mapping, price={"amount": 5})[0].startswith("price: expected a number, got {")
    assert reasons(mapping, price=[[5]])[0].startswith("price: expected a number, got [[5]]")


@pytest.mark.parametrize("code", [2, 2.0, "2", " 2"])
def test_replaced_value_is_found_by_its_text(code: object) -> None:
    assert mapped("in_stock", {"path": "code", "values": {"2": False}}, code=code) is False


def test_constant_needs_nothing_of_the_row() -> None:
    assert mapped("currency", {"constant": "SEK"}) == "SEK"
    assert mapped("in_stock", {"constant": False}) is False
    assert mapped("rating", {"constant": 4.0}) == 4.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Home > Lamps > ", ("Home", "Lamps")),
        (["Home", None, 7, ""], ("Home", "7")),
        ("Home", ("Home",)),
        ([None], ()),
        (None, ()),
    ],
)
def test_categories_come_from_text_and_lists(value: object, expected: tuple[str, ...]) -> None:
    assert mapped("categories", {"path": "path", "split": ">"}, path=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (19.99, 19.99),
        (5, 5.0),
        ("19.99", 19.99),
        ("EUR 19.99", 19.99),
        ("19.99 EUR", 19.99),
        ("€19.99", 19.99),
        ("1,299.00 SEK", 1299.0),
        ("1 299.00", 1299.0),
        ("1\u202f299.00\u00a0kr", 1299.0),
        ("CHF 1'299.-", 1299.0),
        ("₹12,34,567", 1234567.0),
        ("Rs.500", 500.0),
        ("Rs. 500", 500.0),
        ("$.99", 0.99),
        (".5", 0.5),
        ("1.5e3", 1500.0),
        (" 7 ", 7.0),
    ],
)
def test_price_is_read_as_shops_write_it(value: object, expected: float) -> None:
    assert mapped("price", "price", price=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("19,99 €", 19.99), ("1.299,00", 1299.0), ("1 299,5", 1299.5), ("49,- €", 49.0), ("7", 7.0)],
)
def test_decimal_comma_is_read_where_the_mapping_says_so(value: str, expected: float) -> None:
    assert mapped("price", {"path": "price", "decimal_comma": True}, price=value) == expected


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"path": "price"}, "19,99"),
        ({"path": "price"}, "1.299,00"),
        ({"path": "price", "decimal_comma": True}, "19.99"),
        ({"path": "price", "decimal_comma": True}, "1,299.00"),
        ({"path": "price"}, "5-10"),
        ({"path": "price"}, "2 for 5"),
        ({"path": "price"}, "1.2.3"),
        ({"path": "price"}, "free"),
        ({"path": "price"}, "NaN"),
        ({"path": "price"}, "-"),
        ({"path": "price"}, True),
        ({"path": "price"}, [5]),
        ({"path": "price"}, 10**400),
    ],
    ids=str,
)
def test_number_that_could_be_another_is_refused_rather_than_guessed(
    source: dict[str, Any], value: object
) -> None:
    (reason,) = reasons(make_mapping(price=source), price=value)

    assert reason.startswith("price: expected a number")
    assert repr(value)[:20] in reason
    assert len(reason) < 200


@pytest.mark.parametrize("value", ["-5", "EUR -5", "1e999", -5])
def test_number_that_no_price_can_be_is_refused(value: object) -> None:
    (reason,) = reasons(make_mapping(price="price"), price=value)

    assert reason.startswith(("price: Expected `float` >= 0", "price: expected a finite"))


def test_scaled_price_has_no_dust_behind_its_cents() -> None:
    assert mapped("price", {"path": "cents", "scale": 0.01}, cents=4995) == 49.95
    assert mapped("price", {"path": "cents", "scale": 0.01}, cents="110") == 1.1


@pytest.mark.parametrize(("value", "expected"), [("12", 12), (12.0, 12), ("1,200 reviews", 1200)])
def test_review_count_is_a_whole_number(value: object, expected: int) -> None:
    assert mapped("review_count", "reviews", reviews=value) == expected


@pytest.mark.parametrize("value", [1.5, "1.5", "1e999", "many"])
def test_review_count_that_is_none_is_refused(value: object) -> None:
    (reason,) = reasons(make_mapping(review_count="reviews"), reviews=value)

    assert reason.startswith("review_count: expected a ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("In Stock", True),
        ("out of stock", False),
        (" Yes ", True),
        ("n", False),
        (1, True),
        (0, False),
        ("17", True),
        ("0", False),
        (-3, False),
        ("-2.0", False),
    ],
)
def test_stock_is_a_word_or_a_quantity(value: object, expected: bool) -> None:
    assert mapped("in_stock", "stock", stock=value) is expected


def test_stock_in_unknown_words_names_the_way_out() -> None:
    (reason,) = reasons(make_mapping(in_stock="stock"), stock="auf Lager")

    assert reason == (
        "in_stock: expected true or false, got 'auf Lager'; name others under `values`"
    )
    source = {"path": "stock", "values": {"auf Lager": True}}
    assert mapped("in_stock", source, stock="auf Lager") is True


@pytest.mark.parametrize(
    ("value", "date_format"),
    [
        ("2026-03-01", None),
        ("2026-03-01T01:00:00+01:00", None),
        (" 2026-03-01 00:00:00 ", None),
        (1772323200, None),
        ("1772323200", None),
        ("01.03.2026", "%d.%m.%Y"),
        (20260301, "%Y%m%d"),
        ("2026-03-01 01:00 +0100", "%Y-%m-%d %H:%M %z"),
    ],
)
def test_date_is_read_into_utc(value: object, date_format: str | None) -> None:
    source = {"path": "date", "date_format": date_format}

    assert mapped("released_at", source, date=value) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["soon", "0000-00-00", 1772323200000, "1772323200000", 10**400, 1e300, True, {"y": 1}]
)
def test_date_that_is_none_is_refused_with_what_was_expected(value: object) -> None:
    (reason,) = reasons(make_mapping(released_at="date"), date=value)

    assert reason.startswith("released_at: expected an ISO 8601 date or seconds since 1970, got ")
    assert len(reason) < 200


def test_date_outside_the_calendar_once_in_utc_is_refused() -> None:
    (reason,) = reasons(make_mapping(released_at="date"), date="0001-01-01T00:00:00+01:00")

    assert reason.startswith("released_at: expected a date from the year 1")


def test_text_is_freed_of_blanks_around_it_and_numbers_become_text() -> None:
    item = make_mapping(brand="maker", group_id="model").apply(
        {"id": 1007.0, "title": "  Lamp\n", "maker": True, "model": 12}
    )

    assert (item.id, item.title, item.brand, item.group_id) == ("1007", "Lamp", "true", "12")


def test_attributes_come_by_prefix_by_name_and_from_the_row_itself() -> None:
    mapping = make_mapping(
        Attributes(prefixes=("t_", "n_"), fields={"model": "name", "made": Source(join=("a", "b"))})
    )

    item = mapping.apply(
        {
            "id": "1",
            "title": "Lamp",
            "attributes": {"colour": " black ", "watts": 9, "none": None, "tags": ["x", None, 7]},
            "t_style": "modern",
            "n_height": 30.5,
            "t_empty": "",
            "name": "L-1",
            "a": "in",
            "b": "Oslo",
        }
    )

    assert item.attributes == {
        "colour": "black",
        "watts": 9.0,
        "tags": "x, 7",
        "style": "modern",
        "height": 30.5,
        "model": "L-1",
        "made": "in Oslo",
    }


def test_absent_value_never_replaces_an_attribute_that_is_there() -> None:
    mapping = make_mapping(Attributes(prefixes=("t_",), fields={"colour": "paint"}))

    item = mapping.apply(
        {"id": "1", "title": "L", "attributes": {"colour": "red"}, "t_colour": " ", "paint": None}
    )

    assert item.attributes == {"colour": "red"}


@pytest.mark.parametrize("nested", [[["red"]], [{"name": "red"}], {"name": "red"}])
def test_nested_attribute_is_one_bad_row_and_no_crash(nested: object) -> None:
    by_prefix = make_mapping(Attributes(prefixes=("t_",)))
    by_join = make_mapping(Attributes(fields={"x": Source(join=("t_x",))}))

    found = [
        reasons(by_prefix, t_x=nested),
        reasons(by_join, t_x=nested),
        reasons(by_prefix, attributes={"x": nested}),
    ]

    assert all(len(each) == 1 and each[0].startswith("attributes: ") for each in found)


@pytest.mark.parametrize("held", ["red", ["red"], [{"name": "colour", "value": "red"}], None])
def test_field_attributes_of_another_shape_is_not_taken(held: object) -> None:
    item = make_mapping().apply({"id": "1", "title": "Lamp", "attributes": held})

    assert item.attributes == {}


def test_mapping_file_is_read_with_everything_in_it(tmp_path: Path) -> None:
    mapping = load(
        tmp_path,
        """
        [feed]
        format = "csv"
        [item]
        id = "sku"
        title = { join = ["maker", "name"], separator = " - " }
        price = { path = ["sale", "price"], decimal_comma = true, missing = [0] }
        in_stock = { path = "stock", values = { "auf Lager" = true }, default = false }
        [attributes]
        fields = { colour = { path = "farbe", values = { rot = "red" } } }
        """,
    )

    item = mapping.apply(
        {"sku": "7", "maker": "Lumo", "name": "Glow", "sale": "0", "price": "9,50", "farbe": "rot"}
    )

    assert mapping.format == "csv"
    assert item == Item(
        id="7", title="Lumo - Glow", price=9.5, in_stock=False, attributes={"colour": "red"}
    )


def test_mapping_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    mapping = load(tmp_path, '\ufeff[item]\nid = "id"\ntitle = "title"\n')

    assert mapping.apply({"id": "1", "title": "Lamp"}) == Item(id="1", title="Lamp")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[item", "not TOML: "),
        ("", "missing required field `item`"),
        ("item = 5", "Expected `object`, got `int` - at `$.item`"),
        ("[items]\nid = 'id'", "unknown field `items`"),
        ("[item]\nid = 'id'", "[item] must say where `title` comes from"),
        ("[item]\ntitle = 'title'", "[item] must say where `id` comes from"),
        ("[item]\nid='i'\ntitle='t'\nprise='p'", "[item] prise is not a field of an item; fields"),
        (
            "[item]\nid='i'\ntitle={pth='t'}",
            "[item] title: Object contains unknown field `pth`",
        ),
        (
            "[item]\nid='i'\ntitle='t'\nprice={path='p', scale='x'}",
            "[item] price: Expected `float | null`, got `str` - at `$.scale`",
        ),
        ("[item]\nid='i'\ntitle=5", "[item] title: Expected `str | object`, got `int`"),
        (
            "[item]\nid='i'\ntitle='t'\n[attributes]\nfields={x={pth=1}}",
            "[attributes.fields] x: Object contains unknown field `pth`",
        ),
        ("[item]\nid='i'\ntitle={}", "title needs exactly one of path, constant and join"),
        (
            "[item]\nid='i'\ntitle={path='a', join=['b']}",
            "title needs exactly one of path, constant and join",
        ),
        (
            "[feed]\nformat='xml'\n[item]\nid='i'\ntitle='t'",
            "Invalid enum value 'xml' - at `$.feed.format`",
        ),
    ],
)
def test_unusable_mapping_file_says_in_one_line_what_to_mend(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InvalidMapping) as caught:
        load(tmp_path, text)

    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'shop.toml'}: ")
    assert message in said
    assert "\n" not in said


def test_mapping_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes("[item]\nid = 'größe'".encode("latin-1"))

    with pytest.raises(InvalidMapping, match=r"gone\.toml: No such file"):
        load_mapping(tmp_path / "gone.toml")
    with pytest.raises(InvalidMapping, match=r"latin\.toml: not TOML"):
        load_mapping(latin)
