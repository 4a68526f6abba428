"""Measures a challenger beside the champion and beside plain retrieval, for the gate to judge."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ranking.dataset import JudgedList
from ranking.events import normal_query
from ranking.gate import ALL, Against, Comparison, compare
from ranking.held_out import Measured, by_clicks, by_judgments
from ranking.labels import LabelledList
from ranking.propensity import Examination
from ranking.scorer import RetrievalOrderScorer, Scorer
from ranking.segments import NEVER_CLICKED, Traffic, segments_of

Step = Callable[[], None]


def by_held_out_lists(
    lists: Sequence[LabelledList],
    examination: Examination,
    learned: Traffic,
    challenger: Scorer,
    champion: Scorer | None,
) -> list[Comparison]:
    """Over all of them and by segment; `champion` is None where nothing was live."""
    comparisons = []
    for segment, part in {ALL: lists, **segments_of(lists, learned)}.items():
        mine = by_clicks(part, examination, challenger)
        for against, scorer in _others(champion).items():
            other = by_clicks(part, examination, scorer)
            comparisons.append(compare("held-out lists", segment, against, mine, other))
    return comparisons


def by_judged_queries(
    lists: Sequence[JudgedList],
    learned: Traffic,
    challengers: Mapping[str, Scorer],
    champion: Scorer | None,
) -> list[Comparison]:
    """The same on judged queries; `challengers` has one for each query, since a model that learned
    from judgments is measured only where it did not."""
    if not lists:
        return []
    mine = by_judgments(lists, challengers)
    unclicked = np.array([normal_query(entry.query) not in learned.places for entry in lists])
    comparisons = []
    for against, scorer in _others(champion).items():
        other = by_judgments(lists, dict.fromkeys(challengers, scorer))
        parts: dict[str, tuple[Measured, Measured]] = {
            ALL: (mine, other),
            NEVER_CLICKED: (mine.only(unclicked), other.only(unclicked)),
        }
        comparisons += [
            compare("judgments", segment, against, *pair) for segment, pair in parts.items()
        ]
    return comparisons


def _others(champion: Scorer | None) -> dict[Against, Scorer]:
    retrieval: dict[Against, Scorer] = {"retrieval": RetrievalOrderScorer()}
    return retrieval if champion is None else {"champion": champion, **retrieval}
