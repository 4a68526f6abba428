"""What every backend of the port to the collections must do."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from indexing.collection import CollectionSpec
from indexing.collections import (
    CollectionInfo,
    CollectionIsLive,
    Collections,
    ForeignIndex,
    NoPreviousCollection,
    NoSuchCollection,
)
from indexing.queries import ExpandedQuery
from tests.contracts.conftest import SPEC, Place
from tests.factories import make_item, make_points


def switched(collections: Collections, times: int) -> list[CollectionInfo]:
    """That many collections, each made live after the one before."""
    infos: list[CollectionInfo] = []
    for _ in range(times):
        infos.append(collections.create(SPEC))
        collections.switch(infos[-1])
    return infos


def test_nothing_is_live_before_the_first_switch(collections: Collections) -> None:
    assert collections.live() is None
    assert collections.previous() is None
    assert collections.all() == []


def test_new_collection_is_empty_and_not_live(collections: Collections) -> None:
    info = collections.create(SPEC)

    index = collections.open(info)
    assert index.count() == 0
    index.close()
    assert collections.all() == [info]
    assert collections.live() is None
    assert datetime.now(UTC) - info.created_at < timedelta(minutes=5)


def test_collection_remembers_what_it_holds(collections: Collections) -> None:
    spec = CollectionSpec(
        dense_size=8,
        encoder_revision="some-model-1/4",
        lexical_revision="bm25-1",
        quantization="int8",
        on_disk=True,
        encoder="/models/some-model",
    )
    info = collections.create(spec)

    collections.switch(info)

    live = collections.live()
    assert live == info
    assert live is not None
    assert live.spec == spec


def test_every_collection_has_a_name_that_none_had_before(collections: Collections) -> None:
    other = msgspec.structs.replace(SPEC, quantization="int8")
    infos = [collections.create(spec) for spec in (SPEC, SPEC, other)]
    collections.drop(infos[2])
    infos.append(collections.create(other))

    assert len({info.name for info in infos}) >= 3
    assert all(f"items-{info.spec.fingerprint}-" in info.name for info in infos)
    assert all(info.fingerprint == info.spec.fingerprint for info in infos)
    assert collections.all() == [infos[0], infos[1], infos[3]]


def test_switching_makes_the_live_collection_the_previous_one(collections: Collections) -> None:
    first, second, third = switched(collections, 3)

    assert collections.live() == third
    assert collections.previous() == second
    assert collections.all() == [first, second, third]


def test_switching_to_the_live_collection_changes_nothing(collections: Collections) -> None:
    first, second = switched(collections, 2)

    collections.switch(second)

    assert collections.live() == second
    assert collections.previous() == first


def test_switching_back_exchanges_live_and_previous(collections: Collections) -> None:
    first, second = switched(collections, 2)

    assert collections.switch_back() == first
    assert (collections.live(), collections.previous()) == (first, second)
    assert collections.switch_back() == second
    assert (collections.live(), collections.previous()) == (second, first)


def test_without_a_previous_collection_there_is_no_way_back(collections: Collections) -> None:
    (only,) = switched(collections, 1)

    with pytest.raises(NoPreviousCollection):
        collections.switch_back()

    assert collections.live() == only


def test_live_collection_cannot_be_dropped(collections: Collections) -> None:
    (live,) = switched(collections, 1)

    with pytest.raises(CollectionIsLive):
        collections.drop(live)

    assert collections.live() == live


def test_dropped_collection_is_forgotten(collections: Collections) -> None:
    first, second = switched(collections, 2)

    collections.drop(first)
    collections.drop(first)

    assert collections.all() == [second]
    assert collections.previous() is None
    with pytest.raises(NoPreviousCollection):
        collections.switch_back()
    with pytest.raises(NoSuchCollection):
        collections.open(first)
    with pytest.raises(NoSuchCollection):
        collections.switch(first)
    assert collections.live() == second


def test_name_that_is_none_of_ours_is_neither_opened_nor_dropped(collections: Collections) -> None:
    (live,) = switched(collections, 1)
    foreign = msgspec.structs.replace(live, name="../index")

    with pytest.raises(NoSuchCollection):
        collections.open(foreign)
    with pytest.raises(NoSuchCollection):
        collections.settle(foreign)
    collections.drop(foreign)

    assert collections.all() == [live]


def test_live_collection_is_searched_while_another_is_filled(collections: Collections) -> None:
    (first,) = switched(collections, 1)
    live = collections.open(first)
    live.upsert(make_points([make_item("old")]))

    second = collections.create(SPEC)
    building = collections.open(second)
    building.upsert(make_points([make_item("a"), make_item("b")]))
    building.optimize()

    assert len(live.browse(ExpandedQuery(text=""), 10)) == 1
    assert len(building.browse(ExpandedQuery(text=""), 10)) == 2
    collections.switch(second)
    live.close()
    collections.drop(first)
    assert len(building.browse(ExpandedQuery(text=""), 10)) == 2
    building.close()


def test_settled_collection_holds_what_it_held(collections: Collections) -> None:
    info = collections.create(SPEC)
    index = collections.open(info)
    index.upsert(make_points([make_item("1"), make_item("2")]))
    index.close()

    collections.settle(info)

    index = collections.open(info)
    assert index.count() == 2
    assert len(index.browse(ExpandedQuery(text=""), 10)) == 2
    index.close()


def test_whoever_looks_during_a_switch_finds_the_old_or_the_new(collections: Collections) -> None:
    both = switched(collections, 2)
    seen: list[CollectionInfo | None] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.append(collections.live())

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(20):
        collections.switch_back()
    done.set()
    looking.join()

    assert seen
    assert all(info in both for info in seen)


def test_collection_says_whose_it_is(place: Place) -> None:
    info = place("a").create(SPEC)

    assert info.owner == "a"
    assert place("a").all() == [info]
    assert place("a").foreign() == []
    assert place("a").unowned() == []


CALLS: dict[str, Callable[[Collections, CollectionInfo], object]] = {
    "live": lambda collections, _: collections.live(),
    "previous": lambda collections, _: collections.previous(),
    "all": lambda collections, _: collections.all(),
    "create": lambda collections, info: collections.create(info.spec),
    "switch": lambda collections, info: collections.switch(info),
    "switch_back": lambda collections, _: collections.switch_back(),
    "drop": lambda collections, info: collections.drop(info),
}


@pytest.mark.parametrize("call", CALLS)
def test_nothing_of_another_database_is_given_changed_or_replaced(place: Place, call: str) -> None:
    first, second = switched(place("a"), 2)
    third = place("a").create(SPEC)
    others = place("b")

    with pytest.raises(ForeignIndex):
        CALLS[call](others, first if call == "drop" else third)

    assert list(others.foreign()) == [first, second, third]
    ours = place("a")
    assert (ours.live(), ours.previous()) == (second, first)
    assert ours.all() == [first, second, third]


@pytest.mark.parametrize("call", CALLS)
def test_unowned_collections_are_not_used_before_they_are_adopted(place: Place, call: str) -> None:
    first, second = switched(place(), 2)

    with pytest.raises(ForeignIndex):
        CALLS[call](place("a"), first)

    assert (place().live(), place().previous()) == (second, first)
    assert place("a").foreign() == []


def test_adopted_collections_are_live_as_before_and_nobody_elses(place: Place) -> None:
    first, second = switched(place(), 2)
    index = place().open(second)
    index.upsert(make_points([make_item("1")]))
    index.close()
    ours = place("a")

    ours.adopt(ours.unowned())

    own = [msgspec.structs.replace(info, owner="a") for info in (first, second)]
    again = place("a")
    assert (again.live(), again.previous()) == (own[1], own[0])
    assert again.all() == own
    assert again.unowned() == again.foreign() == []
    index = again.open(own[1])
    assert index.count() == 1
    index.close()
    with pytest.raises(ForeignIndex):
        place("b").live()


def test_adoption_that_was_cut_off_is_finished(place: Place) -> None:
    first, second = switched(place(), 2)
    ours = place("a")
    ours.adopt([second])

    ours.adopt(ours.unowned())

    assert [info.name for info in place("a").all()] == [first.name, second.name]
    assert place("a").unowned() == []
