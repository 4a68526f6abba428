"""Graded judgments (query, item, grade) and the file that holds them."""

import csv
from collections.abc import Mapping
from pathlib import Path

import msgspec

from indexing.documents import ItemId
from ranking.errors import InvalidJudgments

MAX_GRADE = 3
_ITEM_COLUMNS = ("item_id", "product_id", "doc_id", "docid")
_GRADE_COLUMNS = ("grade", "rating", "relevance")


class Judgment(msgspec.Struct, frozen=True):
    """`grade` runs from 0, irrelevant, to 3, exactly what was asked for."""

    query: str
    item_id: ItemId
    grade: int


class Judgments(msgspec.Struct, frozen=True):
    """Grades by query and item; queries keep the order of the file."""

    by_query: Mapping[str, Mapping[ItemId, int]]

    @property
    def answerable(self) -> tuple[str, ...]:
        """Queries with at least one item graded above 0: only these say anything of an order."""
        return tuple(query for query, grades in self.by_query.items() if any(grades.values()))


def read_judgments(path: Path) -> Judgments:
    """Read a CSV with a header `query,item_id,grade` (also `product_id`, `rating`); the later of
    two judgments of one pair counts. Raises `InvalidJudgments`."""
    by_query: dict[str, dict[ItemId, int]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            query_column = _column(path, names, ("query",))
            item_column = _column(path, names, _ITEM_COLUMNS)
            grade_column = _column(path, names, _GRADE_COLUMNS)
            for row in reader:
                query = " ".join((row[query_column] or "").split())
                item_id = (row[item_column] or "").strip()
                if not query or not item_id:
                    raise InvalidJudgments(f"{path}:{reader.line_num}: query or item is missing")
                grade = _grade(row[grade_column], f"{path}:{reader.line_num}")
                by_query.setdefault(query, {})[ItemId(item_id)] = grade
    except OSError as error:
        raise InvalidJudgments(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidJudgments(f"{path}: not readable as CSV in UTF-8: {error}") from error
    if not by_query:
        raise InvalidJudgments(f"{path}: holds no judgments")
    return Judgments(by_query)


def _column(path: Path, names: Mapping[str, str], accepted: tuple[str, ...]) -> str:
    for name in accepted:
        if name in names:
            return names[name]
    raise InvalidJudgments(f"{path}: the header needs a column {' or '.join(accepted)}")


def _grade(text: str | None, where: str) -> int:
    try:
        grade = float(text or "")
    except ValueError:
        grade = -1.0
    if not grade.is_integer() or not 0 <= grade <= MAX_GRADE:
        raise InvalidJudgments(
            f"{where}: a grade is a whole number from 0 to {MAX_GRADE}, got {text!r}"
        )
    return int(grade)
