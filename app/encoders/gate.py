"""Decides whether a fine-tuned encoder is worth a rebuild."""

from collections.abc import Mapping

import msgspec

from ranking.evaluate import Estimate, estimate, paired_difference

GATED = ("recall@200", "ndcg@10")
"""Of dense retrieval. Recall comes first: what it misses no ranking can bring back."""

REPORTED = (*GATED, "ndcg@10_judged_only")

MARGIN = 0.01
"""By so much a gated measure may be lower, if the other has risen for sure."""

PerQuery = Mapping[str, Mapping[str, float]]


class Comparison(msgspec.Struct, frozen=True):
    """One measure over the same queries; `difference` is taken query by query."""

    base: Estimate
    trained: Estimate
    difference: Estimate


class EncoderGate(msgspec.Struct, frozen=True):
    """Kept beside the model's manifest. The figures are of cross-validation: each query by a model
    that was trained without it."""

    passed: bool
    reason: str
    queries: int
    folds: int
    measures: Mapping[str, Comparison]


def examine(base: PerQuery, trained: PerQuery, folds: int) -> EncoderGate:
    """Passes what is better for sure in one of the gated measures, with a 95 % interval of the
    difference above 0, and not worse in the other: neither by more than the margin, nor for
    sure."""
    measures = {name: _compare(base, trained, name) for name in REPORTED}
    worse = [
        name
        for name in GATED
        if measures[name].difference.mean < -MARGIN or measures[name].difference.high < 0
    ]
    better = [name for name in GATED if measures[name].difference.low > 0]
    if worse:
        reason = f"{' and '.join(worse)} would be worse"
    elif not better:
        reason = f"neither {' nor '.join(GATED)} is better for sure"
    else:
        reason = f"{' and '.join(better)} is better, and nothing is worse"
    return EncoderGate(bool(better) and not worse, reason, len(trained), folds, measures)


def _compare(base: PerQuery, trained: PerQuery, name: str) -> Comparison:
    return Comparison(
        base=estimate([base[query][name] for query in trained]),
        trained=estimate([trained[query][name] for query in trained]),
        difference=paired_difference(trained, base, name),
    )
