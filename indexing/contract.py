"""The data contract for items, read from `contracts/item.odcs.yaml`: the service tells it and
measures itself by it, and a test holds the item's shape and checks equal to it. That for events is
read by `app/events/contract.py`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

# Beside this package both in a checkout and where a wheel is installed.
CONTRACT_FILE = Path(__file__).parents[1] / "contracts" / "item.odcs.yaml"

LogicalType = Literal[
    "string", "integer", "number", "boolean", "timestamp", "array", "map", "object"
]
Severity = Literal["error", "warning"]


class Bounds(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a value must keep to; None is no bound."""

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: int | float | str | None = None
    """A text where the value is a date-time, as `maximum`."""
    maximum: int | float | str | None = None
    min_items: int | None = None
    max_items: int | None = None
    max_properties: int | None = None
    format: str | None = None
    default_timezone: str | None = None


class ContractField(msgspec.Struct, frozen=True, kw_only=True):
    """What the contract says of one field, or of each value inside one."""

    name: str
    type: LogicalType
    also_as: tuple[LogicalType, ...] = ()
    """Other types that it may have."""
    synonyms: Mapping[str, str] = {}
    """Other names under which it is read, and what to know of each."""
    required: bool = False
    description: str = ""
    default: Any = None
    bounds: Bounds = Bounds()
    items: "ContractField | None" = None
    """Each value of an array."""
    key: "ContractField | None" = None
    """Each name in a map."""
    value: "ContractField | None" = None
    """Each value in a map."""
    fields: tuple["ContractField", ...] = ()
    """Those of an object."""
    examples: tuple[Any, ...] = ()


class QualityRule(msgspec.Struct, frozen=True):
    """An item that breaks an `error` is refused; one that is odd by a `warning` is accepted."""

    name: str
    severity: Severity
    description: str
    field: str | None
    """None for a rule on the whole item."""
    threshold: float | None


class Promise(msgspec.Struct, frozen=True):
    """A service level: `freshness` is 2 s for 99 % of the changes."""

    name: str
    property: str
    value: float
    unit: str
    description: str
    percentile: float | None


class Contract(msgspec.Struct, frozen=True):
    id: str
    version: str
    status: str
    owner: str
    description: str
    """What is described."""
    fields: tuple[ContractField, ...]
    """In order. `version` is one of them, though no field of `Item`."""
    rules: tuple[QualityRule, ...]
    """Those on the whole item first, then field by field."""
    promises: tuple[Promise, ...]

    @property
    def errors(self) -> tuple[str, ...]:
        """The names of the hard rules."""
        return tuple(rule.name for rule in self.rules if rule.severity == "error")

    @property
    def warnings(self) -> tuple[str, ...]:
        """The names of the soft rules."""
        return tuple(rule.name for rule in self.rules if rule.severity == "warning")

    def promise(self, name: str) -> Promise:
        """Raises `KeyError` for one that is not made."""
        return {promise.name: promise for promise in self.promises}[name]


@cache
def item_contract() -> Contract:
    return read_contract(CONTRACT_FILE.read_text(encoding="utf-8"))


def read_contract(text: str) -> Contract:
    """Knows that part of the standard which our contract uses, and raises `msgspec.ValidationError`
    for any other: nothing stands in the file that nobody reads."""
    document = msgspec.convert(yaml.safe_load(text), _Document)
    (item,) = document.schema
    return Contract(
        id=document.id,
        version=document.version,
        status=document.status,
        owner=document.team.name,
        description=item.description,
        fields=tuple(_field(each.name, each) for each in item.properties),
        rules=tuple(_rules(item)),
        promises=tuple(map(_promise, document.sla_properties)),
    )


class _Part(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Of the file, under the standard's names."""


class _Custom(_Part, frozen=True):
    property: Literal["default", "alsoAs", "maxProperties", "threshold", "percentile"]
    value: Any
    description: str = ""


class _Quality(_Part, frozen=True):
    name: str
    type: Literal["custom"]
    engine: Literal["endcap"]
    implementation: str
    description: str
    dimension: str
    severity: Severity
    custom_properties: tuple[_Custom, ...] = ()


class _Value(_Part, frozen=True):
    logical_type: LogicalType
    physical_type: str
    description: str = ""
    logical_type_options: Bounds = Bounds()
    custom_properties: tuple[_Custom, ...] = ()


class _Synonym(_Part, frozen=True):
    synonym: str
    description: str


class _Map(_Part, frozen=True):
    key: _Value
    value: _Value


class _Property(_Value, frozen=True, kw_only=True):
    name: str
    required: bool
    primary_key: bool = False
    unique: bool = False
    critical_data_element: bool = False
    items: _Value | None = None
    map: _Map | None = None
    synonyms: tuple[_Synonym, ...] = ()
    quality: tuple[_Quality, ...] = ()
    properties: tuple["_Property", ...] = ()
    examples: tuple[Any, ...]


class _Object(_Part, frozen=True):
    name: str
    logical_type: Literal["object"]
    physical_type: str
    description: str
    data_granularity_description: str
    quality: tuple[_Quality, ...]
    properties: tuple[_Property, ...]


class _Team(_Part, frozen=True):
    name: str
    description: str
    members: tuple[dict[str, str], ...]


class _Level(_Part, frozen=True):
    id: str
    property: str
    value: float
    unit: str
    element: str
    driver: str
    description: str
    custom_properties: tuple[_Custom, ...] = ()


class _Document(_Part, frozen=True):
    api_version: str
    kind: Literal["DataContract"]
    id: str
    name: str
    version: str
    status: str
    domain: str
    description: dict[str, str]
    schema: tuple[_Object, ...]
    team: _Team
    roles: tuple[dict[str, str], ...]
    sla_properties: tuple[_Level, ...]


def _field(name: str, part: _Value) -> ContractField:
    custom = _custom(part.custom_properties)
    bounds = msgspec.structs.replace(
        part.logical_type_options, max_properties=custom.get("maxProperties")
    )
    field = ContractField(
        name=name,
        type=part.logical_type,
        also_as=tuple(custom.get("alsoAs", ())),
        description=part.description,
        default=custom.get("default"),
        bounds=bounds,
    )
    if not isinstance(part, _Property):
        return field
    return msgspec.structs.replace(
        field,
        required=part.required,
        synonyms={each.synonym: each.description for each in part.synonyms},
        items=_field("items", part.items) if part.items else None,
        key=_field("key", part.map.key) if part.map else None,
        value=_field("value", part.map.value) if part.map else None,
        fields=tuple(_field(each.name, each) for each in part.properties),
        examples=part.examples,
    )


def _rules(item: _Object) -> Iterator[QualityRule]:
    for name, checks in [(None, item.quality), *((p.name, p.quality) for p in item.properties)]:
        for check in checks:
            threshold = _custom(check.custom_properties).get("threshold")
            yield QualityRule(check.name, check.severity, check.description, name, threshold)


def _promise(level: _Level) -> Promise:
    percentile = _custom(level.custom_properties).get("percentile")
    return Promise(level.id, level.property, level.value, level.unit, level.description, percentile)


def _custom(properties: tuple[_Custom, ...]) -> dict[str, Any]:
    return {each.property: each.value for each in properties}
