"""Boost, bury and pin on scored candidates, for any scores and any rules."""

import math
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.documents import ItemId
from rules.arrange import Placed, Target, arrange
from rules.match import FiredRules, match
from rules.model import Boost, Bury, Condition, Instruction, Pin, QueryCondition, Rule, RuleId
from rules.ruleset import make_rule_set
from tests.factories import NOW

POOL = tuple(ItemId(name) for name in "abcdefgh")
A, B, C, D, E, F, G, H = POOL


def make_rule(*then: Instruction, rule_id: str = "r", priority: int = 0) -> Rule:
    return Rule(id=RuleId(rule_id), name=rule_id, priority=priority, then=then)


def arranged(
    scores: Sequence[float],
    rules: Sequence[Rule] = (),
    targets: Mapping[Target, frozenset[int]] | None = None,
) -> list[Placed]:
    """The first items of the pool under these scores, by the rules as a rule set orders them."""
    fired = match(make_rule_set(1, rules), "lamp", NOW)
    return arrange(POOL[: len(scores)], np.array(scores, np.float32), fired, targets or {})


def names(placed: Sequence[Placed]) -> str:
    return "".join(POOL[hit.candidate] for hit in placed)


def place(placed: Sequence[Placed], item: ItemId) -> int:
    return names(placed).index(item)


# Equal scores are as likely as others, since a model that knows little gives many.
scores = st.lists(
    st.one_of(
        st.sampled_from([0.0, -1.0, 1.5]),
        st.floats(-1e4, 1e4, width=32, allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=len(POOL),
)
items = st.sampled_from([*POOL, ItemId("gone")])
factors = st.floats(1.01, 1_000)
instructions = st.one_of(
    st.builds(Pin, items, st.integers(1, 12)),
    st.builds(Boost, factors, st.lists(items, min_size=1, max_size=3).map(tuple)),
    st.builds(Bury, factors, st.lists(items, min_size=1, max_size=3).map(tuple)),
)
rules = st.builds(
    Rule,
    id=st.text("xyz", min_size=1, max_size=3).map(RuleId),
    name=st.just(""),
    priority=st.integers(-1, 1),
    enabled=st.sampled_from([True, True, True, False]),
    stop=st.sampled_from([False, False, False, True]),
    when=st.sampled_from(
        [Condition(), Condition(QueryCondition(is_=("lamp",))), Condition(starts_at=NOW)]
    ),
    then=st.lists(instructions, min_size=1, max_size=3).map(tuple),
)
rule_lists = st.lists(rules, max_size=6, unique_by=lambda rule: rule.id)


@given(scores, rule_lists, st.randoms(use_true_random=False))
def test_outcome_is_the_same_under_any_storage_order(
    given_scores: list[float], stored: list[Rule], random: Random
) -> None:
    shuffled = list(stored)
    random.shuffle(shuffled)

    assert arranged(given_scores, shuffled) == arranged(given_scores, stored)


@given(scores, rule_lists)
def test_no_candidate_is_lost_or_doubled(given_scores: list[float], stored: list[Rule]) -> None:
    placed = arranged(given_scores, stored)

    assert sorted(hit.candidate for hit in placed) == list(range(len(given_scores)))


@given(scores)
def test_without_rules_the_order_is_that_of_the_scores_and_ties_keep_theirs(
    given_scores: list[float],
) -> None:
    placed = arranged(given_scores)

    held = np.array(given_scores, np.float32)
    assert [hit.candidate for hit in placed] == np.argsort(-held, kind="stable").tolist()
    assert {hit.placement for hit in placed} == {"organic"}
    assert all(hit.effects == () for hit in placed)


@given(scores, factors, st.data())
def test_boost_never_lowers_and_bury_never_raises_whatever_the_scores(
    given_scores: list[float], by: float, data: st.DataObject
) -> None:
    item = data.draw(st.sampled_from(POOL[: len(given_scores)]))
    before = place(arranged(given_scores), item)

    boosted = arranged(given_scores, [make_rule(Boost(by, (item,)))])
    buried = arranged(given_scores, [make_rule(Bury(by, (item,)))])

    assert place(boosted, item) <= before <= place(buried, item)
    assert names(boosted).replace(item, "") == names(buried).replace(item, "")
    assert boosted[place(boosted, item)].placement == "boosted"
    assert buried[place(buried, item)].placement == "buried"


@given(scores, st.tuples(factors, factors).map(sorted), st.data())
def test_larger_factor_never_does_less(
    given_scores: list[float], factors_given: list[float], data: st.DataObject
) -> None:
    less, more = factors_given
    item = data.draw(st.sampled_from(POOL[: len(given_scores)]))

    def place_under(instruction: Instruction) -> int:
        return place(arranged(given_scores, [make_rule(instruction)]), item)

    assert place_under(Boost(more, (item,))) <= place_under(Boost(less, (item,)))
    assert place_under(Bury(more, (item,))) >= place_under(Bury(less, (item,)))


@given(scores, rule_lists)
def test_pins_stand_where_they_should_by_a_plain_account_of_the_rule(
    given_scores: list[float], stored: list[Rule]
) -> None:
    placed = arranged(given_scores, stored)

    # Told again in words of slots: the strongest pin of each item takes its position or the next
    # free one; the rest fills the other slots by score; then the empty slots close up.
    held = POOL[: len(given_scores)]
    slots: dict[int, ItemId] = {}
    for rule in match(make_rule_set(1, stored), "lamp", NOW).rules:
        for instruction in rule.then:
            if not isinstance(instruction, Pin) or instruction.item_id not in held:
                continue
            if instruction.item_id in slots.values():
                continue
            position = instruction.position
            while position in slots:
                position += 1
            slots[position] = instruction.item_id
    order = [POOL[hit.candidate] for hit in placed]
    others = [name for name in order if name not in slots.values()]
    expected: list[ItemId] = []
    for position in range(1, max(slots, default=0) + len(others) + 1):
        if position in slots:
            expected.append(slots[position])
        elif others:
            expected.append(others.pop(0))
    assert order == expected
    assert {hit.candidate for hit in placed if hit.placement == "pinned"} == {
        POOL.index(name) for name in slots.values()
    }
    unpinned = [hit.score for hit in placed if hit.placement != "pinned"]
    assert unpinned == sorted(unpinned, reverse=True)


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([(D, 1)], "dabc"),
        ([(D, 2)], "adbc"),
        ([(A, 4)], "bcda"),
        ([(A, 3)], "bcad"),
        ([(D, 1), (A, 2)], "dabc"),
        ([(D, 2), (C, 1)], "cdab"),
        ([(A, 200)], "bcda"),
        ([(A, 200), (B, 100)], "cdba"),
        ([(D, 1), (C, 9)], "dabc"),
        ([(ItemId("gone"), 1)], "abcd"),
        ([(A, 1)], "abcd"),
        ([(D, 1), (C, 1), (B, 1)], "dcba"),
        ([(D, 1), (C, 1), (B, 2)], "dcba"),
        ([(D, 2), (C, 2)], "adcb"),
        ([(D, 1), (D, 3)], "dabc"),
    ],
    ids=str,
)
def test_pinned_item_stands_at_its_position(pins: list[tuple[ItemId, int]], expected: str) -> None:
    rule = make_rule(*(Pin(item, position) for item, position in pins))

    assert names(arranged([4, 3, 2, 1], [rule])) == expected


def test_two_pins_on_one_position_go_to_the_stronger_rule_and_the_other_next() -> None:
    weak = make_rule(Pin(C, 1), rule_id="a")
    strong = make_rule(Pin(D, 1), rule_id="z", priority=5)

    placed = arranged([4, 3, 2, 1], [weak, strong])

    assert names(placed) == "dcab"
    assert [effect.words for hit in placed[:2] for effect in hit.effects] == [
        "pinned to position 1",
        "pinned to position 2",
    ]
    assert [effect.rule for hit in placed[:2] for effect in hit.effects] == [strong, weak]


def test_displaced_pin_does_not_push_away_a_stronger_one() -> None:
    rules_given = [
        make_rule(Pin(D, 1), rule_id="1", priority=3),
        make_rule(Pin(C, 2), rule_id="2", priority=2),
        make_rule(Pin(B, 1), rule_id="3", priority=1),
    ]

    assert names(arranged([4, 3, 2, 1], rules_given)) == "dcba"


def test_trace_of_a_pin_behind_the_end_says_where_the_item_really_stands() -> None:
    placed = arranged([3, 2, 1], [make_rule(Pin(A, 200))])

    assert names(placed) == "bca"
    assert [effect.words for effect in placed[-1].effects] == ["pinned to position 3"]


def test_pinned_item_stays_first_after_boosts_and_keeps_its_score_shown() -> None:
    placed = arranged([4, 3, 2, 1], [make_rule(Boost(1_000, (B, C)), Pin(D, 1), Bury(4, (D,)))])

    assert names(placed) == "dbca"
    assert placed[0].placement == "pinned"
    assert placed[0].score == pytest.approx(1 - math.log(4))
    assert [effect.words for effect in placed[0].effects] == [
        "buried by 4",
        "pinned to position 1",
    ]


def test_boost_multiplies_the_odds() -> None:
    placed = arranged([0.5, 0.5, -2], [make_rule(Boost(2, (C,)))])

    moved = {POOL[hit.candidate]: hit.score for hit in placed}
    assert math.exp(moved[C]) / math.exp(moved[A]) == pytest.approx(2 * math.exp(-2.5))


def test_boosts_of_several_rules_add_up_and_each_is_told() -> None:
    first = make_rule(Boost(2, (B,)), rule_id="1")
    second = make_rule(Boost(3, (B, ItemId("gone"))), rule_id="2")

    placed = arranged([1, 0], [first, second])

    assert names(placed) == "ba"
    assert placed[0].score == pytest.approx(math.log(6))
    assert [(effect.rule.id, effect.words) for effect in placed[0].effects] == [
        ("1", "boosted by 2"),
        ("2", "boosted by 3"),
    ]


@given(st.floats(-100, 100, width=32), factors, factors)
def test_boost_and_bury_by_the_same_factor_leave_nothing_behind(
    score: float, one: float, other: float
) -> None:
    undone = make_rule(Boost(one, (A,)), Boost(other, (A,)), Bury(one, (A,)), Bury(other, (A,)))

    (hit,) = arranged([score], [undone])

    assert hit.placement == "organic"
    assert hit.score == score
    assert len(hit.effects) == 4


def test_boost_by_filter_moves_the_candidates_that_pass_it() -> None:
    fired = FiredRules(1, (make_rule(Pin(A, 1)), make_rule(Bury(100), Boost(100))))
    targets = {(1, 0): frozenset({1}), (1, 1): frozenset({3})}

    placed = arrange(POOL[:4], np.array([4, 3, 2, 1.5], np.float32), fired, targets)

    assert names(placed) == "adcb"
    assert [hit.placement for hit in placed] == ["pinned", "boosted", "organic", "buried"]


def test_item_named_twice_in_one_boost_is_moved_once() -> None:
    (hit,) = arranged([0], [make_rule(Boost(2, (A, A)))])

    assert hit.score == pytest.approx(math.log(2))
    assert len(hit.effects) == 1


def test_nothing_to_arrange_is_an_empty_list() -> None:
    assert arranged([], [make_rule(Pin(A, 1), Boost(2, (B,)))]) == []
