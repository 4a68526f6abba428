"""Changes of the contract alone, each of which every comparison with it must see; and how such a
comparison tells what differs."""

from collections.abc import Mapping
from typing import Any

import pytest

from indexing.contract import CONTRACT_FILE, Contract, read_contract

TEXT = CONTRACT_FILE.read_text(encoding="utf-8")

DRIFTS = [
    pytest.param(before, after, field, id=before.split("\n")[0].strip())
    for before, after, field in (
        ("- name: brand\n", "- name: maker\n", "brand"),
        ("maxLength: 1000\n", "maxLength: 999\n", "title"),
        ("maxItems: 12\n", "maxItems: 13\n", "categories"),
        (
            "minLength: 1\n            maxLength: 200\n        custom",
            "maxLength: 200\n        custom",
            "categories",
        ),
        ("maximum: 5\n", "maximum: 10\n", "rating"),
        ("value: EUR\n", "value: USD\n", "currency"),
        ("'^[A-Z]{3}$'", "'^[A-Z]{3,4}$'", "currency"),
        ("value: true\n", "value: false\n", "in_stock"),
        (
            "name: price\n        logicalType: number",
            "name: price\n        logicalType: integer",
            "price",
        ),
        ("value: [number, boolean]", "value: [number]", "attributes"),
        (
            "physicalType: boolean\n        required: false",
            "physicalType: boolean\n        required: true",
            "in_stock",
        ),
    )
]
"""Texts to exchange in the file, and the field that is then at fault."""


def drifted(before: str, after: str) -> Contract:
    assert TEXT.count(before) == 1
    return read_contract(TEXT.replace(before, after))


def unequal(promised: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The names that only one of them has, or that are not the same in both."""
    return sorted(
        name
        for name in promised.keys() | found.keys()
        if name not in promised or name not in found or promised[name] != found[name]
    )
