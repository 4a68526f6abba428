"""What one training learns from and is measured on, taken from the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from sqlalchemy import Engine

from app.features.counting import BehaviourCounter
from app.features.examination_curves import DEFAULT_CURVE
from app.features.shown_lists import read_shown_lists
from app.training.clickthroughs import read_clickthroughs, read_showings
from app.training.request import Report
from ranking.behaviour import BEHAVIOUR
from ranking.errors import InvalidFeatures, TooLittleToLearnFrom
from ranking.feature_checks import FeatureProfile, check_training, describe
from ranking.labels import LabelledList, label_all
from ranking.model_store import Window
from ranking.propensity import Examination, estimate_examination

PROFILED_LISTS = 5_000
"""The latest before the held-out part."""

HELD_OUT = 0.2
"""The last part of the lists, by time."""


class Material(msgspec.Struct, frozen=True):
    learned: tuple[LabelledList, ...]
    held_out: tuple[LabelledList, ...]
    examination: Examination
    window: Window
    profile: FeatureProfile
    """Of the lists shown in the time that is learned from, as the watch reads them."""


def gather(engine: Engine, days: float, now: datetime, report: Report) -> Material:
    """Raises `TooLittleToLearnFrom`, and `InvalidFeatures` where the features cannot be learned
    from."""
    report({"phase": "reading the log"})
    # What no service has counted yet is not attributed to its lists.
    BehaviourCounter(engine).run()
    since = now - timedelta(days=days)
    with engine.connect() as connection:
        entries = read_clickthroughs(connection, since, now)
        report({"phase": "estimating position bias", "lists": len(entries)})
        positions = len(DEFAULT_CURVE.parts_per_million)
        showings = read_showings(connection, since, now, positions)
    prior = [parts / 1e6 for parts in DEFAULT_CURVE.parts_per_million]
    examination = estimate_examination(showings, prior)
    labelled = label_all(entries, BEHAVIOUR.definitions.actions)
    if not labelled.lists:
        raise TooLittleToLearnFrom(_nothing(len(entries), labelled.left_out, days))
    learned, held_out = split(labelled.lists)
    window = Window(
        since=since.isoformat(),
        split=(held_out or learned)[0].at.isoformat(),
        until=now.isoformat(),
        learned=len(learned),
        held_out=len(held_out),
        left_out=labelled.left_out,
    )
    _check(learned, held_out)
    with engine.connect() as connection:
        shown = read_shown_lists(connection, since, held_out[0].at, PROFILED_LISTS)
    profile = describe(shown.values, shown.lists)
    return Material(tuple(learned), tuple(held_out), examination, window, profile)


def split(lists: Sequence[LabelledList]) -> tuple[list[LabelledList], list[LabelledList]]:
    """By time: what is learned was all shown before what is held out."""
    ordered = sorted(lists, key=lambda entry: (entry.at, entry.list_id))
    moment = ordered[min(int(len(ordered) * (1 - HELD_OUT)), len(ordered) - 1)].at
    return (
        [entry for entry in ordered if entry.at < moment],
        [entry for entry in ordered if entry.at >= moment],
    )


def _check(learned: Sequence[LabelledList], held_out: Sequence[LabelledList]) -> None:
    """What is learned from must look like what is shown now."""
    if not learned:
        raise TooLittleToLearnFrom("all lists were shown at one moment; none can be held out")
    rows = np.concatenate([entry.features for entry in learned])
    shown_now = np.concatenate([entry.features for entry in held_out])
    report = check_training(rows, len(learned), describe(shown_now, len(held_out)))
    if not report.passed:
        raise InvalidFeatures(f"the features cannot be learned from:\n{report.text}")


def _nothing(lists: int, left_out: Mapping[str, int], days: float) -> str:
    if not lists:
        return f"no list that anything was done with was shown in the last {days:g} days"
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
    return f"none of the {lists} lists of the last {days:g} days can be learned from: {reasons}"
