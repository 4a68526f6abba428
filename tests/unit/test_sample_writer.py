"""The written sample: the same bytes each time, in formats that others read."""

import csv
import gzip
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from app.sample.writer import write_sample

ROOT = Path(__file__).parents[2]


def _write_in_another_process(folder: Path, hash_seed: str) -> dict[str, str]:
    code = "import sys; from pathlib import Path; from app.sample.writer import write_sample; "
    code += "write_sample(Path(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
    )
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    first = _write_in_another_process(tmp_path / "one", "1")
    second = _write_in_another_process(tmp_path / "two", "4242")

    assert first == second
    assert set(first) == {"items.jsonl.gz", "judgments.csv", "queries.txt"}


def test_files_hold_as_many_rows_as_the_summary_says(tmp_path: Path) -> None:
    files = write_sample(tmp_path)

    lines = gzip.decompress(files.items.read_bytes()).splitlines()
    with files.judgments.open(newline="") as table:
        rows = list(csv.reader(table))
    assert rows[0] == ["query", "item_id", "grade"]
    assert len(lines) == files.item_count
    assert len(rows) - 1 == files.judgment_count
    assert len(files.queries.read_text().splitlines()) == files.query_count
    assert msgspec.json.decode(lines[0])["id"]
    assert files.pictures is None


def test_pictures_are_written_when_asked_for(tmp_path: Path) -> None:
    files = write_sample(tmp_path, pictures=True)

    assert files.pictures is not None
    assert len(list(files.pictures.glob("*.svg"))) == files.item_count
