"""Fills the benchmark's data directory by the commands of `endcap`, and again only what changed."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec
import numpy as np
from sqlalchemy import Engine, func, select

from app.db.opening import open_database
from app.db.tables import embeddings
from app.items.repository import iterate_items
from app.items.vectors import PostgresVectorCache
from app.settings import Settings
from benchmarks.datasets import Dataset, icecat, sample
from benchmarks.endcap import CommandError, run_command
from benchmarks.merchandising import make_rules
from indexing.candidates import Floats
from indexing.composition import dense_text, text_hash
from indexing.documents import Item
from ranking.features import FINGERPRINT

Say = Callable[[str], None]
_STAMPS = "benchmark.json"


class Prepared(msgspec.Struct, frozen=True):
    """A filled data directory, and what the peers need to hold the same."""

    data_dir: Path
    log: Path
    dataset: Dataset
    items: tuple[Item, ...]
    vectors: Floats
    """The service's own stored vectors, one row per item; a row of zeros where there is none."""
    notes: tuple[str, ...]
    """What is not as it should be, for the report."""


def prepare(out: Path, data_dir: Path | None, say: Say, small: bool = False) -> Prepared:
    """Ten minutes on the first run, most of it embedding; a few seconds later on. `small`: the
    sample catalogue, also where Icecat is there, which takes a minute or two at first."""
    log = out / "endcap.log"
    dataset = None if small else icecat()
    folder = data_dir or out / f"data-{dataset.name if dataset else 'sample'}"
    folder.mkdir(parents=True, exist_ok=True)
    if dataset is None:
        dataset = sample(folder / "sample")
        run_command(["sample", str(dataset.feed.parent)], folder, log)
    notes = [dataset.note] if dataset.note else []
    stamps = _Stamps(folder / _STAMPS)

    mapping = [] if dataset.mapping is None else ["--mapping", str(dataset.mapping)]
    if stamps.stale("items", _digest(dataset.feed, dataset.mapping)):
        say(f"Importing {dataset.feed.name}; its progress is in {log}")
        run_command(["import-items", str(dataset.feed), *mapping], folder, log)
        stamps.done("items")
    items, vectors = _read(folder)

    rules = folder / "benchmark-rules.json"
    rules.write_bytes(msgspec.json.format(msgspec.json.encode(make_rules(items))))
    if stamps.stale("rules", _digest(rules)):
        say("Loading rules")
        run_command(["rules", "load", str(rules)], folder, log)
        stamps.done("rules")
    if stamps.stale("model", f"{_digest(dataset.judgments)} {FINGERPRINT}"):
        say("Training the ranking model")
        try:
            run_command(["train", "--judgments", str(dataset.judgments)], folder, log)
            stamps.done("model")
        except CommandError as error:
            notes.append(f"no model was trained, so nothing is re-ranked: {error}")
    return Prepared(folder, log, dataset, items, vectors, tuple(notes))


def _read(data_dir: Path) -> tuple[tuple[Item, ...], Floats]:
    with ExitStack() as stack:
        engine = open_database(Settings(data_dir=data_dir), stack)
        with engine.connect() as connection:
            items = tuple(stored.item for stored in iterate_items(connection))
        return items, _vectors(engine, items)


def _vectors(engine: Engine, items: tuple[Item, ...]) -> Floats:
    """Of the revision that has most vectors: the live one, but for the moments of a change."""
    with engine.connect() as connection:
        revision = connection.execute(
            select(embeddings.c.revision)
            .group_by(embeddings.c.revision)
            .order_by(func.count().desc())
            .limit(1)
        ).scalar_one()
    hashes = [text_hash(dense_text(item)) for item in items]
    known = PostgresVectorCache(engine).get(revision, hashes)
    size = len(next(iter(known.values())))
    missing = np.zeros(size, np.float32)
    return np.stack([known.get(name, missing) for name in hashes])


def _digest(*files: Path | None) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        if file is not None:
            digest.update(file.read_bytes())
    return digest.hexdigest()


class _Stamps:
    """What each step was last done with, beside the data."""

    def __init__(self, file: Path) -> None:
        self._file = file
        raw = file.read_bytes() if file.exists() else b"{}"
        self._done: dict[str, str] = msgspec.json.decode(raw, type=dict[str, str])
        self._wanted: dict[str, str] = {}

    def stale(self, step: str, wanted: str) -> bool:
        self._wanted[step] = wanted
        return self._done.get(step) != wanted

    def done(self, step: str) -> None:
        self._done[step] = self._wanted[step]
        self._file.write_bytes(msgspec.json.encode(self._done))
