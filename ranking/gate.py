"""Decides whether a model may take the place of the one that is live."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ranking.evaluate import Estimate
from ranking.held_out import Measured, paired

MARGIN = 0.02
"""Of nDCG@10. Over all held-out lists and over all judgments, a model is worse whose mean is below
the other's where the interval reaches further down than this."""

SEGMENT_MARGIN = 0.02
SEGMENT_HOPE = 0.01
"""In a segment, where intervals are wide, a model is worse whose mean is below by more than the
margin, with an interval that reaches no further than this above 0. Else one of ten small segments
would always stop everything, by chance."""

LEAST_LISTS, LEAST_QUERIES = 30, 5
"""Fewer tell nothing, and stop nothing."""

ALL = "all"
Source = Literal["held-out lists", "judgments"]
Against = Literal["champion", "retrieval"]
Verdict = Literal["better", "not worse", "worse", "too few"]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """nDCG@10 of the challenger beside another order of the same lists."""

    source: Source
    segment: str
    against: Against
    lists: int
    queries: int
    challenger: Estimate
    other: Estimate
    difference: Estimate
    verdict: Verdict

    def __str__(self) -> str:
        part = "" if self.segment == ALL else f", {self.segment}"
        return (
            f"{self.source}{part}: {self.challenger.mean:.3f} against {self.other.mean:.3f} of the "
            f"{self.against}, {self.difference.mean:+.3f} [{self.difference.low:+.3f}, "
            f"{self.difference.high:+.3f}] on {self.lists} lists of {self.queries} queries"
        )


class GateReport(msgspec.Struct, frozen=True, kw_only=True):
    """Kept beside the model's manifest."""

    version: str
    champion: str
    """The version that was live, `retrieval` where none was."""
    passed: bool
    reasons: tuple[str, ...]
    """Why it was refused, or what it was shown to be better at."""
    comparisons: tuple[Comparison, ...]
    created_at: str
    margin: float = MARGIN
    segment_margin: float = SEGMENT_MARGIN


def compare(
    source: Source, segment: str, against: Against, challenger: Measured, other: Measured
) -> Comparison:
    difference = paired(challenger, other)
    queries = len(set(challenger.queries))
    return Comparison(
        source=source,
        segment=segment,
        against=against,
        lists=len(challenger.queries),
        queries=queries,
        challenger=challenger.estimate,
        other=other.estimate,
        difference=difference,
        verdict=_verdict(segment, len(challenger.queries), queries, difference),
    )


def judge(
    version: str, champion: str, comparisons: Sequence[Comparison], created_at: str
) -> GateReport:
    """Passed by a model that is nowhere worse, and over all shown to be better than what is live,
    on held-out lists or on judgments."""
    live: Against = "champion" if champion != "retrieval" else "retrieval"
    worse = [entry for entry in comparisons if entry.verdict == "worse"]
    better = [
        entry
        for entry in comparisons
        if entry.verdict == "better" and entry.segment == ALL and entry.against == live
    ]
    if worse:
        reasons = [f"worse: {entry}" for entry in worse]
    elif not better:
        reasons = [f"nowhere shown to be better than the {live}"]
        reasons += [
            str(entry) for entry in comparisons if entry.segment == ALL and entry.against == live
        ]
    else:
        reasons = [f"better: {entry}" for entry in better]
    return GateReport(
        version=version,
        champion=champion,
        passed=bool(better) and not worse,
        reasons=tuple(reasons),
        comparisons=tuple(comparisons),
        created_at=created_at,
    )


def _verdict(segment: str, lists: int, queries: int, difference: Estimate) -> Verdict:
    if segment == ALL:
        if not lists:
            return "too few"
        if difference.mean < 0 and (difference.low < -MARGIN or difference.high < 0):
            return "worse"
        # Of a handful of lists an interval is no wider than the lists happen to differ.
        return "better" if difference.low > 0 and lists >= LEAST_LISTS else "not worse"
    if lists < LEAST_LISTS or queries < LEAST_QUERIES:
        return "too few"
    if difference.mean < -SEGMENT_MARGIN and difference.high < SEGMENT_HOPE:
        return "worse"
    return "better" if difference.low > 0 else "not worse"
