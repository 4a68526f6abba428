"""`endcap simulate-shoppers` against a whole service over real sockets."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from app.asgi import create_app
from app.cli import main
from app.live import Live
from tests.factories import make_item
from tests.integration.conftest import Fill
from tests.serving import served

KINDS = ("kettle", "mug", "toaster", "pan")
ITEMS = [
    make_item(f"{kind}-{n}", title=f"{kind.title()} number {n}", price=10.0)
    for kind in KINDS
    for n in range(6)
]


@pytest.fixture
def judgments(tmp_path: Path) -> Path:
    """Of each kind the numbers 4 and 5 are what is wanted."""
    file = tmp_path / "judgments.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("query", "item_id", "grade"))
        for kind in KINDS:
            writer.writerows((kind, f"{kind}-{n}", max(0, n - 2)) for n in range(6))
    return file


@pytest.fixture
def url(live: Live, fill: Fill) -> Iterator[str]:
    fill(*ITEMS)
    with served(create_app(live)) as address:
        yield address


def simulate(*options: str | Path) -> Result:
    command = ["simulate-shoppers", *map(str, options)]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def test_shoppers_leave_lists_and_events_as_their_summary_says(
    url: str, live: Live, engine: Engine, judgments: Path
) -> None:
    result = simulate("--judgments", judgments, "--sessions", "60", "--url", url, "--json")

    report = json.loads(result.stdout)
    assert report["searches"] == 60
    live.lists.flush()
    with engine.connect() as connection:
        lists = connection.execute(text("select count(*) from ranking_events")).scalar_one()
        rows = connection.execute(
            text("select action, count(*), sum(revenue) from interaction_events group by action")
        ).all()
        named = connection.execute(
            text("select count(*) from interaction_events where item_key is null")
        ).scalar_one()
    counts = {action: count for action, count, _ in rows}
    assert lists == 60
    assert named == 0
    assert counts["impression"] == 60
    assert counts["click"] == report["clicks"] > 0
    assert counts["add_to_cart"] == report["carts"] > 0
    assert counts["purchase"] == report["purchases"] > 0
    assert sum(revenue for _, _, revenue in rows) == report["revenue"] * 1_000_000
    assert report["events"] == sum(counts.values())


def test_same_seed_does_the_same_whatever_the_threads(url: str, judgments: Path) -> None:
    options = ("--judgments", judgments, "--sessions", "40", "--url", url, "--json", "--seed", "7")

    one, four = (
        json.loads(simulate(*options, "--concurrency", threads).stdout) for threads in "14"
    )

    for figure in ("clicks_by_position", "carts", "purchases", "revenue", "events"):
        assert one[figure] == four[figure]


def test_queries_that_are_left_out_get_no_click_and_their_judgments_are_kept(
    url: str, live: Live, engine: Engine, judgments: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "left-out.csv"

    result = simulate(
        "--judgments", judgments, "--sessions", "50", "--url", url, "--json",
        "--leave-out", "0.5", "--left-out-to", kept,
    )  # fmt: skip

    left_out = set(json.loads(result.stdout)["left_out"])
    live.lists.flush()
    with engine.connect() as connection:
        asked = set(connection.execute(text("select query from ranking_events")).scalars())
    assert len(left_out) == 2
    assert asked == set(KINDS) - left_out
    with kept.open(newline="") as file:
        assert {row["query"] for row in csv.DictReader(file)} == left_out


def test_first_hit_model_clicks_nothing_else(url: str, judgments: Path) -> None:
    result = simulate(
        "--judgments", judgments, "--sessions", "20", "--url", url, "--json",
        "--model", "first-hit",
    )  # fmt: skip

    assert json.loads(result.stdout)["clicks_by_position"] == {"1": 20}


def test_summary_is_a_table_for_people(url: str, judgments: Path) -> None:
    result = simulate("--judgments", judgments, "--sessions", "10", "--url", url)

    assert "10 sessions, 10 searches" in result.stdout
    assert "position" in result.stdout


def test_service_that_does_not_answer_is_said_in_one_line(judgments: Path) -> None:
    result = simulate("--judgments", judgments, "--url", "http://127.0.0.1:9")

    assert result.exit_code == 2
    assert "no service answers on http://127.0.0.1:9" in result.stderr
    assert "Traceback" not in result.stderr


def test_query_without_judgments_is_refused(judgments: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("kettle\nsofa\n")

    result = simulate("--judgments", judgments, "--queries", queries)

    assert result.exit_code == 2
    assert "without judgments: sofa" in result.stderr
