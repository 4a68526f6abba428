"""What an item costs in Qdrant Edge, in bytes on disk and in memory and in time, by how vectors are
kept; with the time of the hybrid query, and what coarser vectors lose.

Each collection is filled by a process of its own and asked by another, which has done nothing else,
so that its memory is that of a service that was just started.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import get_args

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.datasets import ROOT, Dataset, icecat, sample
from benchmarks.machine import Machine, describe
from benchmarks.queries import distinct_queries
from benchmarks.wording import title_words
from indexing.bm25_encoder import Bm25Encoder
from indexing.candidates import Floats
from indexing.collection import CollectionSpec, Quantization
from indexing.composition import compose, dense_text
from indexing.documents import Item, ItemKey
from indexing.edge_index import EdgeItemIndex
from indexing.feeds import feed_format, read_feed
from indexing.index import POOL_SIZE, IndexedPoint, QueryVectors, SparseVector
from indexing.mapping import identity_mapping, load_mapping
from indexing.queries import ExpandedQuery

ITEMS, QUICK_ITEMS = 100_000, 5_000
ENCODED, QUICK_ENCODED = 20_000, 1_000
"""Items of the catalogue itself, with their own vectors: made ones say little about recall."""

SIZE = 384
PAGE = 256
TOP = 10
WARMING_UP = 200
ASKED, QUICK_ASKED = 500, 100
RANDOM, OWN = "random vectors", "own vectors"
KINDS: tuple[Quantization, ...] = get_args(Quantization)

Say = Callable[[str], None]


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A point without its dense vector, which lies in a file of its own."""

    lexical: SparseVector
    core: SparseVector
    payload: dict[str, object]


class _Corpus(msgspec.Struct, frozen=True):
    """Files that both processes read."""

    name: str
    items: int
    points: str
    dense: str
    queries: str
    query_vectors: str


class _Work(msgspec.Struct, frozen=True):
    """What a process of its own is told to do."""

    corpus: _Corpus
    folder: str
    quantization: Quantization
    on_disk: bool

    @property
    def spec(self) -> CollectionSpec:
        return CollectionSpec(
            SIZE, "benchmark", Bm25Encoder.revision, self.quantization, self.on_disk
        )


class _Filled(msgspec.Struct, frozen=True):
    write_seconds: float
    optimize_seconds: float
    cpu_seconds: float
    disk_bytes: int


class _Answered(msgspec.Struct, frozen=True):
    open_seconds: float
    memory_bytes: int
    mapped_bytes: int
    hybrid_ms: tuple[float, ...]
    hybrid: tuple[tuple[int, ...], ...]
    """The best ten of each query that was timed."""
    dense: tuple[tuple[int, ...], ...]


class Footprint(msgspec.Struct, frozen=True, kw_only=True):
    """One way to keep one corpus."""

    corpus: str
    items: int
    quantization: Quantization
    on_disk: bool
    write_seconds_per_100k: float
    optimize_seconds_per_100k: float
    cpu_seconds_per_100k: float
    """Of all cores, for both; others that run meanwhile change it little."""
    disk_bytes_per_item: int
    memory_bytes_per_item: int
    """That the process holds for itself, beyond what it held with an empty collection."""
    mapped_bytes_per_item: int
    """Of the files, what it has mapped and touched: given back where memory runs short."""
    open_seconds: float
    p50_ms: float
    p99_ms: float
    recall_hybrid: float
    """Of the best ten of the hybrid query without quantization, how many are among these ten."""
    recall_dense: float
    """Of the ten nearest by exact search, how many are among the first ten by vectors alone."""


class FootprintResult(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    quick: bool
    machine: Machine
    load: float
    """Of the machine in the minute before: others that ran meanwhile lengthen all times."""
    dataset: str
    notes: tuple[str, ...]
    compose_seconds_per_100k: float
    """Payload and BM25, before anything is written; embedding is not in it."""
    encode_seconds_per_100k: float | None
    """None where vectors of an earlier run were there."""
    footprints: tuple[Footprint, ...]


def run(out: Path, _: Path | None, quick: bool, console: Console) -> None:
    """Half an hour, and five minutes more for encoding on the first run; `quick` takes one."""
    machine, load = describe(), round(os.getloadavg()[0], 2)

    def say(text: str) -> None:
        console.print(f"[dim]{text}…[/dim]")

    dataset = icecat() or _sample(out)
    items = _read(dataset)
    asked = QUICK_ASKED if quick else ASKED
    texts = distinct_queries(dataset.judgments, items, WARMING_UP + asked)
    with TemporaryDirectory(prefix="footprint-", dir=out) as folder:
        say("Composing items")
        corpora = _Corpora(Path(folder), items, texts)
        made = corpora.random(QUICK_ITEMS if quick else ITEMS)
        own, encode_seconds = corpora.own(QUICK_ENCODED if quick else ENCODED, out, say)
        found = [entry for corpus in (made, own) for entry in _measure_all(corpus, say)]
    result = FootprintResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        machine=machine,
        load=load,
        dataset=dataset.name,
        notes=_notes(dataset, quick),
        compose_seconds_per_100k=corpora.compose_seconds_per_100k,
        encode_seconds_per_100k=encode_seconds,
        footprints=tuple(found),
    )
    file = out / "footprint.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _print(result, console)
    console.print(f"Written to {file}")


def _notes(dataset: Dataset, quick: bool) -> tuple[str, ...]:
    notes = [
        "random vectors have no neighbourhoods: recall among them is the worst that can be, and "
        "that of the catalogue's own vectors is what to go by",
        "equal BM25 scores come in any order, so hybrid@10 is below 1 for the same vectors, too: "
        "`none, on disk` shows by how much",
        "the page cache was emptied of each collection before it was opened",
    ]
    if dataset.note:
        notes.append(dataset.note)
    if quick:
        notes.append("a quick run: what a collection costs at all weighs on each of so few items")
    return tuple(notes)


def _sample(out: Path) -> Dataset:
    from benchmarks.endcap import run_command

    found = sample(out / "footprint-sample")
    run_command(["sample", str(found.feed.parent)], out, out / "endcap.log")
    return found


def _read(dataset: Dataset) -> list[Item]:
    mapping = load_mapping(dataset.mapping) if dataset.mapping else identity_mapping()
    rows = read_feed(dataset.feed, feed_format(dataset.feed))
    return [mapping.apply(row.data) for row in rows]


class _Corpora:
    """Writes the files that the processes read."""

    def __init__(self, folder: Path, items: Sequence[Item], texts: Sequence[str]) -> None:
        self._folder = folder
        self._items = items
        self._texts = texts
        self._lexical = Bm25Encoder()
        self.compose_seconds_per_100k = 0.0

    def random(self, count: int) -> _Corpus:
        """So many items, each with a vector that has nothing to do with it."""
        chance = np.random.default_rng(1)
        begun = perf_counter()
        points = self._points("random", islice(_varied(self._items), count))
        self.compose_seconds_per_100k = _per_100k(perf_counter() - begun, count)
        vectors, queries = (
            _unit(chance.standard_normal((rows, SIZE), np.float32))
            for rows in (count, len(self._texts))
        )
        return self._corpus(RANDOM, points, vectors, queries)

    def own(self, count: int, out: Path, say: Say) -> tuple[_Corpus, float | None]:
        """The catalogue's items with what the encoder makes of them, kept for the next run."""
        from indexing.sentence_encoder import SentenceEncoder

        encoder = SentenceEncoder(None)
        items = self._items[:count]
        kept = out / f"footprint-vectors-{len(items)}.npy"
        seconds = None
        if kept.exists():
            vectors = np.load(kept)
        else:
            say(f"Encoding {len(items):,} items")
            begun = perf_counter()
            vectors = encoder.encode_documents([dense_text(item) for item in items])
            seconds = _per_100k(perf_counter() - begun, len(items))
            np.save(kept, vectors)
        queries = np.stack([encoder.encode_query(text) for text in self._texts])
        points = self._points("own", iter(items))
        return self._corpus(OWN, points, np.asarray(vectors, np.float32), queries), seconds

    def _points(self, name: str, items: Iterator[Item]) -> Path:
        """One line of JSON for each page; written and read page by page."""
        file = self._folder / f"{name}.jsonl"
        with file.open("wb") as out:
            while page := list(islice(items, PAGE)):
                out.write(msgspec.json.encode([self._stored(item) for item in page]) + b"\n")
        return file

    def _stored(self, item: Item) -> _Stored:
        document = compose(ItemKey(0), 1, item)
        return _Stored(
            self._lexical.encode_document(document.lexical_text),
            self._lexical.encode_core(document.core_text),
            dict(document.payload),
        )

    def _corpus(self, name: str, points: Path, vectors: Floats, queries: Floats) -> _Corpus:
        files = [points.with_suffix(suffix) for suffix in (".dense.npy", ".queries.npy")]
        for file, array in zip(files, (vectors, queries), strict=True):
            np.save(file, array)
        texts = points.with_suffix(".queries.json")
        texts.write_bytes(msgspec.json.encode(self._texts))
        return _Corpus(name, len(vectors), str(points), str(files[0]), str(texts), str(files[1]))


def _varied(items: Sequence[Item]) -> Iterator[Item]:
    """The items, and then again and again with another word, price, popularity and id."""
    chance = random.Random(1)  # noqa: S311  # nothing secret
    yield from items
    for again in range(1, 1_000):
        for item in items:
            word = chance.choice(title_words(chance.choice(items)) or ["new"])
            yield msgspec.structs.replace(
                item,
                id=f"{item.id}-{again}",
                group_id=f"{item.group_id or item.id}-{again}",
                title=f"{item.title} {word}"[:1_000],
                price=None if item.price is None else round(item.price * chance.uniform(0.5, 2), 2),
                popularity=float(chance.randint(0, 10_000)),
            )


def _measure_all(corpus: _Corpus, say: Say) -> list[Footprint]:
    exact = _exact(corpus)
    found: list[Footprint] = []
    first: _Answered | None = None
    for where, kind in product((False, True), KINDS):
        say(f"{corpus.name}: {kind}{', on disk' if where else ''}")
        with TemporaryDirectory(prefix="shard-", dir=Path(corpus.points).parent) as folder:
            work = _Work(corpus, folder, kind, where)
            filled = msgspec.json.decode(_apart("fill", work), type=_Filled)
            _forget_pages(Path(folder))
            answered = msgspec.json.decode(_apart("ask", work), type=_Answered)
        first = first or answered
        found.append(_footprint(work, filled, answered, first, exact))
    return found


def _footprint(
    work: _Work,
    filled: _Filled,
    answered: _Answered,
    first: _Answered,
    exact: Sequence[Sequence[int]],
) -> Footprint:
    count = work.corpus.items
    return Footprint(
        corpus=work.corpus.name,
        items=count,
        quantization=work.quantization,
        on_disk=work.on_disk,
        write_seconds_per_100k=_per_100k(filled.write_seconds, count),
        optimize_seconds_per_100k=_per_100k(filled.optimize_seconds, count),
        cpu_seconds_per_100k=_per_100k(filled.cpu_seconds, count),
        disk_bytes_per_item=filled.disk_bytes // count,
        memory_bytes_per_item=answered.memory_bytes // count,
        mapped_bytes_per_item=answered.mapped_bytes // count,
        open_seconds=round(answered.open_seconds, 2),
        p50_ms=round(float(np.percentile(answered.hybrid_ms, 50)), 2),
        p99_ms=round(float(np.percentile(answered.hybrid_ms, 99)), 2),
        recall_hybrid=_recall(answered.hybrid, first.hybrid),
        recall_dense=_recall(answered.dense, exact),
    )


def _recall(found: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> float:
    shares = [
        len(set(ours) & set(theirs)) / len(theirs)
        for ours, theirs in zip(found, wanted, strict=True)
    ]
    return round(sum(shares) / len(shares), 3)


def _exact(corpus: _Corpus) -> list[list[int]]:
    """The keys of the ten nearest of each query that is timed."""
    vectors = np.load(corpus.dense, mmap_mode="r")
    queries = np.load(corpus.query_vectors)[WARMING_UP:]
    scores = queries @ vectors.T
    nearest = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
    return [[int(row) + 1 for row in rows] for rows in nearest]


def _unit(vectors: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def _per_100k(seconds: float, count: int) -> float:
    return round(seconds * 100_000 / count, 1)


def _apart(role: str, work: _Work) -> bytes:
    """What a fresh process answers."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.footprint", role],
        input=msgspec.json.encode(work),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    ).stdout


def _forget_pages(folder: Path) -> None:
    """Else all of the files lies in the page cache, and a process that touches one page is counted
    its neighbours, too."""
    for file in folder.rglob("*"):
        if file.is_file():
            opened = os.open(file, os.O_RDONLY)
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(opened)


def _fill(work: _Work) -> _Filled:
    index = EdgeItemIndex(Path(work.folder), work.spec)
    vectors = np.load(work.corpus.dense, mmap_mode="r")
    decoder = msgspec.json.Decoder(list[_Stored])
    written = cpu = 0.0
    key = 0
    with Path(work.corpus.points).open("rb") as file:
        for line in file:
            points = [
                IndexedPoint(
                    ItemKey(key + n + 1),
                    1,
                    vectors[key + n],
                    stored.lexical,
                    stored.core,
                    stored.payload,
                )
                for n, stored in enumerate(decoder.decode(line))
            ]
            key += len(points)
            begun, cpu_begun = perf_counter(), process_time()
            index.upsert(points)
            written += perf_counter() - begun
            cpu += process_time() - cpu_begun
    begun, cpu_begun = perf_counter(), process_time()
    index.optimize()
    optimized = perf_counter() - begun
    cpu += process_time() - cpu_begun
    index.close()
    # Blocks, not lengths: files of the write-ahead log are longer than what is in them.
    blocks = sum(file.stat().st_blocks for file in Path(work.folder).rglob("*") if file.is_file())
    return _Filled(written, optimized, cpu, 512 * blocks)


def _ask(work: _Work) -> _Answered:
    lexical = Bm25Encoder()
    texts = msgspec.json.decode(Path(work.corpus.queries).read_bytes(), type=list[str])
    vectors = [
        QueryVectors(dense, lexical.encode_query(text))
        for dense, text in zip(np.load(work.corpus.query_vectors), texts, strict=True)
    ]
    _use_once(vectors[0])
    memory, mapped = _memory()
    begun = perf_counter()
    index = EdgeItemIndex(Path(work.folder), work.spec)
    opened = perf_counter() - begun
    query = ExpandedQuery(text="")
    for asked in vectors[:WARMING_UP]:
        index.retrieve(query, asked, POOL_SIZE)
    memory_now, mapped_now = _memory()
    spent: list[float] = []
    hybrid: list[tuple[int, ...]] = []
    for asked in vectors[WARMING_UP:]:
        begun = perf_counter()
        found = index.retrieve(query, asked, POOL_SIZE)
        spent.append((perf_counter() - begun) * 1e3)
        hybrid.append(tuple(found.keys[:TOP].tolist()))
    dense = [
        tuple(index.retrieve(query, QueryVectors(asked.dense), POOL_SIZE).keys[:TOP].tolist())
        for asked in vectors[WARMING_UP:]
    ]
    index.close()
    return _Answered(
        opened, memory_now - memory, mapped_now - mapped, tuple(spent), tuple(hybrid), tuple(dense)
    )


def _use_once(vectors: QueryVectors) -> None:
    """An empty collection, opened and asked: what Qdrant itself takes is no item's."""
    with TemporaryDirectory() as folder:
        index = EdgeItemIndex(Path(folder), CollectionSpec(SIZE, "benchmark", Bm25Encoder.revision))
        index.retrieve(ExpandedQuery(text=""), vectors, POOL_SIZE)
        index.close()


def _memory() -> tuple[int, int]:
    """Resident bytes: the process's own, and those of files."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, files = (int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile"))
    return own, files


def _print(result: FootprintResult, console: Console) -> None:
    for corpus in (RANDOM, OWN):
        entries = [entry for entry in result.footprints if entry.corpus == corpus]
        table = Table(
            title=f"{result.dataset}, {entries[0].items:,} items with {corpus}; bytes are for one "
            "item, seconds of filling for 100,000"
        )
        for name in ("kept", "write s", "optimise s", "CPU s", "disk B", "memory B", "mapped B"):
            table.add_column(name, justify="right")
        for name in ("open s", "p50 ms", "p99 ms", f"hybrid@{TOP}", f"dense@{TOP}"):
            table.add_column(name, justify="right")
        for entry in entries:
            table.add_row(
                f"{entry.quantization}{', on disk' if entry.on_disk else ''}",
                f"{entry.write_seconds_per_100k:.0f}",
                f"{entry.optimize_seconds_per_100k:.0f}",
                f"{entry.cpu_seconds_per_100k:.0f}",
                f"{entry.disk_bytes_per_item:,}",
                f"{entry.memory_bytes_per_item:,}",
                f"{entry.mapped_bytes_per_item:,}",
                f"{entry.open_seconds:.2f}",
                f"{entry.p50_ms:.2f}",
                f"{entry.p99_ms:.2f}",
                f"{entry.recall_hybrid:.3f}",
                f"{entry.recall_dense:.3f}",
            )
        console.print(table)
    for note in result.notes:
        console.print(f"[dim]{note}[/dim]")


_ROLES: dict[str, Callable[[_Work], msgspec.Struct]] = {"fill": _fill, "ask": _ask}

if __name__ == "__main__":
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=_Work)
    sys.stdout.buffer.write(msgspec.json.encode(_ROLES[sys.argv[1]](told)))
