"""Feeds into PostgreSQL: rejects kept aside, nothing lost, nothing twice."""

import gzip
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from app.items.importer import Importer, Reject
from app.items.repository import Written, count_items
from indexing.errors import InvalidFeed
from indexing.mapping import identity_mapping


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "rejects.jsonl"


def importer(engine: Engine, rejects: Path) -> Importer:
    return Importer(engine, identity_mapping(), rejects)


def write_feed(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_bad_rows_are_kept_with_line_and_every_reason_and_the_rest_go_in(
    engine: Engine, rejects: Path, tmp_path: Path
) -> None:
    feed = write_feed(
        tmp_path / "feed.jsonl",
        '{"id": "a", "title": "Kettle"}',
        '{"id": "b", "price": -1, "rating": 9}',
        "not json",
        '{"id": "c", "title": "Mug"}',
    )

    summary = importer(engine, rejects).run(feed)

    kept = [msgspec.json.decode(line, type=Reject) for line in rejects.read_bytes().splitlines()]
    assert (summary.rows, summary.written, summary.rejected) == (4, Written(added=2), 2)
    assert [reject.line for reject in kept] == [2, 3]
    assert len(kept[0].reasons) == 3
    assert all(name in " ".join(kept[0].reasons) for name in ("title", "price", "rating"))
    assert kept[1].row == "not json"


def test_running_again_duplicates_nothing_and_clears_old_rejects(
    engine: Engine, rejects: Path, tmp_path: Path
) -> None:
    feed = write_feed(tmp_path / "feed.jsonl", '{"id": "a", "title": "Kettle"}', '{"id": "b"}')
    importer(engine, rejects).run(feed)
    write_feed(feed, '{"id": "a", "title": "Kettle"}', '{"id": "b", "title": "Mug"}')

    summary = importer(engine, rejects).run(feed)

    assert summary.written == Written(added=1, unchanged=1)
    assert summary.rejects_file is None
    assert not rejects.exists()


def test_feed_that_breaks_off_keeps_what_came_before(
    engine: Engine, rejects: Path, tmp_path: Path
) -> None:
    lines = "".join(f'{{"id": "{n}", "title": "Item {n} {n * 7919}"}}\n' for n in range(3000))
    whole = gzip.compress(lines.encode())
    feed = tmp_path / "feed.jsonl.gz"
    feed.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(InvalidFeed, match="breaks off after line"):
        importer(engine, rejects).run(feed)

    with engine.connect() as connection:
        stored = count_items(connection)
    feed.write_bytes(whole)
    summary = importer(engine, rejects).run(feed)
    assert 0 < stored < 3000
    assert summary.written.added == 3000 - stored
    assert summary.written.unchanged == stored


def test_interrupted_import_goes_on_where_it_is_run_again(
    engine: Engine, rejects: Path, tmp_path: Path
) -> None:
    feed = write_feed(
        tmp_path / "feed.jsonl", *(f'{{"id": "{n}", "title": "Item {n}"}}' for n in range(1200))
    )

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importer(engine, rejects).run(feed, interrupt)
    summary = importer(engine, rejects).run(feed)

    assert summary.written == Written(added=700, unchanged=500)
    with engine.connect() as connection:
        assert count_items(connection) == 1200
