"""The shape of the latency benchmark's result, as `latency.json` holds it."""

from collections.abc import Sequence

import msgspec
import numpy as np

from benchmarks.machine import Machine
from benchmarks.systems import Block


class Ratio(msgspec.Struct, frozen=True):
    """Of one system to the reference, worked out in each round by itself, since what disturbs a
    machine for a while disturbs both; the median over the rounds, the least and the greatest."""

    median: float
    low: float
    high: float


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One system, asked in one way, over all rounds."""

    system: str
    asked: str
    """`cold`: texts never asked before in this process; `warm`: the same texts once more."""
    clients: int
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    requests_per_second: float
    p50_to_reference: Ratio
    p95_to_reference: Ratio


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers of Endcap themselves say, by how they were asked."""

    asked: str
    clients: int
    stages_p50_ms: dict[str, float]
    stages_p95_ms: dict[str, float]
    around_p50_ms: float
    """The client's time less `total`: HTTP, and writing the answer."""
    with_rules: float
    """Share of the answers on which at least one rule acted."""
    degraded: float
    """Share of the answers in which a fallback stood in for a stage."""
    answer_kb: float


class Aim(msgspec.Struct, frozen=True):
    text: str
    measured: float
    limit: float
    reached: bool


class LatencyResult(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    quick: bool
    machine: Machine
    notes: tuple[str, ...]
    """What to know before a figure is quoted."""
    dataset: str
    items: int
    rules: int
    service: dict[str, object]
    """What `/health/ready` said, and the process's memory."""
    rounds: int
    reference: str
    peers: dict[str, dict[str, str]]
    """The settings of each peer, in words."""
    no_work_p50_ms: dict[str, float]
    """`GET /health/live` by the same client: the part of Endcap's times that is no search."""
    cores_used_by_others: float
    aims: tuple[Aim, ...]
    cells: tuple[Cell, ...]
    served: tuple[Served, ...]


def summarise(
    system: str, asked: str, clients: int, blocks: Sequence[Block], reference: Sequence[Block]
) -> Cell:
    """Percentiles over the queries of all rounds; ratios round by round to the same rounds of the
    reference."""
    seconds = [second for block in blocks for second in block.seconds]
    return Cell(
        system=system,
        asked=asked,
        clients=clients,
        requests=len(seconds),
        p50_ms=milliseconds(seconds, 50),
        p95_ms=milliseconds(seconds, 95),
        p99_ms=milliseconds(seconds, 99),
        requests_per_second=round(len(seconds) / sum(block.elapsed for block in blocks), 1),
        p50_to_reference=_ratio(blocks, reference, 50),
        p95_to_reference=_ratio(blocks, reference, 95),
    )


def milliseconds(seconds: Sequence[float], percentile: float) -> float:
    return round(float(np.percentile(seconds, percentile)) * 1e3, 2)


def _ratio(blocks: Sequence[Block], reference: Sequence[Block], percentile: float) -> Ratio:
    ratios = [
        float(np.percentile(ours.seconds, percentile) / np.percentile(theirs.seconds, percentile))
        for ours, theirs in zip(blocks, reference, strict=True)
    ]
    return Ratio(round(float(np.median(ratios)), 3), round(min(ratios), 3), round(max(ratios), 3))


class _Answer(msgspec.Struct, frozen=True):
    """The part of a search's answer that is read here."""

    timings_ms: dict[str, float]
    applied_rules: tuple[dict[str, str], ...]
    degraded: tuple[str, ...]


def summarise_served(asked: str, clients: int, blocks: Sequence[Block]) -> Served:
    decoder = msgspec.json.Decoder(_Answer)
    bodies = [body for block in blocks for body in block.answers]
    answers = [decoder.decode(body) for body in bodies]
    seconds = [second for block in blocks for second in block.seconds]
    around = [
        second - answer.timings_ms["total"] / 1e3
        for second, answer in zip(seconds, answers, strict=True)
    ]
    stages = {
        stage: [answer.timings_ms[stage] / 1e3 for answer in answers]
        for stage in answers[0].timings_ms
    }
    return Served(
        asked=asked,
        clients=clients,
        stages_p50_ms={stage: milliseconds(spent, 50) for stage, spent in stages.items()},
        stages_p95_ms={stage: milliseconds(spent, 95) for stage, spent in stages.items()},
        around_p50_ms=milliseconds(around, 50),
        with_rules=round(sum(bool(a.applied_rules) for a in answers) / len(answers), 3),
        degraded=round(sum(bool(a.degraded) for a in answers) / len(answers), 3),
        answer_kb=round(sum(len(body) for body in bodies) / len(bodies) / 1e3, 1),
    )
