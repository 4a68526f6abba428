"""What becomes of a request before retrieval: its words, its filters, hidden and must-include
items, its order, and what the answer gets besides hits."""

from typing import Any

from indexing.documents import ItemId
from indexing.filters import All, AnyOf, Either, Filter, Not, Range
from indexing.queries import ExpandedQuery, SearchQuery, Sort, Variant
from rules.match import FiredRules
from rules.model import (
    Banner,
    Boost,
    Bury,
    Data,
    Diversify,
    Hide,
    Instruction,
    Pin,
    Redirect,
    RemoveWords,
    ReplaceQuery,
    Restrict,
    SortBy,
    Synonym,
)
from rules.rewrite import Rewritten, rewrite
from tests.rule_factories import LAMP, make_rule

KORI = AnyOf("brand", ("Kori",))
CHEAP = Range("price", lt=10.0)
STOCK = AnyOf("in_stock", (True,))
PRICE, RATING = Sort("price", descending=False), Sort("rating", descending=True)


def ids(*names: str) -> tuple[ItemId, ...]:
    return tuple(ItemId(name) for name in names)


def pin(item_id: str, position: int = 1, **fields: Any) -> Pin:
    return Pin(item_id=ItemId(item_id), position=position, **fields)


def rewritten(*rules: tuple[Instruction, ...], query: SearchQuery = LAMP) -> Rewritten:
    """By rules `0`, `1`, … of which the first is the strongest."""
    numbered = (make_rule(*then, rule_id=str(n)) for n, then in enumerate(rules))
    return rewrite(query, FiredRules(1, tuple(numbered)))


def expanded(*rules: tuple[Instruction, ...], query: SearchQuery = LAMP) -> ExpandedQuery:
    return rewritten(*rules, query=query).expanded


def text_of(query: str, *instructions: Instruction) -> str:
    return expanded(instructions, query=SearchQuery(text=query)).text


def told(outcome: Rewritten) -> list[tuple[str, str, str]]:
    return [(entry.rule.id, entry.place, entry.reason) for entry in outcome.suppressed]


def test_query_stays_itself_without_rules() -> None:
    query = SearchQuery(text="  desk   Lamp ", filter=KORI)

    assert rewritten(query=query) == Rewritten(
        expanded=ExpandedQuery(text="desk Lamp", filter=KORI)
    )


def test_instructions_on_the_order_of_results_leave_retrieval_alone() -> None:
    then = (Boost(2, ids("1")), Bury(2, (), KORI), Diversify("brand", 1))

    assert rewritten(then) == Rewritten(expanded=ExpandedQuery(text="lamp"))


def test_filters_of_all_rules_join_the_shoppers_in_one_level() -> None:
    query = SearchQuery(text="lamp", filter=STOCK)

    assert expanded((Restrict(KORI),), (Restrict(CHEAP),), query=query).filter == All(
        (STOCK, KORI, CHEAP)
    )


def test_hundreds_of_filters_do_not_nest_in_each_other() -> None:
    found = expanded(*[(Restrict(CHEAP), Hide((), KORI))] * 500)

    assert isinstance(found.filter, All)
    assert len(found.filter.parts) == 500
    assert {type(part) for part in found.filter.parts} == {Range}
    assert isinstance(found.hidden, Either)
    assert len(found.hidden.parts) == 500
    assert {type(part) for part in found.hidden.parts} == {AnyOf}


def test_hiding_by_filter_takes_out_what_passes_it() -> None:
    found = expanded((Hide((), KORI),))

    assert found.hidden == KORI
    assert found.effective_filter == Not(KORI)


def test_hidden_ids_are_listed_once_in_the_order_of_the_rules() -> None:
    found = expanded((Hide(ids("b", "a")),), (Hide(ids("c", "a")),))

    assert found.hidden == AnyOf("id", ("b", "a", "c"))
    assert found.effective_filter == Not(AnyOf("id", ("b", "a", "c")))


def test_what_is_hidden_by_id_and_by_filter_is_hidden_either_way() -> None:
    found = expanded((Hide((), KORI), Hide(ids("a"))))

    assert found.hidden == Either((AnyOf("id", ("a",)), KORI))


def test_pinned_items_must_be_included_once() -> None:
    found = expanded((pin("b", 3), pin("a", 1)), (pin("b", 1),))

    assert found.included == AnyOf("id", ("b", "a"))
    assert found.forced is None


def test_pinned_groups_are_included_whole_beside_the_items() -> None:
    groups = (Pin(group_id="g", position=1), Pin(group_id="h", position=2))

    assert expanded(groups).included == AnyOf("group_id", ("g", "h"))
    assert expanded((*groups, pin("a"))).included == Either(
        (AnyOf("id", ("a",)), AnyOf("group_id", ("g", "h")))
    )


def test_items_pinned_regardless_of_filters_are_forced() -> None:
    found = expanded(
        (pin("a"), pin("b", ignore_filters=True)),
        (Pin(group_id="g", position=1, ignore_filters=True), pin("c", ignore_stock=True)),
        query=SearchQuery(text="lamp", filter=STOCK),
    )

    assert found.included == AnyOf("id", ("a", "c"))
    assert found.forced == Either((AnyOf("id", ("b",)), AnyOf("group_id", ("g",))))
    assert found.included_filters == (All((AnyOf("id", ("a", "c")), STOCK)), found.forced)


def test_hiding_wins_over_pinning_whichever_rule_is_stronger() -> None:
    pins = (pin("a", 1, ignore_filters=True), pin("b", 2))
    hide = (Hide(ids("a", "b")),)
    shown: Filter = Not(AnyOf("id", ("a", "b")))

    for found in (expanded(pins, hide), expanded(hide, pins)):
        assert found.hidden == AnyOf("id", ("a", "b"))
        assert found.included_filters == (
            All((AnyOf("id", ("b",)), shown)),
            All((AnyOf("id", ("a",)), shown)),
        )


def test_pins_bring_nothing_in_where_the_shopper_sorts() -> None:
    then = (pin("a"), pin("b", ignore_filters=True))

    found = rewritten(then, query=SearchQuery(text="lamp", sort=PRICE))

    assert not found.pins_hold
    assert found.expanded.included_filters == ()


def test_strongest_replacement_is_searched_for_and_the_others_are_told_of() -> None:
    found = rewritten(
        (ReplaceQuery("Note book"), ReplaceQuery("pad")), (Boost(2), ReplaceQuery("tablet"))
    )

    assert found.expanded.text == "Note book"
    assert told(found) == [
        ("0", "then[1].replace_query", "an earlier instruction of the same kind acts"),
        ("1", "then[1].replace_query", "rule 0 is stronger"),
    ]


def test_words_are_removed_whole_wherever_they_stand() -> None:
    assert text_of("Cheap  DESK lamp, cheap!", RemoveWords(("cheap",))) == "desk lamp"
    assert text_of("cheaper lamp", RemoveWords(("cheap",))) == "cheaper lamp"
    assert text_of("lamp on sale", RemoveWords(("on sale", "lamp"))) == ""
    assert text_of("sale on lamp", RemoveWords(("on sale",))) == "sale on lamp"
    assert text_of("lamp lamp lamp lamp", RemoveWords(("lamp",))) == ""


def test_longest_phrase_is_removed_first_whichever_rule_has_it() -> None:
    assert text_of("big sale lamp", RemoveWords(("sale",)), RemoveWords(("big sale",))) == "lamp"


def test_query_without_any_of_the_words_stays_as_the_shopper_wrote_it() -> None:
    assert text_of(" Desk  LAMP!", RemoveWords(("cheap",))) == "Desk LAMP!"


def test_removal_that_finds_none_of_its_words_is_told() -> None:
    then = (RemoveWords(("cheap",)), RemoveWords(("on sale", "lamp")))

    found = rewritten(then, query=SearchQuery(text="Desk LAMP"))

    assert found.expanded.text == "desk"
    assert told(found) == [("0", "then[0].remove_words", "none of its words is in the query")]


def test_removal_is_looked_for_in_the_replacement() -> None:
    found = rewritten(
        (RemoveWords(("cheap",)),), (ReplaceQuery("lamp"),), query=SearchQuery(text="cheap")
    )

    assert found.expanded.text == "lamp"
    assert [entry[0] for entry in told(found)] == ["0"]


def test_words_are_removed_from_the_replacement_too() -> None:
    assert text_of("x", RemoveWords(("cheap",)), ReplaceQuery("Cheap lamp")) == "lamp"


def test_synonyms_see_the_query_after_replacement_and_removal() -> None:
    found = expanded(
        (Synonym(("pc", "computer")), Synonym(("notebook", "laptop"))),
        (RemoveWords(("cheap",)), ReplaceQuery("cheap notebook")),
        query=SearchQuery(text="cheap pc"),
    )

    assert found.text == "notebook"
    assert found.variants == (Variant("laptop", 1.0),)


def test_strongest_redirect_is_the_answer() -> None:
    found = rewritten((Redirect("/a"),), (Redirect("/b"),))

    assert found.redirect == "/a"
    assert told(found) == [("1", "then[0].redirect", "rule 0 is stronger")]


def test_banners_and_data_of_all_rules_come_strongest_first() -> None:
    found = rewritten(
        (Data({"n": 1}), Banner("one")), (Banner("two"), Banner("three")), (Data({"n": 1}),)
    )

    assert found.banners == (Banner("one"), Banner("two"), Banner("three"))
    assert found.data == ({"n": 1}, {"n": 1})
    assert told(found) == []


def test_rule_sorts_where_the_shopper_does_not_and_the_strongest_does() -> None:
    found = rewritten((SortBy(RATING),), (SortBy(PRICE),))

    assert found.sort == RATING
    assert found.pins_hold
    assert told(found) == [("1", "then[0].sort", "rule 0 is stronger")]


def test_shoppers_own_order_wins_over_every_rules() -> None:
    query = SearchQuery(text="lamp", sort=PRICE)

    found = rewritten((SortBy(RATING),), (pin("a"), SortBy(PRICE)), query=query)

    assert found.sort == PRICE
    assert told(found) == [
        ("0", "then[0].sort", "the shopper sorts"),
        ("1", "then[1].sort", "the shopper sorts"),
    ]
