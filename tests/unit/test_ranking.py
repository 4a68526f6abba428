"""Which of the rules that fired for a ranking acted on it."""

from app.search.ranking import Ranking
from indexing.documents import ItemId
from indexing.queries import SearchQuery
from rules.arrange import arrange
from rules.model import Banner, Pin, Redirect, Rule, Synonym
from rules.rewrite import rewrite
from tests.rule_factories import LAMP, fire, make_rule, make_shelf

GONE = Pin(item_id=ItemId("gone"), position=1)


def acted(*rules: Rule, query: SearchQuery = LAMP) -> list[str]:
    fired = fire(*rules, query=query)
    rewritten = rewrite(query, fired)
    arrangement = arrange(make_shelf([1, 0]), fired, rewritten, {}, query.per_page)
    return [rule.id for rule in Ranking(fired, rewritten, arrangement=arrangement).acted]


def test_rule_of_which_every_instruction_is_suppressed_did_not_act() -> None:
    assert acted(make_rule(GONE)) == []
    assert acted(make_rule(GONE, Synonym(("sofa", "couch")))) == []


def test_rule_of_which_one_instruction_acts_did() -> None:
    assert acted(make_rule(GONE, Banner("Lamps"))) == ["r"]
    assert acted(make_rule(Synonym(("lamp", "light")))) == ["r"]


def test_rule_that_gives_way_to_a_stronger_one_did_not_act() -> None:
    strong = make_rule(Redirect("/a"), rule_id="a", priority=1)

    assert acted(strong, make_rule(Redirect("/b"), rule_id="b")) == ["a"]


def test_rules_that_acted_come_strongest_first() -> None:
    rules = [make_rule(Banner(name), rule_id=name, priority=n) for n, name in enumerate("abc")]

    assert acted(*rules, make_rule(GONE, priority=9)) == ["c", "b", "a"]


def test_rule_behind_one_that_stops_did_not_act() -> None:
    stop = make_rule(Banner("Stop"), rule_id="stop", priority=1, stop=True)

    assert acted(stop, make_rule(Banner("Below"), rule_id="below")) == ["stop"]
