"""Writes the sample catalogue to a folder; called by `endcap sample`."""

import csv
import gzip
from io import StringIO
from pathlib import Path

import msgspec
from msgspec import Struct

from app.sample.catalogue import generate_items
from app.sample.judgments import generate_judgments
from app.sample.pictures import draw_picture
from app.sample.queries import generate_queries


class SampleFiles(Struct, frozen=True):
    """What was written and how much; `pictures` is the folder of the SVGs, if asked for."""

    items: Path
    judgments: Path
    queries: Path
    item_count: int
    query_count: int
    judgment_count: int
    pictures: Path | None = None


def write_sample(folder: Path, *, pictures: bool = False) -> SampleFiles:
    """Writes items.jsonl.gz, judgments.csv and queries.txt, the same bytes each time.

    The web app draws pictures on demand; with `pictures` they are written to pictures/ too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    items = generate_items()
    judgments = generate_judgments(items, generate_queries(items))
    # Only queries with judgments are listed, so that the two files speak of the same ones.
    queries = list(dict.fromkeys(one.query for one in judgments))
    items_path = folder / "items.jsonl.gz"
    lines = b"".join(msgspec.json.encode(item) + b"\n" for item in items)
    # The time and the name of the file would stand in a gzip header and differ each time.
    items_path.write_bytes(gzip.compress(lines, compresslevel=6, mtime=0))
    judgments_path = folder / "judgments.csv"
    table = StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("query", "item_id", "grade"))
    rows.writerows((one.query, one.item_id, one.grade) for one in judgments)
    judgments_path.write_bytes(table.getvalue().encode())
    queries_path = folder / "queries.txt"
    queries_path.write_bytes("".join(f"{query}\n" for query in queries).encode())
    pictures_path = folder / "pictures" if pictures else None
    if pictures_path is not None:
        pictures_path.mkdir(exist_ok=True)
        for item in items:
            (pictures_path / f"{item['id']}.svg").write_bytes(draw_picture(item).encode())
    return SampleFiles(
        items=items_path,
        judgments=judgments_path,
        queries=queries_path,
        item_count=len(items),
        query_count=len(queries),
        judgment_count=len(judgments),
        pictures=pictures_path,
    )
