"""The command `endcap` as its user meets it: exit statuses, clear lines, nothing lost."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.db.postgres import EmbeddedPostgres
from tests.e2e.command import ENDCAP, Service, endcap, environment, serving, stop_postgres, until

SOON = 10
"""Seconds in which a running service has to take over what another process wrote: it looks every
half second, and a first item is embedded in less than one; the rest is for a busy machine."""

MAPPING = """
[item]
id = "sku"
title = { join = ["maker", "name"] }
brand = "maker"
price = { path = "cents", scale = 0.01 }
categories = { path = "path", split = ">" }

[attributes]
prefixes = ["attr_"]
"""

FEED = """\
sku,maker,name,cents,path,attr_colour
red,Brizo,red kettle,2050,Kitchen > Kettles,red
blue,Brizo,blue kettle,3000,Kitchen > Kettles,blue
,Kori,nameless,100,Kitchen,
steel,Kori,steel kettle,cheap,Kitchen > Kettles,grey
mug,Kori,mug,500,Table
mug,Kori,mug,500,Table,white
"""


class Shop(NamedTuple):
    """A data directory into which one feed was imported twice, and what was said meanwhile."""

    data_dir: Path
    rejects: Path
    strict: subprocess.CompletedProcess[str]
    again: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    feed, mapping, rejects = folder / "feed.csv", folder / "map.toml", folder / "rejects.jsonl"
    feed.write_text(FEED)
    mapping.write_text(MAPPING)
    command = ("import-items", feed, "--mapping", mapping, "--rejects", rejects)
    strict = endcap(folder / "var", *command, "--strict")
    return Shop(folder / "var", rejects, strict, endcap(folder / "var", *command))


@pytest.fixture(scope="module")
def service(shop: Shop) -> Iterator[Service]:
    with serving("serve", shop.data_dir) as service:
        yield service


def search(service: Service, query: str) -> dict[str, Any]:
    response = httpx.post(f"{service.url}/v1/search", json={"query": query})
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


def found(service: Service, query: str) -> list[str]:
    return [hit["id"] for hit in search(service, query)["hits"]]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that was written, besides status lines, which end in an ellipsis."""
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("port", "eighty"),
        ("port", "0"),
        ("database_url", "mysql://localhost/shop"),
        ("qdrant_url", "localhost:6333"),
        ("encoder", "/no/such/folder"),
        ("data_dir", "/dev/null/var"),
        ("prot", "8000"),
    ],
)
def test_wrong_setting_is_one_line_that_names_the_variable(
    tmp_path: Path, setting: str, value: str
) -> None:
    environ = environment(tmp_path) | {f"ENDCAP_{setting.upper()}": value}

    done = subprocess.run(
        [ENDCAP, "serve"], env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 2
    assert f"ENDCAP_{setting.upper()}" in one_line(done)


def test_database_that_cannot_be_reached_is_one_line_that_names_the_variable(
    tmp_path: Path,
) -> None:
    url = "postgresql://shop:secret@127.0.0.1:1/shop"

    done = endcap(tmp_path / "var", "serve", database_url=url)

    assert done.returncode == 2
    line = one_line(done)
    assert "ENDCAP_DATABASE_URL" in line
    assert "secret" not in line


def test_help_lists_the_commands_and_loads_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", ENDCAP, "--help"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    loaded = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    commands = {line.split()[0] for line in done.stdout.split("Commands:")[1].splitlines() if line}
    assert {"demo", "serve", "sample", "import-items", "rules", "train", "evaluate"} <= commands
    assert "click" in loaded
    heavy = {"torch", "tensorflow", "tensorflow_ranking", "sentence_transformers", "numpy"}
    assert not heavy & loaded


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["import-items", "missing.jsonl"], "missing.jsonl"),
        (["train"], "--judgments"),
        (["sell"], "sell"),
        (["rules", "load"], "FILE"),
    ],
)
def test_misuse_is_told_what_is_missing(tmp_path: Path, arguments: list[str], part: str) -> None:
    done = endcap(tmp_path / "var", *arguments)

    assert done.returncode == 2
    assert part in done.stderr


def test_import_says_what_went_in_and_where_the_rest_is(shop: Shop) -> None:
    lines = shop.strict.stdout.splitlines()

    assert lines[0] == "6 rows: 3 items added, 0 changed, 0 unchanged, 3 rejected"
    assert str(shop.rejects) in lines[1]
    assert lines[2] == "3 items indexed, 3 in the index"


def test_rejects_file_has_each_row_with_its_line_and_reasons(shop: Shop) -> None:
    rejects = [json.loads(line) for line in shop.rejects.read_text().splitlines()]

    assert [reject["line"] for reject in rejects] == [4, 5, 6]
    assert [reject["row"] for reject in rejects] == FEED.splitlines()[3:6]
    for reject, word in zip(rejects, ("id", "price", "fewer cells"), strict=True):
        assert word in " ".join(reject["reasons"])


def test_strict_import_with_rejects_exits_1(shop: Shop) -> None:
    assert shop.strict.returncode == 1


def test_importing_again_changes_nothing_and_exits_0(shop: Shop) -> None:
    assert shop.again.returncode == 0
    assert "0 items added, 0 changed, 3 unchanged, 3 rejected" in shop.again.stdout
    assert "0 items indexed, 3 in the index" in shop.again.stdout


def test_import_that_is_killed_and_run_again_loses_and_duplicates_nothing(tmp_path: Path) -> None:
    count = 1000
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(f'{{"id": "i{n}", "title": "Thing {n}"}}\n' for n in range(count)))
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    # Held open here, so that what the killed process has left can be looked at.
    database = EmbeddedPostgres(data_dir / "postgres")
    engine = create_engine(database.url)

    def counts() -> tuple[int, int]:
        with engine.connect() as connection:
            try:
                items = connection.execute(text("select count(*) from items")).scalar_one()
                return items, connection.execute(text("select count(*) from outbox")).scalar_one()
            except ProgrammingError:  # before the migrations have run
                return 0, 0

    def in_the_middle() -> bool:
        items, waiting = counts()
        return items == count and waiting < count

    process = subprocess.Popen(
        [ENDCAP, "import-items", feed],
        env=environment(data_dir),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(in_the_middle, 120, "the first batch to be indexed")
        process.kill()
        process.wait(30)
        _, waiting = counts()
        again = endcap(data_dir, "import-items", feed)
    finally:
        process.kill()
        process.wait(30)
        engine.dispose()
        database.stop()
        stop_postgres(data_dir)

    assert 0 < waiting < count
    assert again.returncode == 0, again.stderr
    assert f"0 items added, 0 changed, {count} unchanged, 0 rejected" in again.stdout
    assert f"{waiting} items indexed, {count} in the index" in again.stdout


def test_broken_mapping_is_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    feed, mapping = tmp_path / "feed.csv", tmp_path / "map.toml"
    feed.write_text(FEED)
    mapping.write_text(MAPPING + '[item.colour]\npath = "attr_colour"\n')

    done = endcap(tmp_path / "var", "import-items", feed, "--mapping", mapping)

    assert done.returncode == 2
    line = one_line(done)
    assert str(mapping) in line
    assert "colour" in line
    assert not (tmp_path / "var").exists()


def test_feed_of_an_unknown_format_is_one_line(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xls"
    feed.write_text(FEED)

    done = endcap(tmp_path / "var", "import-items", feed)

    assert done.returncode == 2
    assert "feed.xls" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_judgments_without_a_column_are_one_line_before_anything_is_opened(
    tmp_path: Path, command: str
) -> None:
    judgments = tmp_path / "judgments.csv"
    judgments.write_text("query,item,grade\nkettle,red,3\n")

    done = endcap(tmp_path / "var", command, "--judgments", judgments)

    assert done.returncode == 2
    assert "item_id or product_id" in one_line(done)
    assert not (tmp_path / "var").exists()


def test_rules_file_with_two_problems_is_told_both_and_loads_nothing(tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(
        '[{"id": "a", "then": [{"pin": {"item_id": "mug", "position": 0}}]},'
        ' {"id": "b", "then": [{"boost": {"item_ids": ["mug"], "by": 0.5}}]}]'
    )

    done = endcap(tmp_path / "var", "rules", "load", rules)

    assert done.returncode == 1
    first, second, last = done.stderr.splitlines()
    assert "$[0].then[0].pin.position" in first
    assert "$[1].then[0].boost.by" in second
    assert "no rule was loaded" in last


def test_rules_file_that_is_no_json_is_one_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('[{"id": ]')

    done = endcap(tmp_path / "var", "rules", "load", rules)

    assert done.returncode == 1
    assert "is not JSON" in one_line(done)


def test_port_in_use_is_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = endcap(tmp_path / "var", "serve", port=port)

    assert done.returncode == 2
    line = one_line(done)
    assert "ENDCAP_PORT" in line
    assert str(port) in line
    assert not (tmp_path / "var").exists()


def test_sample_writes_the_same_catalogue_each_time(tmp_path: Path) -> None:
    first = endcap(tmp_path / "var", "sample", tmp_path / "first")
    second = endcap(tmp_path / "var", "sample", tmp_path / "second")

    assert (first.returncode, second.returncode) == (0, 0)
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert names == ["items.jsonl.gz", "judgments.csv", "queries.txt"]
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_training_beside_a_running_service_says_that_it_holds_the_index(
    service: Service, tmp_path: Path
) -> None:
    judgments = tmp_path / "judgments.csv"
    judgments.write_text("query,item_id,grade\nkettle,red,3\n")

    done = endcap(service.data_dir, "train", "--judgments", judgments)

    assert done.returncode == 2
    line = one_line(done)
    assert "running `endcap serve`" in line
    assert "ENDCAP_QDRANT_URL" in line
    assert found(service, "kettle")


def test_item_imported_beside_a_running_service_is_served_within_seconds(
    service: Service, tmp_path: Path
) -> None:
    feed = tmp_path / "more.jsonl"
    feed.write_text('{"id": "samovar", "title": "Brass samovar", "price": 99}\n')
    assert "samovar" not in found(service, "brass samovar")

    done = endcap(service.data_dir, "import-items", feed)

    assert done.returncode == 0, done.stderr
    assert "1 items added" in done.stdout
    assert "the running service has the index open" in done.stdout
    until(lambda: found(service, "brass samovar")[:1] == ["samovar"], SOON, "the new item")


def test_price_changed_beside_a_running_service_is_served_within_seconds(
    service: Service, tmp_path: Path
) -> None:
    feed = tmp_path / "price.jsonl"
    feed.write_text('{"id": "mug", "title": "Kori mug", "brand": "Kori", "price": 7.25}\n')

    done = endcap(service.data_dir, "import-items", feed)

    def price() -> float:
        hits = search(service, "kori mug")["hits"]
        return next(float(hit["item"]["price"]) for hit in hits if hit["id"] == "mug")

    assert "1 changed" in done.stdout
    until(lambda: price() == 7.25, SOON, "the new price")


def test_rules_loaded_beside_a_running_service_take_effect_within_seconds(
    service: Service, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('[{"id": "mug-first", "then": [{"pin": {"item_id": "mug"}}]}]')
    assert found(service, "red kettle")[0] == "red"

    done = endcap(service.data_dir, "rules", "load", rules)

    assert done.returncode == 0, done.stderr
    assert "1 rules are live as rule set 1" in done.stdout
    until(lambda: found(service, "red kettle")[0] == "mug", SOON, "the new rule")
    assert search(service, "red kettle")["applied_rules"] == [
        {"id": "mug-first", "name": "mug-first"}
    ]
