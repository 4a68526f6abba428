"""Sums in memory against the same sums added up anew."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.behaviour_sums import BehaviourSums, Group, Traits

C = 2
QUERIES = ("kettle", "mug", "")
KEYS = tuple(range(1, 7))
TRAITS = {key: Traits(brand=key % 3, category=10 + key % 2) for key in KEYS}


def ints(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


class Plain:
    """Every pair by itself; all else is added up when it is asked for."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, int, int]] = Counter()
        self.traits = dict(TRAITS)

    def expected(self, query: str) -> dict[str, Any]:
        def total(chosen: Any) -> list[int]:
            return [
                sum(n for (q, k, c), n in self.pairs.items() if c == column and chosen(q, k))
                for column in range(C)
            ]

        return {
            "everything": total(lambda q, k: True),
            "query": total(lambda q, k: q == query),
            "item": [total(lambda q, k, key=key: k == key) for key in KEYS],
            "brand": [self._of(total, "brand", key) for key in KEYS],
            "category": [self._of(total, "category", key) for key in KEYS],
            "query_item": [total(lambda q, k, key=key: (q, k) == (query, key)) for key in KEYS],
        }

    def _of(self, total: Any, name: str, key: int) -> list[int]:
        mine = getattr(self.traits[key], name)
        if not mine:
            return [0] * C
        found: list[int] = total(lambda q, k: getattr(self.traits[k], name) == mine)
        return found


def gathered(sums: BehaviourSums, plain: Plain, query: str) -> dict[str, Any]:
    traits = [plain.traits[key] for key in KEYS]
    found = sums.gather(
        query,
        ints(*KEYS),
        [each.brand for each in traits],
        [each.category for each in traits],
    )
    return {name: getattr(found, name).tolist() for name in found.__struct_fields__}


changes = st.lists(
    st.one_of(
        st.tuples(
            st.just("shift"),
            st.sampled_from(QUERIES),
            st.dictionaries(
                st.sampled_from(KEYS), st.tuples(*[st.integers(0, 5)] * C), min_size=1, max_size=4
            ),
        ),
        st.tuples(
            st.just("replace"),
            st.sampled_from(QUERIES),
            st.dictionaries(
                st.sampled_from(KEYS), st.tuples(*[st.integers(0, 2)] * C), min_size=1, max_size=4
            ),
        ),
        st.tuples(
            st.just("classify"),
            st.sampled_from(KEYS),
            st.builds(Traits, st.integers(0, 2), st.integers(0, 2)),
        ),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(changes)
def test_sums_are_those_of_all_pairs_whatever_changes(steps: list[Any]) -> None:
    sums, plain = BehaviourSums(C), Plain()
    for key, traits in TRAITS.items():
        sums.classify(key, traits)
    for kind, about, what in steps:
        if kind == "classify":
            plain.traits[about] = what
            sums.classify(about, what)
            continue
        keys, rows = ints(*what), np.array(list(what.values()), np.int64)
        for key, row in what.items():
            for column, number in enumerate(row):
                if kind == "replace":
                    plain.pairs[about, key, column] = number
                else:
                    plain.pairs[about, key, column] += number
        (sums.shift if kind == "shift" else sums.replace)(about, keys, rows)

    for query in QUERIES:
        assert gathered(sums, plain, query) == plain.expected(query)
    held = {(q, k) for (q, k, _), number in plain.pairs.items() if number}
    assert sums.pairs == len(held)


@pytest.mark.parametrize("count", [200, 20_000])
def test_loading_all_at_once_is_like_adding_piece_by_piece(count: int) -> None:
    rng = np.random.default_rng(1)
    keys = np.arange(1, count + 1)
    numbers = rng.integers(0, 9, (count, C))
    groups = [Group(f"query {n // 50}", n, n + 50) for n in range(0, count, 50)]
    loaded, shifted = BehaviourSums(C), BehaviourSums(C)
    for sums in (loaded, shifted):
        for key in keys.tolist():
            sums.classify(key, Traits(1 + key % 70, 1 + key % 7))
    loaded.load(groups, keys, numbers, numbers[:, 0])
    for query, first, end in groups:
        shifted.shift(query, keys[first:end], numbers[first:end])

    some = rng.permutation(keys)[:100]
    brands, categories = (1 + some % 70).tolist(), (1 + some % 7).tolist()
    one = loaded.gather("query 1", some, brands, categories)
    other = shifted.gather("query 1", some, brands, categories)
    for name in one.__struct_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert loaded.pairs == shifted.pairs


def test_where_there_is_no_room_the_pairs_of_most_weight_are_held() -> None:
    sums = BehaviourSums(C, most_pairs=2)
    groups = [Group("kettle", 0, 2), Group("mug", 2, 3)]
    sums.load(groups, ints(1, 2, 1), np.array([[5, 1], [1, 1], [3, 1]]), ints(5, 1, 3))

    found = sums.gather("kettle", ints(1, 2), [0, 0], [0, 0])

    assert (sums.pairs, sums.full) == (2, True)
    assert found.query_item.tolist() == [[5, 1], [0, 0]]
    assert found.query.tolist() == [6, 2]
    assert found.item.tolist() == [[8, 2], [1, 1]]
    assert found.everything.tolist() == [9, 3]


def test_where_there_is_no_room_only_what_is_held_is_replaced() -> None:
    sums = BehaviourSums(C, most_pairs=1)
    groups = [Group("kettle", 0, 1), Group("mug", 1, 2)]
    sums.load(groups, ints(1, 1), np.array([[5, 1], [3, 1]]), ints(5, 3))

    sums.replace("kettle", ints(1, 2), np.array([[6, 1], [9, 9]]))
    sums.replace("mug", ints(1), np.array([[4, 1]]))

    assert sums.gather("kettle", ints(1), [0], [0]).query_item.tolist() == [[6, 1]]
    assert sums.gather("kettle", ints(1), [0], [0]).everything.tolist() == [9, 2]


def test_what_was_gathered_does_not_change_any_more() -> None:
    sums = BehaviourSums(C)
    sums.shift("kettle", ints(1), np.array([[1, 2]]))
    before = sums.gather("kettle", ints(1), [0], [0])

    sums.shift("kettle", ints(1), np.array([[1, 2]]))

    for name in ("everything", "query"):
        assert getattr(before, name).tolist() == [1, 2]
    for name in ("item", "query_item"):
        assert getattr(before, name).tolist() == [[1, 2]]
