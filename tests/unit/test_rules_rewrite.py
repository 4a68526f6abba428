"""What retrieval sees after the rules: filters, hidden items and must-include ids."""

from indexing.documents import ItemId
from indexing.filters import All, AnyOf, Not, Range
from indexing.queries import ExpandedQuery, SearchQuery
from rules.match import FiredRules
from rules.model import Boost, Bury, Hide, Instruction, Pin, Restrict, Rule, RuleId
from rules.rewrite import rewrite

KORI = AnyOf("brand", ("Kori",))
CHEAP = Range("price", lt=10.0)
STOCK = AnyOf("in_stock", (True,))


def ids(*names: str) -> tuple[ItemId, ...]:
    return tuple(ItemId(name) for name in names)


def rewritten(*rules: tuple[Instruction, ...], query: SearchQuery | None = None) -> ExpandedQuery:
    numbered = (Rule(id=RuleId(str(n)), name="", then=then) for n, then in enumerate(rules))
    fired = FiredRules(1, tuple(numbered))
    return rewrite(query or SearchQuery(text="lamp"), fired)


def test_query_stays_itself_without_rules() -> None:
    query = SearchQuery(text="  desk   Lamp ", filter=KORI)

    assert rewritten(query=query) == ExpandedQuery(text="desk Lamp", filter=KORI)


def test_boosts_and_buries_leave_retrieval_alone() -> None:
    assert rewritten((Boost(2, ids("1")), Bury(2, (), KORI))) == ExpandedQuery(text="lamp")


def test_filters_of_all_rules_join_the_shoppers_in_one_level() -> None:
    query = SearchQuery(text="lamp", filter=STOCK)

    expanded = rewritten((Restrict(KORI),), (Restrict(CHEAP),), query=query)

    assert expanded.filter == All((STOCK, KORI, CHEAP))


def test_hundreds_of_filters_do_not_nest_in_each_other() -> None:
    expanded = rewritten(*[(Restrict(CHEAP), Hide((), KORI))] * 500)

    assert isinstance(expanded.filter, All)
    assert len(expanded.filter.parts) == 1_000
    assert {type(part) for part in expanded.filter.parts} == {Range, Not}


def test_hiding_by_filter_takes_out_what_passes_it() -> None:
    assert rewritten((Hide((), KORI),)).filter == Not(KORI)


def test_hidden_ids_are_listed_once_in_the_order_of_the_rules() -> None:
    expanded = rewritten((Hide(ids("b", "a")),), (Hide(ids("c", "a")),))

    assert expanded.hidden == ids("b", "a", "c")
    assert expanded.effective_filter == Not(AnyOf("id", ("b", "a", "c")))


def test_pinned_items_must_be_included_once() -> None:
    expanded = rewritten((Pin(ItemId("b"), 3), Pin(ItemId("a"), 1)), (Pin(ItemId("b"), 1),))

    assert expanded.included == ids("b", "a")


def test_hiding_wins_over_pinning_whichever_rule_is_stronger() -> None:
    pin, hide = (Pin(ItemId("a"), 1), Pin(ItemId("b"), 2)), (Hide(ids("a")),)

    for expanded in (rewritten(pin, hide), rewritten(hide, pin)):
        assert expanded.included == ids("b")
        assert expanded.hidden == ids("a")
