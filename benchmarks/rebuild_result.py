"""The shape of the rebuild benchmark's result, as its JSON holds it, and which searches count for
which part of it."""

from collections.abc import Callable, Sequence

import msgspec

from app.reindex.gates import Gate
from benchmarks.machine import Machine
from benchmarks.results import milliseconds
from benchmarks.shoppers import Asked, Load

WITHOUT, DURING, SWITCH = "no rebuild", "rebuild", "switch"
AROUND_SECONDS = 2.0
"""Before and behind the moment in which the new collection goes live."""


class Span(msgspec.Struct, frozen=True):
    """A time by its name; both ends are those of `perf_counter`."""

    name: str
    begun: float
    ended: float

    def touches(self, asked: Asked) -> bool:
        """Whether any moment of the search lies in it, from when it was due to its answer: a search
        that a stall holds up belongs to the stall, wherever it began."""
        return asked.due <= self.ended and asked.answered >= self.begun


class Rebuild(msgspec.Struct, frozen=True):
    """One rebuild as it was seen from outside."""

    whole: Span
    """From sending the request until the task had ended."""
    switched: float | None
    """When the pointer to the live collection was replaced; None where it never was."""
    steps: tuple[Span, ...]
    """As the task's progress names them; each begins when that was first seen."""
    status: str
    errors: tuple[str, ...]
    items: int
    gates: tuple[Gate, ...]


class MemorySample(msgspec.Struct, frozen=True):
    """Resident megabytes at a time of `perf_counter`."""

    at: float
    service: float
    own: float
    """Of these, what is not a file's: the index's files are mapped, and can be given up."""
    settling: float
    """Of the process beside the service that optimises the new collection."""


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Of the searches of one phase or step that did not fail; None where there are none."""

    phase: str
    requests: int
    failed: int
    degraded: int
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    slowest_ms: float | None = None


class Peak(msgspec.Struct, frozen=True):
    """Resident megabytes at their highest."""

    service: float
    own: float
    settling: float


class RebuildFigures(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    errors: tuple[str, ...]
    seconds: float
    items: int
    items_per_second: float
    steps_seconds: dict[str, float]
    gates: tuple[Gate, ...]


class Slow(msgspec.Struct, frozen=True):
    """One of the slowest searches during a rebuild."""

    ms: float
    due_seconds: float
    """After the rebuild was asked for."""
    steps: tuple[str, ...]


class PriceChanges(msgspec.Struct, frozen=True):
    sent: int
    sent_again: int
    """Not answered at first, or with an error of the service."""
    missing: tuple[str, ...]
    """Ids that a search by their last price did not find in the end."""
    slowest_seconds: float
    """From accepted to indexed, by the times that Endcap notes."""


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    load: Load
    searches: tuple[Latency, ...]
    p99_ratio: float | None
    """During a rebuild to without one."""
    steps: tuple[Latency, ...]
    slowest: tuple[Slow, ...]
    problems: tuple[str, ...]
    """What the first of the searches that failed said."""
    rebuilds: tuple[RebuildFigures, ...]
    memory_before: Peak
    memory_during: Peak
    memory_after: Peak
    changes: PriceChanges
    cores_used_by_others: float
    """Before the first search, while the service had nothing to do."""

    @property
    def as_it_should_be(self) -> bool:
        return (
            not sum(latency.failed for latency in self.searches)
            and not self.changes.sent_again
            and not self.changes.missing
            and all(rebuild.status == "succeeded" for rebuild in self.rebuilds)
        )


class RebuildResult(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    quick: bool
    machine: Machine
    notes: tuple[str, ...]
    dataset: str
    items: int
    embedding: bool
    """Whether every text was embedded again."""
    loads: tuple[LoadResult, ...]


def phases_of(asked: Asked, rebuilds: Sequence[Rebuild]) -> frozenset[str]:
    """`rebuild` and `switch` overlap: what touches both counts for both, so that the figures of a
    rebuild hold its worst moment. Whatever touches neither is without a rebuild."""
    phases = set()
    for rebuild in rebuilds:
        if rebuild.whole.touches(asked):
            phases.add(DURING)
        at = rebuild.switched
        if at is not None and _around(at).touches(asked):
            phases.add(SWITCH)
    return frozenset(phases or {WITHOUT})


def latencies(
    asked: Sequence[Asked], names: Sequence[str], belongs: Callable[[Asked], frozenset[str]]
) -> tuple[Latency, ...]:
    """One for each name, in that order; a search may belong to several or to none."""
    by_name: dict[str, list[Asked]] = {name: [] for name in names}
    for one in asked:
        for name in belongs(one):
            by_name[name].append(one)
    return tuple(_latency(name, some) for name, some in by_name.items())


def phase_latencies(asked: Sequence[Asked], rebuilds: Sequence[Rebuild]) -> tuple[Latency, ...]:
    return latencies(asked, (WITHOUT, DURING, SWITCH), lambda one: phases_of(one, rebuilds))


def step_latencies(asked: Sequence[Asked], rebuilds: Sequence[Rebuild]) -> tuple[Latency, ...]:
    """Those of one name count together, also of several rebuilds."""
    steps = [step for rebuild in rebuilds for step in rebuild.steps]
    names = tuple(dict.fromkeys(step.name for step in steps))
    return latencies(asked, names, lambda one: frozenset(_touched(one, steps)))


def p99_ratio(searches: Sequence[Latency]) -> float | None:
    by_phase = {latency.phase: latency.p99_ms for latency in searches}
    without, during = by_phase.get(WITHOUT), by_phase.get(DURING)
    return round(during / without, 2) if during and without else None


def slowest(asked: Sequence[Asked], rebuild: Rebuild, number: int) -> tuple[Slow, ...]:
    touching = [one for one in asked if not one.problem and rebuild.whole.touches(one)]
    touching.sort(key=lambda one: one.seconds, reverse=True)
    return tuple(
        Slow(
            round(one.seconds * 1e3, 1),
            round(one.due - rebuild.whole.begun, 1),
            _touched(one, rebuild.steps),
        )
        for one in touching[:number]
    )


def peak(samples: Sequence[MemorySample], begun: float, ended: float) -> Peak:
    """Of the samples between two times; all 0 where there are none."""
    chosen = [sample for sample in samples if begun <= sample.at <= ended]
    return Peak(
        max((sample.service for sample in chosen), default=0.0),
        max((sample.own for sample in chosen), default=0.0),
        max((sample.settling for sample in chosen), default=0.0),
    )


def figures_of(rebuild: Rebuild) -> RebuildFigures:
    seconds = rebuild.whole.ended - rebuild.whole.begun
    steps: dict[str, float] = {}
    for step in rebuild.steps:
        steps[step.name] = round(steps.get(step.name, 0.0) + step.ended - step.begun, 1)
    return RebuildFigures(
        status=rebuild.status,
        errors=rebuild.errors,
        seconds=round(seconds, 1),
        items=rebuild.items,
        items_per_second=round(rebuild.items / seconds, 1),
        steps_seconds=steps,
        gates=rebuild.gates,
    )


def _around(at: float) -> Span:
    return Span(SWITCH, at - AROUND_SECONDS, at + AROUND_SECONDS)


def _touched(asked: Asked, steps: Sequence[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.name for step in steps if step.touches(asked)))


def _latency(phase: str, asked: Sequence[Asked]) -> Latency:
    seconds = [one.seconds for one in asked if not one.problem]
    counted = Latency(
        phase=phase,
        requests=len(asked),
        failed=len(asked) - len(seconds),
        degraded=sum(one.degraded for one in asked),
    )
    if not seconds:
        return counted
    return msgspec.structs.replace(
        counted,
        p50_ms=milliseconds(seconds, 50),
        p95_ms=milliseconds(seconds, 95),
        p99_ms=milliseconds(seconds, 99),
        slowest_ms=milliseconds(seconds, 100),
    )
