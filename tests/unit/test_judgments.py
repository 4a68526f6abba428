"""Judgment files: what is read, and one clear line for what is not."""

from pathlib import Path

import pytest

from ranking.errors import InvalidJudgments
from ranking.judgments import Judgments, read_judgments


def read(folder: Path, content: str | bytes) -> Judgments:
    path = folder / "judgments.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_judgments(path)


def test_grades_are_kept_by_query_and_item_in_the_order_of_the_file(tmp_path: Path) -> None:
    judgments = read(tmp_path, "query,item_id,grade\nlamp,7,3\nchair,8,0\nlamp,5,1\n")

    assert judgments.by_query == {"lamp": {"7": 3, "5": 1}, "chair": {"8": 0}}
    assert list(judgments.by_query) == ["lamp", "chair"]


@pytest.mark.parametrize(
    "header",
    [
        "query,item_id,grade",
        "Query, Product_ID ,RATING",
        "query,doc_id,relevance",
        "\ufeffquery,docid,grade",
    ],
)
def test_columns_go_by_the_names_that_are_common(tmp_path: Path, header: str) -> None:
    assert read(tmp_path, f"{header}\nlamp,7,2\n").by_query == {"lamp": {"7": 2}}


def test_columns_may_stand_anywhere_among_others(tmp_path: Path) -> None:
    judgments = read(tmp_path, "judge,grade,query,item_id\nAda,2.0,lamp,7\n")

    assert judgments.by_query == {"lamp": {"7": 2}}


def test_later_judgment_of_a_pair_counts(tmp_path: Path) -> None:
    judgments = read(tmp_path, "query,item_id,grade\nlamp,7,3\n lamp ,7 ,0\n")

    assert judgments.by_query == {"lamp": {"7": 0}}


def test_blanks_in_a_query_are_one(tmp_path: Path) -> None:
    judgments = read(tmp_path, 'query,item_id,grade\n"desk,  lamp ",7,3\n')

    assert list(judgments.by_query) == ["desk, lamp"]


def test_query_without_a_relevant_item_says_nothing_of_an_order(tmp_path: Path) -> None:
    judgments = read(tmp_path, "query,item_id,grade\nlamp,7,0\nchair,8,0\nchair,9,1\n")

    assert judgments.answerable == ("chair",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the header needs a column query"),
        ("text,item_id,grade\nlamp,7,1\n", "the header needs a column query"),
        ("query,sku,grade\nlamp,7,1\n", "needs a column item_id or product_id or doc_id or docid"),
        ("query,item_id\nlamp,7\n", "the header needs a column grade or rating or relevance"),
        ("query,item_id,grade\n", "holds no judgments"),
        ("query,item_id,grade\nlamp,7,1\n,8,1\n", ":3: query or item is missing"),
        ("query,item_id,grade\nlamp,,1\n", ":2: query or item is missing"),
        ("query,item_id,grade\nlamp\n", ":2: query or item is missing"),
        ("query,item_id,grade\nlamp,7\n", ":2: a grade is a whole number from 0 to 3, got None"),
        ("query,item_id,grade\nlamp,7,\n", ":2: a grade is a whole number from 0 to 3, got ''"),
        ("query,item_id,grade\nlamp,7,good\n", "got 'good'"),
        ("query,item_id,grade\nlamp,7,4\n", "got '4'"),
        ("query,item_id,grade\nlamp,7,-1\n", "got '-1'"),
        ("query,item_id,grade\nlamp,7,1.5\n", "got '1.5'"),
        ("query,item_id,grade\nGerät,7,1\n".encode("latin-1"), "not readable as CSV in UTF-8"),
        ("query,item_id,grade\nlamp,7,1\n".encode("utf-16"), "not readable as CSV in UTF-8"),
    ],
)
def test_unusable_file_is_one_line_that_names_it(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(InvalidJudgments) as caught:
        read(tmp_path, content)

    said = str(caught.value)
    assert said.startswith(str(tmp_path / "judgments.csv"))
    assert message in said
    assert "\n" not in said


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidJudgments, match=r"gone\.csv: No such file"):
        read_judgments(tmp_path / "gone.csv")
