"""Latency and requests per second of Endcap over HTTP, beside LanceDB's hybrid search and tantivy.

The systems take turns, block by block, and never run at once: what else the machine does meets
them all alike, and the ratio between them holds where the milliseconds do not.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track

from benchmarks.endcap import Service, serving
from benchmarks.latency_table import print_result
from benchmarks.machine import Neighbours, describe, memory_of
from benchmarks.merchandising import make_rules
from benchmarks.peers.lancedb_hybrid import SETTINGS as LANCEDB_SETTINGS
from benchmarks.peers.lancedb_hybrid import LanceHybrid
from benchmarks.peers.tantivy_bm25 import SETTINGS as TANTIVY_SETTINGS
from benchmarks.peers.tantivy_bm25 import TantivyBm25
from benchmarks.prepare import Prepared, prepare
from benchmarks.queries import distinct_queries
from benchmarks.results import (
    Aim,
    Cell,
    LatencyResult,
    milliseconds,
    summarise,
    summarise_served,
)
from benchmarks.systems import Block, InProcess, OverHttp, System, put
from indexing.index import POOL_SIZE

ENDCAP = "endcap over HTTP"
REFERENCE = f"LanceDB hybrid, top {POOL_SIZE}"
"""Of the same depth as Endcap's own candidates."""

COLD, WARM = "cold", "warm"
CLIENTS = (1, 16)
WARMING_UP = 48
COLD_AIM_MS = 12.0
WARM_AIM_MS = 6.0
RATIO_AIM = 0.5

Key = tuple[str, str, int]
"""System, how it is asked, clients."""


class Plan(msgspec.Struct, frozen=True):
    rounds: int
    queries: dict[int, int]
    """By number of clients, how many distinct queries each round asks, cold and then warm."""

    @property
    def distinct(self) -> int:
        return self.rounds * sum(self.queries.values())


FULL = Plan(12, {1: 40, 16: 128})
QUICK = Plan(3, {1: 15, 16: 48})


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """About six minutes beside the first filling of the data directory; `quick` takes one."""
    plan = QUICK if quick else FULL
    prepared = prepare(out, data_dir, lambda text: console.print(f"[dim]{text}…[/dim]"))
    texts = distinct_queries(prepared.dataset.judgments, prepared.items, plan.distinct + WARMING_UP)
    # The service starts first: a process that has threads of tokenizers should not fork.
    console.print("[dim]Starting endcap serve…[/dim]")
    with serving(prepared.data_dir, prepared.log) as service:
        console.print("[dim]Loading the peers…[/dim]")
        endcap = OverHttp(ENDCAP, service.port)
        lance = LanceHybrid(out / "lancedb", prepared.items, prepared.vectors)
        tantivy = TantivyBm25(prepared.items)
        systems: tuple[System, ...] = (
            endcap,
            InProcess(REFERENCE, lance.asking(POOL_SIZE)),
            InProcess("LanceDB hybrid, top 10", lance.asking(10)),
            InProcess(f"tantivy BM25, top {POOL_SIZE}", tantivy.asking(POOL_SIZE)),
            InProcess("tantivy BM25, top 10", tantivy.asking(10)),
        )
        no_work = {str(n): _no_work(service.port, n) for n in CLIENTS}
        for system in systems:
            # By one client first: LanceDB loads the encoder on first use, and each of several
            # clients that come at once would load it again.
            put(system, texts[: WARMING_UP // 2], 1)
            put(system, texts[WARMING_UP // 2 : WARMING_UP], max(CLIENTS))
        neighbours = Neighbours(service.pid)
        blocks = _measure(plan, systems, texts[WARMING_UP:], console)
        busy = neighbours.cores()
        result = _result(prepared, quick, plan, service, blocks, no_work, busy)
        endcap.close()
    file = out / "latency.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    print_result(result, console)
    console.print(f"Written to {file}")


def _no_work(port: int, clients: int) -> float:
    system = OverHttp("no work", port, trivial=True)
    spent = milliseconds(put(system, [""] * 40 * clients, clients).seconds, 50)
    system.close()
    return spent


def _measure(
    plan: Plan, systems: Sequence[System], texts: Sequence[str], console: Console
) -> dict[Key, list[Block]]:
    """All systems get the same texts; who begins changes from round to round."""
    blocks: dict[Key, list[Block]] = {}
    unasked = iter(texts)
    for n in track(range(plan.rounds), "Measuring", console=console):
        turn = n % len(systems)
        order = [*systems[turn:], *systems[:turn]]
        for clients, count in plan.queries.items():
            fresh = [next(unasked) for _ in range(count)]
            for asked in (COLD, WARM):
                for system in order:
                    block = put(system, fresh, clients)
                    blocks.setdefault((system.name, asked, clients), []).append(block)
    return blocks


def _result(
    prepared: Prepared,
    quick: bool,
    plan: Plan,
    service: Service,
    blocks: dict[Key, list[Block]],
    no_work: dict[str, float],
    busy: float,
) -> LatencyResult:
    cells = [
        summarise(name, asked, clients, ran, blocks[REFERENCE, asked, clients])
        for (name, asked, clients), ran in blocks.items()
    ]
    cells.sort(key=lambda cell: (cell.clients, cell.asked))
    notes = [
        "LanceDB and tantivy answer in process, without HTTP, filters, ranking, rules or whole "
        "items, which favours them; Endcap's times are those of its client, over HTTP",
        *prepared.notes,
    ]
    if service.readiness.get("model") == "retrieval":
        notes.append("no ranking model was live: Endcap answered in the order of retrieval")
    if quick:
        notes.append("a quick run: too few queries for p99, and for much of p95")
    if busy > 0.2:
        notes.append(
            f"others kept {busy} cores busy meanwhile: trust the ratios, not the milliseconds"
        )
    return LatencyResult(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        quick=quick,
        machine=describe(),
        notes=tuple(notes),
        dataset=prepared.dataset.name,
        items=len(prepared.items),
        rules=len(make_rules(prepared.items)),
        service={**service.readiness, "memory_mb": memory_of(service.pid)},
        rounds=plan.rounds,
        reference=REFERENCE,
        peers={"LanceDB hybrid": LANCEDB_SETTINGS, "tantivy BM25": TANTIVY_SETTINGS},
        no_work_p50_ms=no_work,
        cores_used_by_others=busy,
        aims=_aims(cells),
        cells=tuple(cells),
        served=tuple(
            summarise_served(asked, clients, blocks[ENDCAP, asked, clients])
            for clients in CLIENTS
            for asked in (COLD, WARM)
        ),
    )


def _aims(cells: Sequence[Cell]) -> tuple[Aim, ...]:
    """At one client, as the issue that asked for this benchmark states them."""
    ours = {cell.asked: cell for cell in cells if cell.system == ENDCAP and cell.clients == 1}
    cold, warm = ours[COLD], ours[WARM]
    measured = (
        (f"cold p50, as a share of {REFERENCE}", cold.p50_to_reference.median, RATIO_AIM),
        ("cold p50, ms", cold.p50_ms, COLD_AIM_MS),
        ("warm p50, ms", warm.p50_ms, WARM_AIM_MS),
    )
    return tuple(Aim(text, value, limit, value <= limit) for text, value, limit in measured)
