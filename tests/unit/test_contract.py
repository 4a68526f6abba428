"""The data contract, the item's shape and the checks say the same thing, or a test here fails."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from app.items.changes import MAX_VERSION, read_version
from app.items.reading import VERSION_FIELDS
from indexing.contract import (
    CONTRACT_FILE,
    Contract,
    ContractField,
    item_contract,
    read_contract,
)
from indexing.documents import MAX_ATTRIBUTES, Item
from indexing.errors import InvalidItem, Rule
from indexing.filters import UNUSABLE_IN_NAMES
from indexing.mapping import identity_mapping
from indexing.quality import CAPITALS, CHECKS, LONG_TITLE
from indexing.validation import MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTE_TEXT, parse_item
from tests.contract_drift import DRIFTS, TEXT, drifted, unequal

CONTRACT = item_contract()
ITEM_FIELDS = tuple(field for field in CONTRACT.fields if field.name != "version")
JSON_TYPES = {"timestamp": "string", "map": "object"}


def field(name: str) -> ContractField:
    return next(each for each in CONTRACT.fields if each.name == name)


def schema_of(item: type[Item]) -> dict[str, Any]:
    """The JSON Schema that msgspec derives, as JSON has it: with lists for tuples."""
    schema = msgspec.json.schema(item)["$defs"][item.__name__]
    return msgspec.json.decode(msgspec.json.encode(schema), type=dict[str, Any])


def differences(contract: Contract, schema: Mapping[str, Any]) -> list[str]:
    """Each field of which the contract and a JSON Schema do not say the same."""
    fields = {each.name: each for each in contract.fields if each.name != "version"}
    found = unequal(
        {name: (promised(each), each.required) for name, each in fields.items()},
        {name: (shown, name in schema["required"]) for name, shown in schema["properties"].items()},
    )
    return found if schema["additionalProperties"] is False else [*found, "unknown fields"]


def promised(of: ContractField) -> dict[str, Any]:
    """The JSON Schema of a field as the contract has it."""
    schema = shape(of)
    if of.required:
        return schema
    if of.default is None:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "default": of.default}


def shape(of: ContractField) -> dict[str, Any]:
    types = [{"type": JSON_TYPES.get(kind, kind)} for kind in (of.type, *of.also_as)]
    if len(types) > 1:
        return {"anyOf": types}
    schema: dict[str, Any] = types[0]
    if of.items is not None:
        schema["items"] = shape(of.items)
    if of.value is not None:
        schema["additionalProperties"] = shape(of.value)
    # Bounds of dates, and of attributes' names and number, are no part of msgspec's schema.
    if of.type not in JSON_TYPES:
        bounds = msgspec.to_builtins(of.bounds)
        schema |= {name: bound for name, bound in bounds.items() if bound is not None}
        schema.pop("format", None)
    return schema


def test_item_has_the_fields_types_bounds_and_defaults_of_the_contract() -> None:
    assert differences(CONTRACT, schema_of(Item)) == []


@pytest.mark.parametrize(("before", "after", "field_at_fault"), DRIFTS)
def test_drift_of_the_contract_is_seen_at_its_field(
    before: str, after: str, field_at_fault: str
) -> None:
    assert field_at_fault in differences(drifted(before, after), schema_of(Item))


def test_drift_of_the_item_is_seen_too() -> None:
    class Grown(Item, frozen=True, kw_only=True):
        colour: str = ""

    open_to_all = {**schema_of(Item), "additionalProperties": {}}

    assert differences(CONTRACT, schema_of(Grown)) == ["colour"]
    assert differences(CONTRACT, open_to_all) == ["unknown fields"]


def test_attributes_are_checked_by_the_bounds_of_the_contract() -> None:
    attributes = field("attributes")

    assert attributes.key is not None
    assert attributes.value is not None
    assert attributes.bounds.max_properties == MAX_ATTRIBUTES
    assert (attributes.key.bounds.min_length, attributes.key.bounds.max_length) == (
        1,
        MAX_ATTRIBUTE_NAME,
    )
    assert attributes.value.bounds.max_length == MAX_ATTRIBUTE_TEXT
    pattern = attributes.key.bounds.pattern
    assert pattern is not None
    assert {c for c in map(chr, range(0x3000)) if not re.fullmatch(pattern, c)} == UNUSABLE_IN_NAMES


def test_version_is_read_by_the_bounds_of_the_contract() -> None:
    version = field("version")

    assert (version.name, *version.synonyms) == VERSION_FIELDS
    assert (version.type, *version.also_as) == ("integer", "timestamp")
    assert (version.bounds.minimum, version.bounds.maximum) == (0, MAX_VERSION)
    assert read_version(MAX_VERSION) == MAX_VERSION
    assert all(read_version(example) > 0 for example in version.examples)


def edges() -> Iterator[tuple[str, Any, Any]]:
    """For each bound of the contract a value on it and one just beyond."""
    for each in ITEM_FIELDS:
        bounds = each.bounds
        match each.type:
            case "string":
                if bounds.min_length:
                    yield each.name, "x" * bounds.min_length, "x" * (bounds.min_length - 1)
                if bounds.max_length is not None:
                    yield each.name, "x" * bounds.max_length, "x" * (bounds.max_length + 1)
            case "integer" | "number":
                assert isinstance(bounds.minimum, (int, float))
                assert isinstance(bounds.maximum, (int, float))
                yield each.name, bounds.minimum, bounds.minimum - 1
                yield each.name, bounds.maximum, bounds.maximum + 1
            case "timestamp":
                yield each.name, bounds.minimum, "0001-01-01T00:00:00+01:00"
                yield each.name, bounds.maximum, "9999-12-31T23:59:59-01:00"
            case "array":
                assert bounds.max_items is not None
                yield each.name, ["x"] * bounds.max_items, ["x"] * (bounds.max_items + 1)
                assert each.items is not None
                longest = each.items.bounds.max_length or 0
                yield each.name, ["x" * longest], ["x" * (longest + 1)]
            case "map":
                most = bounds.max_properties or 0
                yield (
                    each.name,
                    {str(n): n for n in range(most)},
                    {str(n): n for n in range(most + 1)},
                )


@pytest.mark.parametrize(
    ("name", "within", "beyond"), list(edges()), ids=lambda value: str(value)[:30].strip()
)
def test_each_bound_of_the_contract_is_the_bound_of_the_check(
    name: str, within: Any, beyond: Any
) -> None:
    raw = {"id": "1", "title": "Lamp"}

    parse_item({**raw, name: within})
    with pytest.raises(InvalidItem) as caught:
        parse_item({**raw, name: beyond})

    assert [problem.path.split("[")[0] for problem in caught.value.problems] == [f"$.{name}"]


BROKEN: Mapping[Rule, Mapping[str, Any]] = {
    "required": {"title": None},
    "type": {"price": "5"},
    "range": {"rating": 6},
    "finite": {"price": float("nan")},
    "length": {"brand": "x" * 201},
    "pattern": {"currency": "euro"},
    "characters": {"brand": "\ud800"},
    "date": {"released_at": "soon"},
    "too-many": {"categories": ["x"] * 13},
    "unknown-field": {"colour": "red"},
    "version": {"version": "newest"},
}


def test_rules_of_the_contract_are_those_that_problems_carry() -> None:
    assert get_args(Rule) == CONTRACT.errors
    # A version stands beside the item, and what cannot be read never becomes one.
    assert BROKEN.keys() == set(CONTRACT.errors) - {"unreadable"}


@pytest.mark.parametrize("rule", sorted(BROKEN.keys() - {"version"}))
def test_each_hard_rule_refuses_an_item(rule: Rule) -> None:
    with pytest.raises(InvalidItem) as caught:
        parse_item({"id": "1", "title": "Lamp", **BROKEN[rule]})

    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_version_that_cannot_be_put_in_order_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        read_version(BROKEN["version"]["version"])


def test_row_that_is_nested_too_deep_is_unreadable() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(InvalidItem) as caught:
        identity_mapping().apply(
            {"id": "1", "title": "L", "brand": deep, "attributes": {"a": deep}}
        )

    assert [(problem.path, problem.rule) for problem in caught.value.problems] == [
        ("$.brand", "unreadable"),
        ("$.attributes", "unreadable"),
    ]


def test_warnings_of_the_contract_are_those_that_the_code_gives_in_the_same_order() -> None:
    thresholds = {rule.name: rule.threshold for rule in CONTRACT.rules if rule.threshold}

    assert tuple(CHECKS) == CONTRACT.warnings
    assert thresholds == {"title-in-capitals": CAPITALS, "title-long": LONG_TITLE}


def test_warning_looks_at_the_field_that_the_contract_has_it_at() -> None:
    places = {rule.name: rule.field for rule in CONTRACT.rules if rule.severity == "warning"}
    names = {each.name for each in ITEM_FIELDS}

    assert all(places[name] in check.fields <= names for name, check in CHECKS.items())


def test_examples_of_the_contract_keep_to_it() -> None:
    for each in ITEM_FIELDS:
        for example in each.examples:
            parse_item({"id": "1", "title": "Lamp", each.name: example})
    assert all(each.examples and each.description for each in CONTRACT.fields)


def test_contract_promises_freshness_and_how_long_refused_changes_are_kept() -> None:
    freshness, kept = CONTRACT.promise("freshness"), CONTRACT.promise("dead-letters")

    assert (freshness.property, freshness.value, freshness.unit) == ("latency", 2, "s")
    assert freshness.percentile == 99
    assert (kept.property, kept.value, kept.unit) == ("retention", 30, "d")
    with pytest.raises(KeyError):
        CONTRACT.promise("miracles")


def test_contract_names_its_version_its_owner_and_every_rule_once() -> None:
    names = [rule.name for rule in CONTRACT.rules]

    assert re.fullmatch(r"\d+\.\d+\.\d+", CONTRACT.version)
    assert (CONTRACT.status, CONTRACT.owner) == ("active", "Endcap maintainers")
    assert len(set(names)) == len(names)
    assert item_contract() is CONTRACT


def test_word_in_the_contract_that_nobody_reads_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `maxLenght`"):
        read_contract(TEXT.replace("maxLength: 1000\n", "maxLenght: 1000\n"))


def test_contract_is_installed_beside_the_packages_that_read_it() -> None:
    root = Path(__file__).parents[2]
    setuptools = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]

    assert CONTRACT_FILE.relative_to(root).parts == ("contracts", "item.odcs.yaml")
    assert "contracts*" in setuptools["packages"]["find"]["include"]
    assert setuptools["package-data"]["contracts"] == ["*.yaml"]
