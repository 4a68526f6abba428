"""Logs of User Behavior Insights as files: every line accepted or refused, each once."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from app.events.errors import UnreadableEvents
from app.events.importer import LogImporter, LogSummary
from app.events.objects import ItemFinder
from app.events.reading import EventReading
from app.items.repository import write_items
from tests.conftest import SHARED_DATA
from tests.e2e.command import endcap
from tests.factories import make_item

CHORUS = SHARED_DATA / "ubi" / "chorus-events.tsv.gz"
AT = 1_717_527_762_000
"""In June 2024."""

KETTLES = [
    make_item("red", attributes={"ean": "4033874254060, 5028252270267", "serial": "R/1"}),
    make_item("blue", attributes={"ean": "8717371440824"}),
]


@pytest.fixture
def shop(engine: Engine) -> Engine:
    with engine.begin() as connection:
        write_items(connection, KETTLES)
    return engine


def query(query_id: str = "q1", hits: tuple[str, ...] = (), **fields: Any) -> str:
    document = {
        "query_id": query_id,
        "user_query": "Kettle",
        "client_id": "ann",
        "timestamp": AT,
        "object_id_field": "primary_ean",
        "query_response_hit_ids": list(hits),
        **fields,
    }
    return f"ubi_queries\t{json.dumps(document)}"


def event(action: str = "item_click", ean: str = "4033874254060", **fields: Any) -> str:
    thing = {"object_id": ean, "object_id_field": "primary_ean"}
    document = {
        "action_name": action,
        "client_id": "ann",
        "query_id": "q1",
        "timestamp": AT + 5_000,
        "event_attributes": {"object": thing},
        **fields,
    }
    return f"ubi_events\t{json.dumps(document)}"


def bring(
    engine: Engine,
    folder: Path,
    *lines: str | bytes,
    how: EventReading = EventReading(),  # noqa: B008 (frozen)
    finder: ItemFinder | None = None,
) -> LogSummary:
    file = folder / "log.tsv"
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    file.write_bytes(b"\n".join(encoded) + b"\n")
    return LogImporter(engine, folder / "rejects.jsonl", how, finder).run(file)


def rows(engine: Engine, table: str, order: str) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(text(f"select * from {table} order by {order}")))  # noqa: S608


def ids_of(engine: Engine, keys: list[int]) -> list[str]:
    with engine.connect() as connection:
        found = connection.execute(text("select key, id from items")).all()
    names = {row.key: row.id for row in found}
    return [names[key] for key in keys]


def rejects(folder: Path, name: str = "rejects.jsonl") -> list[tuple[int, str]]:
    """Line and first reason of each refused line."""
    lines = (folder / name).read_text().splitlines()
    read = [json.loads(line) for line in lines]
    return [(reject["line"], reject["reasons"][0]) for reject in read]


def test_query_becomes_a_list_and_its_event_an_event_with_the_item_of_that_ean(
    shop: Engine, tmp_path: Path
) -> None:
    summary = bring(
        shop,
        tmp_path,
        query(hits=("8717371440824", "0000000000000", "5028252270267")),
        event(),
        how=EventReading({"item_click": "click"}),
    )

    (shown,) = rows(shop, "ranking_events", "query_id")
    assert (shown.source, shown.query, shown.client_id) == ("import", "kettle", "ann")
    assert shown.at == shown.known_at == datetime.fromtimestamp(AT / 1000, UTC)
    assert ids_of(shop, shown.item_keys) == ["blue", "red"]
    assert (shown.total, shown.placements, shown.features) == (3, [0, 0], None)
    (done,) = rows(shop, "interaction_events", "key")
    assert (done.source, done.action, done.query_id) == ("import", "click", "q1")
    assert done.known_at == done.at == datetime.fromtimestamp(AT / 1000 + 5, UTC)
    assert ids_of(shop, [done.item_key]) == ["red"]
    assert summary.objects == {
        ("queries", "primary_ean", True): 2,
        ("queries", "primary_ean", False): 1,
        ("events", "primary_ean", True): 1,
    }


def test_log_that_is_read_again_adds_nothing(shop: Engine, tmp_path: Path) -> None:
    log = (query(), event(), event(), event("purchase"))

    first, second = bring(shop, tmp_path, *log), bring(shop, tmp_path, *log)

    assert (first.of("events", "accepted"), first.of("events", "duplicates")) == (2, 1)
    assert (second.of("events", "accepted"), second.of("events", "duplicates")) == (0, 3)
    assert (first.of("queries", "accepted"), second.of("queries", "duplicates")) == (1, 1)
    assert len(rows(shop, "interaction_events", "key")) == 2


def test_lines_without_names_are_known_by_what_they_hold(shop: Engine, tmp_path: Path) -> None:
    plain = [line.partition("\t")[2] for line in (query(), event())]
    file = tmp_path / "log.ndjson.gz"
    file.write_bytes(gzip.compress("\n".join(plain).encode()))

    summary = LogImporter(shop, tmp_path / "rejects").run(file)

    assert (summary.of("queries", "accepted"), summary.of("events", "accepted")) == (1, 1)
    assert summary.rejects_file is None


def test_every_line_that_cannot_be_used_is_refused_with_its_reason(
    shop: Engine, tmp_path: Path
) -> None:
    summary = bring(
        shop,
        tmp_path,
        "query_id,user_query",
        event(client_id=1),
        query(query_response_hit_ids="8717371440824"),
        event(),
        b"ubi_events\t\xff",
        "ubi_metrics\t{}",
        "",
        event(timestamp="2100-01-01"),
        "ubi_events\t" + "x" * 1_000_001,
        query(query_id=""),
    )

    assert summary.lines == 9
    assert summary.of("events", "accepted") == 1
    assert summary.refused == {
        ("other lines", "unreadable"): 2,
        ("events", "type"): 1,
        ("queries", "type"): 1,
        ("events", "unreadable"): 1,
        ("events", "future"): 1,
        ("events", "length"): 1,
        ("queries", "length"): 1,
    }
    assert [line for line, _ in rejects(tmp_path)] == [1, 2, 3, 5, 6, 8, 9, 10]
    assert rejects(tmp_path)[1][1] == "$.client_id: Expected `str | null`, got `int`"


def test_list_without_a_time_is_of_its_first_event_wherever_that_stands(
    shop: Engine, tmp_path: Path
) -> None:
    summary = bring(
        shop,
        tmp_path,
        event(timestamp=AT + 9_000),
        query(timestamp=None),
        event("purchase", timestamp=AT + 2_000),
        query("q2", timestamp=None),
    )

    (shown,) = rows(shop, "ranking_events", "query_id")
    assert shown.at == datetime.fromtimestamp(AT / 1000 + 2, UTC)
    assert summary.refused == {("queries", "required"): 1}
    assert rejects(tmp_path) == [(4, "$.timestamp: missing, and no event says when it was")]


def test_field_of_the_hits_is_read_from_the_logged_request_where_it_stands_nowhere_else(
    shop: Engine, tmp_path: Path
) -> None:
    inner = {"size": 25, "ext": {"ubi": {"object_id_field": "primary_ean"}}}
    log = [
        query("nested", ("8717371440824",), object_id_field=None, query=json.dumps(inner)),
        query("flat", ("8717371440824",), object_id_field=None, query={"ext": inner["ext"]["ubi"]}),  # type: ignore[index]
        query("none", ("blue",), object_id_field=None, query="kettle"),
    ]

    bring(shop, tmp_path, *log)

    shown = rows(shop, "ranking_events", "query_id")
    assert [ids_of(shop, row.item_keys) for row in shown] == [["blue"]] * 3


def test_field_may_mean_any_attribute(shop: Engine, tmp_path: Path) -> None:
    thing = {"object_id": "r/1", "object_id_field": "plate"}

    summary = bring(
        shop,
        tmp_path,
        event(event_attributes={"object": thing}),
        finder=ItemFinder({"plate": "attributes.serial"}),
    )

    assert summary.objects == {("events", "plate", True): 1}


def test_prices_of_a_log_may_be_in_cents(shop: Engine, tmp_path: Path) -> None:
    thing = {"object_id": "red", "object_detail": {"price": 22_695, "quantity": 2}}

    bring(
        shop,
        tmp_path,
        event("sold", event_attributes={"object": thing}),
        how=EventReading({"sold": "purchase"}, 0.01),
    )

    (bought,) = rows(shop, "interaction_events", "key")
    assert (bought.action, bought.revenue) == ("purchase", 453_900_000)


def test_file_that_breaks_off_is_kept_up_to_there(shop: Engine, tmp_path: Path) -> None:
    lines = [event(event_id=f"e{n}", note="x" * n) for n in range(2_000)]
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress("\n".join([query(timestamp=None), *lines]).encode())[:-2_000])

    with pytest.raises(UnreadableEvents, match=r"behind line \d+: the gzip stream ends"):
        LogImporter(shop, tmp_path / "rejects").run(file)

    kept = len(rows(shop, "interaction_events", "key"))
    assert 500 < kept < 2_000
    # Known from the events that were read.
    assert len(rows(shop, "ranking_events", "query_id")) == 1


@pytest.mark.skipif(not CHORUS.exists(), reason="the log is not here")
def test_every_line_of_a_real_log_is_accepted_or_a_duplicate(shop: Engine, tmp_path: Path) -> None:
    first = LogImporter(shop, tmp_path / "rejects").run(CHORUS)
    second = LogImporter(shop, tmp_path / "rejects").run(CHORUS)

    assert first.lines == second.lines == 30_958
    assert first.of("queries", "accepted") == 4_130
    # Nineteen lines are there twice, word for word.
    assert (first.of("events", "accepted"), first.of("events", "duplicates")) == (26_809, 19)
    assert (second.of("events", "duplicates"), second.of("queries", "duplicates")) == (
        26_828,
        4_130,
    )
    assert first.refused == {}


def test_command_says_what_became_of_the_log_and_where_the_refused_lines_are(
    tmp_path: Path,
) -> None:
    log, rejects_file = tmp_path / "log.tsv", tmp_path / "refused.jsonl"
    log.write_text("\n".join([query(), event(), event(client_id=1)]))
    command = ("import-events", log, "--rejects", rejects_file)

    done = endcap(tmp_path / "var", *command, "--action", "item_click=click")
    again = endcap(tmp_path / "var", *command, "--action", "item_click=click")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert row_of(done.stdout, "events") == ["1", "0", "1"]
    assert row_of(done.stdout, "queries") == ["1", "0", "0"]
    assert row_of(again.stdout, "events") == ["0", "1", "1"]
    assert "1 events refused by the rule type" in done.stdout
    assert [line for line, _ in rejects(tmp_path, "refused.jsonl")] == [3]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--action", "item_click", "--action: expected NAME=OTHER, got 'item_click'"),
        ("--action", "item_click=clicked", "--action: learned from are impression, view, click"),
        ("--object-field", "=ean", "--object-field: expected NAME=OTHER"),
    ],
)
def test_option_that_cannot_be_used_is_said_before_anything_is_read(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    log = tmp_path / "log.tsv"
    log.write_text(event())

    done = endcap(tmp_path / "var", "import-events", log, option, value)

    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "var").exists()


def row_of(table: str, name: str) -> list[str]:
    """The cells of the first row of that name."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table.splitlines()]
    return next(row[1:] for row in rows if row and row[0] == name)
