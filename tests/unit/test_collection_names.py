"""The names of collections: a prefix where databases share a server, the layout, and a number."""

from datetime import UTC, datetime

import pytest

from indexing.collection import CollectionSpec
from indexing.collections import CollectionInfo, collection_number, is_collection_name, new_name
from indexing.qdrant_collections import prefix_of

SPEC = CollectionSpec(64, "a", "b")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SECOND = int(NOW.timestamp())


def test_name_begins_with_the_prefix_and_is_known_by_it_alone() -> None:
    name = new_name(SPEC, [], NOW, "shop")

    assert name == f"shop-items-{SPEC.fingerprint}-{SECOND}"
    assert is_collection_name(name, "shop")
    for other in ("", "sho", "shop-2", "shop-items", "endcap-shop"):
        assert not is_collection_name(name, other)
    assert CollectionInfo(name, SPEC, NOW).fingerprint == SPEC.fingerprint


def test_name_without_a_prefix_is_as_it_always_was() -> None:
    name = new_name(SPEC, [], NOW)

    assert name == f"items-{SPEC.fingerprint}-{SECOND}"
    assert is_collection_name(name)
    assert not is_collection_name(name, "shop")
    assert is_collection_name(SPEC.name)


def test_number_is_above_those_that_exist_whatever_their_prefix() -> None:
    names = [f"items-{SPEC.fingerprint}-{SECOND + 7}", f"shop-items-{SPEC.fingerprint}-{SECOND}"]

    assert collection_number(new_name(SPEC, names, NOW, "shop")) == SECOND + 8


def test_one_prefix_that_looks_like_anothers_collection_is_told_apart() -> None:
    longer = f"shop-items-{SPEC.fingerprint}"
    name = new_name(SPEC, [], NOW, longer)

    assert is_collection_name(name, longer)
    assert not is_collection_name(name, "shop")


@pytest.mark.parametrize("name", ["items", "../items-0123456789ab-1", "a/b-items-0123456789ab-1"])
def test_other_names_are_none_of_ours(name: str) -> None:
    assert not is_collection_name(name)
    assert not is_collection_name(name, "a/b")


def test_prefix_comes_of_the_identity() -> None:
    assert prefix_of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") == "endcap-0f1e2d3c4b5a"
