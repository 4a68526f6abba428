"""The bodies that OpenAPI shows are those that the item's data contract has, or a test here
fails."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from app.db.postgres import EmbeddedPostgres
from app.webhooks.messages import KINDS, MESSAGE_TYPES, REBUILD
from app.webhooks.shopify import TOPICS
from indexing.contract import Bounds, Contract, ContractField, item_contract
from tests.contract_drift import DRIFTS, drifted, unequal
from tests.integration.shop import open_shop

Json = dict[str, Any]
CONTRACT = item_contract()
ITEM = "/v1/items/{item_id}"
BATCH = "/v1/items/batch"
CATALOG = "/v1/webhooks/catalog"
SHOPIFY = "/v1/webhooks/shopify"

JSON_TYPES = {"timestamp": "string", "map": "object"}
FORMATS = {"i32": "int32", "i64": "int64", "f64": "double", "uri": "uri"}
BOUNDS = [field.encode_name for field in msgspec.structs.fields(Bounds)]


@pytest.fixture(scope="module")
def document(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Json]:
    with open_shop(postgres, tmp_path_factory.mktemp("openapi"), []) as shop:
        yield shop.client.get("/schema/openapi.json").json()


def body(document: Json, method: str, path: str, media_type: str = "application/json") -> Json:
    request = document["paths"][path][method]["requestBody"]
    assert request["required"] is True
    assert list(request["content"]) == [media_type]
    schema: Json = request["content"][media_type]["schema"]
    return schema


def headers(document: Json, path: str) -> dict[str, Json]:
    parameters = document["paths"][path]["post"]["parameters"]
    return {each["name"]: each for each in parameters if each["in"] == "header"}


def differences(contract: Contract, schema: Json, *, by_address: bool = True) -> list[str]:
    """Each field of which the contract and a whole item's schema do not say the same. Where the
    address says the id, the body need not."""
    fields = by_name(contract)
    required = {name for name, field in fields.items() if field.required}
    found = unequal(
        {
            name: promised(field, nullable=not field.required) | {"default": field.default}
            for name, field in fields.items()
        },
        {
            name: shown(part) | {"default": part.get("default")}
            for name, part in schema["properties"].items()
        },
    )
    found += sorted(set(schema["required"]) ^ (required - ({"id"} if by_address else set())))
    return found if schema["additionalProperties"] is False else [*found, "unknown fields"]


def by_name(contract: Contract) -> dict[str, ContractField]:
    """The fields, also by the other names under which they are read."""
    fields = {}
    for field in contract.fields:
        fields[field.name] = field
        for name, description in field.synonyms.items():
            fields[name] = msgspec.structs.replace(field, description=description)
    return fields


def promised(field: ContractField, *, nullable: bool = False) -> Json:
    """What the contract says of a field, in the words of JSON Schema: the bounds by type, what it
    holds, and what to know of it."""
    types: Json = {JSON_TYPES.get(kind, kind): bounds_of(field, kind) for kind in kinds(field)}
    if nullable:
        types["null"] = {}
    return {
        "types": types,
        "description": field.description,
        "examples": list(field.examples),
        "items": promised(field.items) if field.items else None,
        "propertyNames": promised(field.key) if field.key else None,
        "additionalProperties": promised(field.value) if field.value else None,
    }


def kinds(field: ContractField) -> tuple[str, ...]:
    return (field.type, *field.also_as)


def bounds_of(field: ContractField, kind: str) -> Json:
    if kind == "timestamp":
        return {"format": "date-time"}
    if kind != field.type:
        return {}
    bounds = msgspec.to_builtins(field.bounds)
    told = {name: bound for name, bound in bounds.items() if bound is not None}
    return told | {"format": FORMATS[told["format"]]} if "format" in told else told


def shown(schema: Json) -> Json:
    """The same of a schema."""
    types = {
        kind: {} if kind == "null" else {name: part[name] for name in BOUNDS if name in part}
        for part in schema.get("anyOf", [schema])
        for kind in ([part["type"]] if isinstance(part["type"], str) else part["type"])
    }
    inside = ("items", "propertyNames", "additionalProperties")
    return {
        "types": types,
        "description": schema.get("description", ""),
        "examples": schema.get("examples", []),
        **{name: shown(schema[name]) if name in schema else None for name in inside},
    }


def test_body_of_a_put_has_the_fields_types_bounds_and_defaults_of_the_contract(
    document: Json,
) -> None:
    schema = body(document, "put", ITEM)

    assert differences(CONTRACT, schema) == []
    assert schema["description"] == CONTRACT.description


@pytest.mark.parametrize(
    ("before", "after", "field_at_fault"),
    [
        *DRIFTS,
        (
            "maxLength: 20000\n        customProperties:\n          - property: default",
            "maxLength: 2000\n        customProperties:\n          - property: default",
            "description",
        ),
        ("maximum: 4611686018427387904\n", "maximum: 17\n", "updated_at"),
        ("value: 1000\n", "value: 100\n", "attributes"),
        (
            "maxLength: 200\n              pattern",
            "maxLength: 20\n              pattern",
            "attributes",
        ),
        ("description: Where its picture is.", "description: Its picture.", "image_url"),
        ("format: i32\n", "format: i64\n", "review_count"),
    ],
)
def test_drift_of_the_contract_from_the_document_is_seen_at_its_field(
    document: Json, before: str, after: str, field_at_fault: str
) -> None:
    assert field_at_fault in differences(drifted(before, after), body(document, "put", ITEM))


@pytest.mark.parametrize(
    ("place", "value", "field_at_fault"),
    [
        (("properties", "title", "maxLength"), 999, "title"),
        (("properties", "price", "type"), ["string", "null"], "price"),
        (("properties", "price", "type"), "number", "price"),
        (("properties", "in_stock", "default"), False, "in_stock"),
        (("properties", "categories", "items", "maxLength"), 10, "categories"),
        (("properties", "attributes", "propertyNames", "pattern"), ".*", "attributes"),
        (("properties", "attributes", "additionalProperties", "anyOf"), [], "attributes"),
        (("properties", "colour"), {"type": "string"}, "colour"),
        (("required",), ["title", "price"], "price"),
        (("required",), [], "title"),
        (("additionalProperties",), True, "unknown fields"),
    ],
)
def test_drift_of_the_document_from_the_contract_is_seen_at_its_field(
    document: Json, place: tuple[str, ...], value: Any, field_at_fault: str
) -> None:
    schema = deepcopy(body(document, "put", ITEM))
    part = schema
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value

    assert differences(CONTRACT, schema) == [field_at_fault]


def test_body_of_a_patch_needs_nothing_and_removes_by_null_what_an_item_can_be_without(
    document: Json,
) -> None:
    whole, change = body(document, "put", ITEM), body(document, "patch", ITEM)

    assert "required" not in change
    assert change["additionalProperties"] is False
    assert as_changes(whole["properties"]) == change["properties"]
    without_null = {
        name
        for name, schema in change["properties"].items()
        if "null" not in shown(schema)["types"]
    }
    assert without_null == {"id", "title"}


def as_changes(fields: Mapping[str, Json]) -> dict[str, Json]:
    """The same fields where a change keeps what it does not name, and null removes one attribute
    as well."""
    changes = {
        name: {word: said for word, said in schema.items() if word != "default"}
        for name, schema in deepcopy(dict(fields)).items()
    }
    changes["attributes"]["additionalProperties"]["anyOf"].append({"type": "null"})
    return changes


def test_line_of_a_batch_is_an_item_a_change_or_a_deletion(document: Json) -> None:
    change = body(document, "patch", ITEM)["properties"]
    line = body(document, "post", BATCH, "application/x-ndjson")
    put, merge, delete = line["anyOf"]

    operations = [part["properties"].pop("operation")["const"] for part in line["anyOf"]]

    assert operations == ["put", "merge", "delete"]
    assert differences(CONTRACT, put, by_address=False) == []
    assert (merge["properties"], merge["required"]) == (change, ["id"])
    assert (set(delete["properties"]), delete["required"]) == (
        {"id", "version", "updated_at"},
        ["id"],
    )
    assert set(headers(document, BATCH)) == {"Content-Encoding"}


def test_messages_of_catalogues_are_shown_by_type_with_what_each_takes(document: Json) -> None:
    change = body(document, "patch", ITEM)["properties"]
    message = body(document, "post", CATALOG)
    by_type = {
        part["properties"]["type"]["const"]: part["properties"]["data"] for part in message["oneOf"]
    }

    assert message["required"] == ["type", "timestamp", "data"]
    assert message["properties"]["type"]["enum"] == list(MESSAGE_TYPES)
    assert list(by_type) == list(MESSAGE_TYPES)
    assert by_type["item.upserted"]["properties"] == change
    assert set(by_type[REBUILD]["properties"]) == {"reason", "encoder"}
    for name, kind in KINDS.items():
        assert by_type[name]["required"] == [field for field in ("id", kind.needed) if field]
        assert by_type[name]["additionalProperties"] is False
        if kind.fields is not None:
            assert set(by_type[name]["properties"]) == {
                "id",
                "version",
                "updated_at",
                *kind.fields,
            }


def test_signatures_are_shown_as_headers(document: Json) -> None:
    catalog, shopify = headers(document, CATALOG), headers(document, SHOPIFY)

    assert {name for name, each in catalog.items() if each["required"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    assert {name for name, each in shopify.items() if each["required"]} == {
        "X-Shopify-Topic",
        "X-Shopify-Webhook-Id",
        "X-Shopify-Hmac-Sha256",
    }
    assert shopify["X-Shopify-Topic"]["schema"]["enum"] == list(TOPICS)


def test_product_of_shopify_is_any_object(document: Json) -> None:
    schema = body(document, "post", SHOPIFY)

    assert (schema["type"], schema["additionalProperties"]) == ("object", True)


def test_parameters_that_a_route_declares_itself_are_shown_beside_its_headers(
    document: Json,
) -> None:
    named = {each["name"] for each in document["paths"][BATCH]["post"]["parameters"]}

    assert named == {"operation", "wait", "Content-Encoding"}
