"""The sample queries and their graded judgments."""

from collections import Counter, defaultdict

import pytest

from app.sample.catalogue import Item, generate_items, type_of
from app.sample.judgments import SampleJudgment, generate_judgments, grade_item
from app.sample.queries import generate_queries
from app.sample.query import SampleQuery


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return generate_items()


@pytest.fixture(scope="module")
def judgments(items: list[Item]) -> list[SampleJudgment]:
    return generate_judgments(items)


def _some_item(items: list[Item], key: str, **attributes: object) -> Item:
    for item in items:
        held = item["attributes"]
        assert isinstance(held, dict)
        if type_of(item) == key and attributes.items() <= held.items():
            return item
    raise LookupError(key)


def test_there_are_hundreds_of_queries_each_asked_once(items: list[Item]) -> None:
    texts = [query.text for query in generate_queries(items)]

    assert len(texts) >= 250
    assert len(set(texts)) == len(texts)


def test_every_query_is_judged_and_has_a_best_answer(
    items: list[Item], judgments: list[SampleJudgment]
) -> None:
    best = {one.query for one in judgments if one.grade == 3}

    assert best == {query.text for query in generate_queries(items)}


def test_each_query_has_twenty_to_sixty_judgments(judgments: list[SampleJudgment]) -> None:
    counts = Counter(one.query for one in judgments)

    assert all(20 <= count <= 60 for count in counts.values())


def test_no_item_is_judged_twice_for_a_query(judgments: list[SampleJudgment]) -> None:
    pairs = {(one.query, one.item_id) for one in judgments}

    assert len(pairs) == len(judgments)


def test_judgments_name_items_of_the_shop_and_grades_from_0_to_3(
    items: list[Item], judgments: list[SampleJudgment]
) -> None:
    assert {one.item_id for one in judgments} <= {str(item["id"]) for item in items}
    assert {one.grade for one in judgments} == {0, 1, 2, 3}


def test_sampled_grades_agree_with_grading_an_item_alone(
    items: list[Item], judgments: list[SampleJudgment]
) -> None:
    by_id = {str(item["id"]): item for item in items}
    by_text = {query.text: query for query in generate_queries(items)}

    for one in judgments[::7]:
        assert grade_item(by_text[one.query], by_id[one.item_id]) == one.grade


def test_the_thing_itself_is_graded_above_what_goes_with_it(items: list[Item]) -> None:
    query = SampleQuery("phone", ("smartphone",))

    assert grade_item(query, _some_item(items, "smartphone")) == 3
    assert grade_item(query, _some_item(items, "phone-case")) == 1
    assert grade_item(query, _some_item(items, "sofa")) == 0


def test_one_missed_wish_costs_one_grade(items: list[Item]) -> None:
    query = SampleQuery("2 tb ssd", ("external-ssd",), wants=(("capacity_tb", 2),))

    assert grade_item(query, _some_item(items, "external-ssd", capacity_tb=2)) == 3
    assert grade_item(query, _some_item(items, "external-ssd", capacity_tb=1)) == 2


def test_a_word_of_two_meanings_accepts_both(items: list[Item]) -> None:
    query = next(one for one in generate_queries(items) if one.text == "notebook")

    assert grade_item(query, _some_item(items, "laptop")) == 3
    assert grade_item(query, _some_item(items, "notebook")) == 3


def test_a_brand_query_wants_only_that_brand(judgments: list[SampleJudgment]) -> None:
    grades: dict[str, set[int]] = defaultdict(set)
    for one in judgments:
        grades[one.query].add(one.grade)

    assert grades["ostberg"] == {0, 3}
