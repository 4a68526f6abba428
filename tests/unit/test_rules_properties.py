"""What holds for rules whatever they are, whatever is asked, and whatever is found."""

import math
from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.documents import ItemId
from indexing.filters import All, AnyOf, Either, Filter, Not, Range
from indexing.queries import SORT_FIELDS, SearchQuery, Sort
from rules.arrange import Arrangement, Placed
from rules.conditions import holds
from rules.diversify import diversify
from rules.errors import InvalidRules, Problem
from rules.instruction_parser import READERS
from rules.lookup import RuleLookup
from rules.match import FiredRules, match
from rules.model import (
    Arm,
    Banner,
    Boost,
    Bury,
    Condition,
    Data,
    Diversify,
    Hide,
    Instruction,
    Pin,
    QueryCondition,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    Rule,
    RuleId,
    SortBy,
    Synonym,
)
from rules.parse import parse_rules
from rules.rewrite import Rewritten, rewrite
from rules.ruleset import RuleSet
from rules.shelf import Shelf
from rules.situation import Situation
from tests.factories import NOW
from tests.rule_factories import POOL, arrange_by, fire, make_rule, make_shelf, names

# A vocabulary so small that rules and queries meet often: words that are plurals, typos and parts
# of each other, and some that hold a digit.
WORDS = [
    "lamp", "lamps", "lapm", "limp", "lens", "lenses", "headphone", "headphones", "haedphone",
    "bus", "buses", "usb-c", "tv", "tvs", "iphone15", "iphone16", "watch", "watches",
]  # fmt: skip
vocabulary = st.sampled_from(WORDS)
phrases = st.lists(vocabulary, min_size=1, max_size=2).map(" ".join)
alternatives = st.lists(phrases, max_size=2).map(tuple)
patterns = st.sampled_from(["lamp", "^lamp", "s$", "l.mp", "^$", "(tv|bus)s?", "head.*phone", "z"])
queries_said = st.builds(
    QueryCondition,
    is_=alternatives,
    starts_with=alternatives,
    ends_with=alternatives,
    contains=alternatives,
    matches=st.lists(patterns, max_size=2).map(tuple),
    plurals=st.booleans(),
    typos=st.booleans(),
)


def some(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


bounds = st.none() | st.sampled_from([1.0, 2.0, 3.0])
conditions_on_fields = st.one_of(
    st.builds(AnyOf, st.just("brand"), some("Kori", "Lumo", "Sito")),
    st.builds(
        AnyOf, st.just("categories"), some("Home", "Home > Lamps", "Lamps", "Home > Lamps > LED")
    ),
    st.builds(AnyOf, st.just("attributes.set"), some(1.0, True, "1")),
    st.builds(Range, st.just("price"), gt=bounds, gte=bounds, lt=bounds, lte=bounds),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    conditions_on_fields,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)
sorts = st.builds(Sort, st.sampled_from(sorted(SORT_FIELDS)), st.booleans())
sort_names = st.just("relevance") | sorts.map(str)
devices = some("phone", "tv", 1, 1.0, True)
moments = st.sampled_from([NOW.replace(year=year) for year in (2025, 2026, 2027)])
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "query": queries_said,
    "empty_query": st.booleans(),
    "filter": filters,
    "category": some("Home", "Lamps", "Home > Lamps", "LED"),
    "segments": some("vip", "new", "staff"),
    "locale": some("de", "de-at", "fr"),
    "sort": st.lists(sort_names, min_size=1, max_size=2).map(tuple),
    "context": st.dictionaries(st.sampled_from(["device", "store"]), devices, min_size=1),
    "starts_at": moments,
    "ends_at": moments,
    "experiment": st.builds(Arm, st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])),
}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """With few parts, so that many hold."""
    chosen = draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=2, unique=True))
    return Condition(**{part: draw(PARTS[part]) for part in chosen})


requests = st.builds(
    SearchQuery,
    text=st.lists(vocabulary, max_size=3).map(" ".join) | st.just("?!"),
    filter=st.none() | filters,
    sort=st.none() | sorts,
    per_page=st.integers(1, 5),
    segments=st.lists(st.sampled_from(["vip", "new"]), max_size=2).map(tuple),
    locale=st.sampled_from(["", "de", "de_AT", "DE-at-1996", "fr"]),
    context=st.dictionaries(
        st.sampled_from(["device", "store"]), st.sampled_from(["phone", "tv", 1, 2.0, True])
    ),
    experiments=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])),
)

items = st.sampled_from([*POOL, ItemId("gone")])
several = st.lists(items, min_size=1, max_size=3).map(tuple)
factors = st.floats(1.01, 1_000)
flags = st.booleans()
pins = st.one_of(
    st.builds(Pin, position=st.integers(1, 12), item_id=items, ignore_filters=flags,
              ignore_stock=flags),
    st.builds(Pin, position=st.integers(1, 12), group_id=st.sampled_from("pqrz"),
              ignore_filters=flags, ignore_stock=flags),
)  # fmt: skip
shifts = st.builds(Boost, factors, several) | st.builds(Bury, factors, several)
instructions: st.SearchStrategy[Instruction] = st.one_of(
    pins,
    shifts,
    st.builds(Hide, several),
    st.builds(Hide, st.just(()), filters),
    st.builds(Restrict, filters),
    st.builds(ReplaceQuery, phrases),
    st.builds(RemoveWords, st.lists(phrases, min_size=1, max_size=2).map(tuple)),
    st.builds(
        Synonym, st.lists(phrases, min_size=2, max_size=4, unique=True).map(tuple),
        st.sampled_from([0.25, 0.5, 1.0]), flags,
    ),
    st.builds(Redirect, st.sampled_from(["/a", "/b"])),
    st.builds(Banner, st.sampled_from(["one", "two"])),
    st.builds(Data, st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=1)),
    st.builds(SortBy, sorts),
    st.builds(Diversify, st.sampled_from(["brand", "group_id"]), st.integers(1, 3)),
)  # fmt: skip


def rules(
    when: st.SearchStrategy[Condition], then: st.SearchStrategy[Instruction]
) -> st.SearchStrategy[list[Rule]]:
    """Some rules with few ids and priorities, so that these are often equal."""
    one = st.builds(
        Rule,
        id=st.text("xyz", min_size=1, max_size=3).map(RuleId),
        name=st.just(""),
        priority=st.integers(-1, 1),
        enabled=st.sampled_from([True, True, True, False]),
        stop=st.sampled_from([False, False, False, True]),
        when=when,
        then=st.lists(then, min_size=1, max_size=3).map(tuple),
    )
    return st.lists(one, max_size=6, unique_by=lambda rule: rule.id)


any_rules = rules(conditions(), instructions)

# Equal scores are as likely as others, since a model that knows little gives many; and whatever
# else a column of 32-bit numbers may hold.
scores = st.one_of(
    st.sampled_from([0.0, -0.0, -1.0, 1.5, 1e-45, -1e-45, 3.4e38, -3.4e38]),
    st.floats(-10, 10, width=32),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
)


@st.composite
def shelves(draw: st.DrawFn, least: int = 0) -> Shelf:
    """With every column that any rule may read."""
    given_scores = draw(st.lists(scores, min_size=least, max_size=len(POOL)))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        n = len(given_scores)
        return draw(st.lists(values, min_size=n, max_size=n))

    return make_shelf(
        given_scores,
        group_ids=column(st.sampled_from("pqr")),
        in_stock=column(st.sampled_from([True, True, False])),
        brought=column(st.sampled_from([False, False, False, True])),
        sort_values=column(st.sampled_from([math.nan, 0.0, 1.0, 2.5])),
        relevant=column(st.booleans()),
        variety={
            "brand": column(st.sampled_from(["", "Kori", "Lumo"])),
            "group_id": column(st.sampled_from("pqr")),
        },
    )


def outcome(
    stored: Sequence[Rule], query: SearchQuery, shelf: Shelf
) -> tuple[FiredRules, Rewritten, Arrangement]:
    fired = match(RuleSet(1, stored), query, NOW)
    return fired, rewrite(query, fired), arrange_by(shelf, *stored, query=query)


@settings(deadline=None)
@given(st.data(), any_rules, requests, shelves())
def test_outcome_is_the_same_under_any_storage_order(
    data: st.DataObject, stored: list[Rule], query: SearchQuery, shelf: Shelf
) -> None:
    shuffled = data.draw(st.permutations(stored))

    assert outcome(shuffled, query, shelf) == outcome(stored, query, shelf)


@settings(deadline=None, max_examples=500)
@given(st.lists(conditions(), max_size=8), requests)
def test_lookup_never_misses_a_rule_that_holds(
    given_conditions: list[Condition], query: SearchQuery
) -> None:
    stored = [make_rule(when=when) for when in given_conditions]
    situation = Situation(query, NOW)

    looked_at = RuleLookup(stored).may_hold(situation)

    holding = {n for n, when in enumerate(given_conditions) if holds(when, situation)}
    assert holding <= set(looked_at)
    assert looked_at == sorted(set(looked_at))
    assert set(looked_at) <= set(range(len(stored)))


spelt = st.text("aeinrst", min_size=3, max_size=10)


@st.composite
def misspelt(draw: st.DrawFn) -> tuple[str, str]:
    """A word, and the same with up to three slips of the finger and perhaps a plural's ending."""
    word = draw(spelt)
    typed = list(word)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(typed)))
        slip = draw(st.sampled_from(["insert", "leave out", "change", "swap"]))
        if slip == "insert":
            typed.insert(at, draw(st.sampled_from("aeinrst")))
        elif at < len(typed) and slip == "change":
            typed[at] = draw(st.sampled_from("aeinrst"))
        elif at < len(typed) and slip == "leave out" and len(typed) > 1:
            del typed[at]
        elif at + 1 < len(typed):
            typed[at], typed[at + 1] = typed[at + 1], typed[at]
    return word, "".join(typed) + draw(st.sampled_from(["", "s", "es"]))


@settings(deadline=None, max_examples=500)
@given(st.lists(misspelt(), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_lookup_never_misses_a_misspelt_word(
    pairs: list[tuple[str, str]], plurals: bool, typos: bool
) -> None:
    stored = [
        make_rule(
            when=Condition(query=QueryCondition(contains=(word,), plurals=plurals, typos=typos))
        )
        for word, _ in pairs
    ]
    lookup = RuleLookup(stored)

    for _, typed in pairs:
        situation = Situation(SearchQuery(text=typed), NOW)
        holding = {n for n, rule in enumerate(stored) if holds(rule.when, situation)}
        assert holding <= set(lookup.may_hold(situation))


@settings(deadline=None)
@given(rules(conditions(), st.just(Banner("b"))), requests)
def test_fired_and_suppressed_rules_are_those_that_hold_strongest_first(
    stored: list[Rule], query: SearchQuery
) -> None:
    fired = match(RuleSet(1, stored), query, NOW)

    situation = Situation(query, NOW)
    holding = [rule for rule in RuleSet(1, stored).rules if holds(rule.when, situation)]
    assert [*fired.rules, *(entry.rule for entry in fired.suppressed)] == holding
    assert not any(rule.stop for rule in fired.rules[:-1])
    assert bool(fired.suppressed) <= fired.rules[-1].stop if fired.rules else True


def placed_once(arrangement: Arrangement, shelf: Shelf) -> bool:
    """Every candidate stands there once, but for those that a pin had brought in for nothing."""
    there = [hit.candidate for hit in arrangement.placed]
    needed = {n for n in range(len(shelf)) if not shelf.brought[n]}
    return len(there) == len(set(there)) and needed <= set(there) <= set(range(len(shelf)))


@settings(deadline=None)
@given(any_rules, requests, shelves())
def test_no_candidate_is_lost_or_doubled_whatever_the_rules(
    stored: list[Rule], query: SearchQuery, shelf: Shelf
) -> None:
    arrangement = arrange_by(shelf, *stored, query=query)

    assert placed_once(arrangement, shelf)
    assert all(
        hit.placement == "pinned" for hit in arrangement.placed if shelf.brought[hit.candidate]
    )


@given(shelves(), st.booleans(), st.lists(pins, max_size=6), st.integers(1, 9))
def test_pages_of_any_size_show_the_pinned_list_without_gaps_or_repeats(
    shelf: Shelf, sorts_too: bool, wanted: list[Pin], per_page: int
) -> None:
    then: list[Instruction] = [*wanted]
    if sorts_too:
        then.append(SortBy(Sort("price", descending=False)))
    rule = make_rule(*then)

    def pages(size: int) -> list[Placed]:
        query = SearchQuery(text="lamp", per_page=size)
        placed = arrange_by(shelf, rule, query=query).placed
        cut = [placed[first : first + size] for first in range(0, len(placed), size)]
        return [hit for page in cut for hit in page]

    assert pages(per_page) == pages(100)
    assert placed_once(arrange_by(shelf, rule), shelf)


@given(shelves())
def test_without_rules_the_order_is_that_of_the_scores_and_ties_keep_theirs(shelf: Shelf) -> None:
    placed = arrange_by(shelf).placed

    found = [n for n in range(len(shelf)) if not shelf.brought[n]]
    assert [hit.candidate for hit in placed] == sorted(found, key=lambda n: -shelf.scores[n])
    assert {hit.placement for hit in placed} <= {"organic"}
    assert all(hit.effects == () for hit in placed)


def place(arrangement: Arrangement, item: ItemId) -> int:
    return names(arrangement).index(item)


def plain(given_scores: list[float]) -> Shelf:
    """Without a group, a sort or anything else that moves items."""
    return make_shelf(given_scores)


some_scores = st.lists(scores, min_size=1, max_size=len(POOL))


@given(some_scores, factors, st.data(), st.lists(shifts, max_size=3))
def test_boost_never_lowers_and_bury_never_raises_whatever_the_scores(
    given_scores: list[float], by: float, data: st.DataObject, others: list[Instruction]
) -> None:
    item = data.draw(st.sampled_from(POOL[: len(given_scores)]))
    shelf = plain(given_scores)

    before = arrange_by(shelf, make_rule(*others))
    boosted = arrange_by(shelf, make_rule(*others, Boost(by, (item,))))
    buried = arrange_by(shelf, make_rule(*others, Bury(by, (item,))))

    assert place(boosted, item) <= place(before, item) <= place(buried, item)
    # And the others stand to each other as before.
    others_before = names(before).replace(item, "")
    assert names(boosted).replace(item, "") == others_before
    assert names(buried).replace(item, "") == others_before


@given(some_scores, factors, st.data())
def test_boosted_and_buried_items_are_named_so(
    given_scores: list[float], by: float, data: st.DataObject
) -> None:
    item = data.draw(st.sampled_from(POOL[: len(given_scores)]))
    boosted = arrange_by(plain(given_scores), make_rule(Boost(by, (item,))))
    buried = arrange_by(plain(given_scores), make_rule(Bury(by, (item,))))

    assert boosted.placed[place(boosted, item)].placement == "boosted"
    assert buried.placed[place(buried, item)].placement == "buried"


@given(some_scores, factors, st.data())
def test_boost_of_several_items_lowers_none_of_them_against_any_other(
    given_scores: list[float], by: float, data: st.DataObject
) -> None:
    pool = POOL[: len(given_scores)]
    chosen = data.draw(st.lists(st.sampled_from(pool), min_size=1, unique=True).map(tuple))
    shelf = plain(given_scores)
    before = names(arrange_by(shelf))

    boosted = names(arrange_by(shelf, make_rule(Boost(by, chosen))))
    buried = names(arrange_by(shelf, make_rule(Bury(by, chosen))))

    for item in chosen:
        for other in set(pool) - set(chosen):
            if before.index(item) < before.index(other):
                assert boosted.index(item) < boosted.index(other)
            else:
                assert buried.index(item) > buried.index(other)


@given(some_scores, st.tuples(factors, factors).map(sorted), st.data())
def test_larger_factor_never_does_less(
    given_scores: list[float], two: list[float], data: st.DataObject
) -> None:
    less, more = two
    item = data.draw(st.sampled_from(POOL[: len(given_scores)]))

    def place_under(instruction: Instruction) -> int:
        return place(arrange_by(plain(given_scores), make_rule(instruction)), item)

    assert place_under(Boost(more, (item,))) <= place_under(Boost(less, (item,)))
    assert place_under(Bury(more, (item,))) >= place_under(Bury(less, (item,)))


@given(shelves(), rules(st.just(Condition()), pins))
def test_pins_stand_where_they_should_by_a_plain_account_of_the_contract(
    shelf: Shelf, stored: list[Rule]
) -> None:
    arrangement = arrange_by(shelf, *stored)

    # Told again in words of slots: each pin, the strongest first, takes its position or the next
    # free one, unless its group has one already. Then the free slots are filled by score, those
    # whose pin has nothing to show are left out, and behind the last item the list closes up.
    slots: dict[int, int | None] = {}
    groups: set[str] = set()
    for pin in (pin for rule in fire(*stored).rules for pin in rule.then if isinstance(pin, Pin)):
        named = [
            n
            for n in range(len(shelf))
            if shelf.item_ids[n] == pin.item_id or shelf.group_ids[n] == pin.group_id
        ]
        able = [n for n in named if shelf.in_stock[n]] or (named if pin.ignore_stock else [])
        best = max(able, key=lambda n: shelf.scores[n], default=None)
        if best is not None and shelf.group_ids[best] in groups:
            continue
        slots[next(free for free in count(pin.position) if free not in slots)] = best
        groups |= set() if best is None else {shelf.group_ids[best]}
    pinned = {n for n in slots.values() if n is not None}
    found = [n for n in range(len(shelf)) if n not in pinned and not shelf.brought[n]]
    others = iter(sorted(found, key=lambda n: -shelf.scores[n]))
    filled = [
        slots[position] if position in slots else next(others, None)
        for position in range(1, max(slots, default=0) + len(shelf) + 1)
    ]
    assert [hit.candidate for hit in arrangement.placed] == [n for n in filled if n is not None]
    assert {hit.candidate for hit in arrangement.placed if hit.placement == "pinned"} == pinned


@given(
    st.lists(st.sampled_from(["", "x", "y", "z"]), max_size=12),
    st.data(),
    st.integers(1, 4),
    st.integers(1, 6),
)
def test_variety_is_a_new_order_that_keeps_fixed_places_and_gives_way_only_where_it_must(
    values: list[str], data: st.DataObject, most: int, per_page: int
) -> None:
    order = data.draw(st.permutations(range(len(values))))
    fixed = frozenset(data.draw(st.lists(st.sampled_from(order), unique=True)) if order else [])

    arranged = diversify(order, fixed, values, most, per_page)

    assert sorted(arranged) == sorted(order)
    assert [n for n in arranged if n in fixed] == [n for n in order if n in fixed]
    assert all(arranged[place] == n for place, n in enumerate(order) if n in fixed)
    for first in range(0, len(order), per_page):
        page = [values[n] for n in arranged[first : first + per_page]]
        later = [n for n in arranged[first + per_page :] if n not in fixed]
        moved = [n for n in arranged[first : first + per_page] if n not in fixed]
        if any(values[n] and page.count(values[n]) > most for n in moved):
            assert all(values[n] and page.count(values[n]) >= most for n in later)


@given(st.lists(st.sampled_from(["", "x", "y"]), max_size=10), st.integers(1, 4), st.integers(1, 6))
def test_variety_keeps_the_order_among_items_of_one_value(
    values: list[str], most: int, per_page: int
) -> None:
    arranged = diversify(range(len(values)), frozenset(), values, most, per_page)

    for value in set(values):
        alike = [n for n in arranged if values[n] == value]
        assert alike == sorted(alike)


texts = st.text(max_size=8) | st.text(st.characters(codec=None), max_size=3)
SEEN = [
    "id", "name", "priority", "enabled", "when", "then", "stop", "owner", "note", "query", "is",
    "starts_with", "ends_with", "contains", "matches", "plurals", "typos", "filter", "category",
    "segments", "locale", "sort", "context", "starts_at", "ends_at", "experiment", "key", "arm",
    "empty_query", "item_id", "item_ids", "group_id", "position", "by", "terms", "weight",
    "one_way", "title", "text", "image_url", "url", "field", "any_of", "all", "any", "not", "gt",
    "lte", "max_per_page", "rules", *READERS,
]  # fmt: skip
keys = st.sampled_from(SEEN) | texts
values_of_json: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.sampled_from(
        ["price", "brand", "attributes.x", "2026-11-27T00:00:00+01:00", "0001-01-01T00:00:00+14:00",
         "relevance", "(", "(?=a)", "/a", "\ud800", "\x00", 10**400, 2**64, -0.0]
    ),
)  # fmt: skip
query_keys = st.sampled_from(["is", "starts_with", "contains", "matches", "plurals", "typos"])
json_like = st.recursive(
    values_of_json,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
shaped = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("r") | values_of_json,
        "priority": json_like,
        "when": st.fixed_dictionaries(
            {},
            optional={
                "query": st.dictionaries(query_keys, json_like, max_size=3),
                "filter": json_like,
                "context": json_like,
                "segments": json_like,
                "sort": json_like,
                "starts_at": values_of_json,
                "ends_at": values_of_json,
                "experiment": json_like,
            },
        )
        | json_like,
        "then": st.lists(
            st.dictionaries(st.sampled_from(sorted(READERS)), json_like, min_size=1, max_size=1),
            max_size=3,
        )
        | json_like,
        "note": values_of_json,
    },
)


def problems_of(raw: object) -> tuple[Problem, ...]:
    try:
        parse_rules(raw)
    except InvalidRules as error:
        return error.problems
    return ()


@settings(deadline=None, max_examples=500)
@given(json_like | st.lists(shaped | json_like, max_size=3))
def test_reading_rules_raises_nothing_but_invalid_rules(raw: Any) -> None:
    found = problems_of(raw)

    assert all(problem.path.startswith("$") and problem.reason for problem in found)
    assert len(set(found)) == len(found)
