"""A hit's trace as bars: shares of a page-wide scale, so that hits can be compared by eye."""

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from app.search.schemas import FeatureTrace, Hit, HitTrace, RuleEffect


class RetrieverRow(msgspec.Struct, frozen=True):
    """`rank` is None where this retriever did not find the hit that another one found."""

    name: str
    rank: int | None
    score: str


class FeatureBar(msgspec.Struct, frozen=True):
    """`width` is a percentage of the bar's room, which a diverging bar halves."""

    name: str
    value: str
    amount: str
    width: float
    side: Literal["value", "plus", "minus"]


class TraceView(msgspec.Struct, frozen=True):
    retrievers: tuple[RetrieverRow, ...]
    bars: tuple[FeatureBar, ...]
    diverging: bool
    model_score: str
    rules: tuple[RuleEffect, ...]
    position: int


class Scales(msgspec.Struct, frozen=True):
    """The largest magnitudes on the page: one for all contributions, one per feature's values."""

    retrievers: tuple[str, ...]
    contribution: float
    values: Mapping[str, float]


def measure(hits: Iterable[Hit]) -> Scales:
    """Features have units of their own (euros, stars, cosines), contributions share the model's."""
    retrievers: dict[str, None] = {}
    contribution = 0.0
    values: dict[str, float] = {}
    for trace in (hit.explain for hit in hits if hit.explain):
        retrievers.update(dict.fromkeys(trace.retrieval))
        for feature in trace.features:
            values[feature.name] = max(values.get(feature.name, 0.0), _magnitude(feature.value))
            contribution = max(contribution, _magnitude(feature.contribution or 0.0))
    return Scales(tuple(retrievers), contribution, values)


def view_trace(trace: HitTrace, scales: Scales) -> TraceView:
    bars = [_bar(feature, scales) for feature in trace.features]
    diverging = any(bar.side != "value" for bar in bars)
    if diverging:
        bars.sort(key=lambda bar: (bar.side == "value", -bar.width))
    return TraceView(
        retrievers=tuple(_retriever(name, trace) for name in scales.retrievers),
        bars=tuple(bars),
        diverging=diverging,
        model_score="" if trace.model_score is None else format_number(trace.model_score),
        rules=trace.rules,
        position=trace.position,
    )


def format_number(number: float) -> str:
    """Four telling digits, with a true minus sign; `12,800`, `0.7123`, `−1.5`."""
    text = f"{number:,.0f}" if 1000 <= abs(number) < 1e12 else f"{number:.4g}"
    return text.replace("-", "−")


def _retriever(name: str, trace: HitTrace) -> RetrieverRow:
    seen = trace.retrieval.get(name)
    label = _words(name)
    return (
        RetrieverRow(label, seen.rank, format_number(seen.score))
        if seen
        else RetrieverRow(label, None, "")
    )


def _bar(feature: FeatureTrace, scales: Scales) -> FeatureBar:
    name, value = _words(feature.name), format_number(feature.value)
    if feature.contribution is None:
        width = _share(feature.value, scales.values.get(feature.name, 0.0))
        return FeatureBar(name, value, "", width, "value")
    return FeatureBar(
        name,
        value,
        _amount(feature.contribution, scales.contribution),
        _share(feature.contribution, scales.contribution),
        "minus" if feature.contribution < 0 else "plus",
    )


def _amount(contribution: float, largest: float) -> str:
    """As many decimals as give the page's largest contribution three telling digits."""
    decimals = max(0, 2 - math.floor(math.log10(largest))) if largest else 1
    shown = f"{contribution:+.{decimals}f}"
    if not shown.strip("+-0."):
        return shown[1:]
    return shown.replace("-", "−")


def _words(name: str) -> str:
    return name.replace("_", " ").replace(".", " · ")


def _magnitude(number: float) -> float:
    return abs(number) if math.isfinite(number) else 0.0


def _share(number: float, largest: float) -> float:
    return round(100 * _magnitude(number) / largest, 1) if largest else 0.0
