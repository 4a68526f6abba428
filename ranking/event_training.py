"""Trains a ranking model on what shoppers did with the lists they were shown, and on judgments."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from indexing.candidates import Floats
from ranking.architectures import build
from ranking.bias import Objective, objective_of
from ranking.choice import Bias, Choice
from ranking.dataset import JudgedList
from ranking.errors import TooLittleToLearnFrom
from ranking.labels import LabelledList
from ranking.model import Evidence, Ranker
from ranking.propensity import Examination
from ranking.train import WHOLE_LIST_WEIGHT

LEAST_LISTS = 50
LEAST_QUERIES = 3
BATCH = 256
_EPOCHS = 12
_LEAST_STEPS, _MOST_STEPS = 400, 2_000
_LEARNING_RATE = 0.03

Progress = Callable[[int, int], None]
"""Steps done, and how many there are."""


class _Batch(NamedTuple):
    """Lists of one kind, padded to the longest."""

    features: Floats
    labels: Floats
    """-1 where a hit is left out."""
    mask: npt.NDArray[np.bool_]
    positions: npt.NDArray[np.int32]
    """0 in lists that are not of a page."""


def train_on_events(
    lists: Sequence[LabelledList],
    examination: Examination,
    choice: Choice,
    judged: Sequence[JudgedList] = (),
    progress: Progress = lambda done, steps: None,
) -> Ranker:
    """Same lists, choice and seed, same model. Raises `TooLittleToLearnFrom`."""
    lists = _enough(examined(lists, examination), examination)
    tf.keras.utils.set_random_seed(choice.seed)
    judged = [entry for entry in judged if any(entry.grades.get(i, 0) for i in entry.item_ids)]
    plain = objective_of("none", examination, len(lists))
    effective = _effective(lists, examination, choice.bias)
    objective = objective_of(choice.bias, examination, effective)
    clicked = [
        _with_labels(entry, objective.labels(entry.gains, entry.positions)) for entry in lists
    ]
    mean = float(np.mean([labels[labels > 0].sum() for _, labels in clicked]))
    weight = 0.0 if choice.bias == "click-em" else mean
    judged_share = choice.judgment_weight * len(judged)
    queries = len({entry.query for entry in lists})
    evidence = Evidence(queries + len(judged), effective + judged_share)
    model = build(choice.architecture, evidence)
    steps = int(np.clip(_EPOCHS * len(lists) / BATCH, _LEAST_STEPS, _MOST_STEPS))
    trainer = _Trainer(model, objective, plain, steps)
    shuffled = np.random.default_rng(choice.seed)
    pages = _endless(clicked, shuffled, scale=1.0 / (weight or 1.0))
    judged_batch = _judged_batch(judged)
    share = judged_share / (len(lists) + judged_share)
    for step in range(steps):
        trainer.step(next(pages), judged_batch, share)
        if step % 20 == 19:
            progress(step + 1, steps)
    return model


def _enough(lists: Sequence[LabelledList], examination: Examination) -> Sequence[LabelledList]:
    if examination.depth == 1:
        raise TooLittleToLearnFrom(
            "as far as the clicks tell, nobody looks below position 1: whether its hit is better "
            "than the others cannot be told from its being first"
        )
    queries = {entry.query for entry in lists}
    if len(lists) < LEAST_LISTS or len(queries) < LEAST_QUERIES:
        raise TooLittleToLearnFrom(
            f"only {len(lists)} lists of {len(queries)} queries tell what shoppers chose among "
            f"hits that they looked at; training needs {LEAST_LISTS} of {LEAST_QUERIES}"
        )
    return lists


def examined(lists: Sequence[LabelledList], examination: Examination) -> list[LabelledList]:
    """Cut where the curve says that nobody looks: what stands below was not passed over. Lists that
    have nothing left to compare are left out."""
    depth = examination.depth
    kept = []
    for entry in lists:
        compared = entry.compared & (entry.positions <= depth)
        gains = np.where(compared, entry.gains, 0.0).astype(np.float32)
        if compared.sum() > 1 and gains.any():
            kept.append(msgspec.structs.replace(entry, compared=compared, gains=gains))
    return kept


def _effective(lists: Sequence[LabelledList], examination: Examination, bias: Bias) -> float:
    """How many lists of equal weight tell as much (Kish, 1965)."""
    if bias == "click-em":
        return float(len(lists))
    objective = objective_of(bias, examination, 1.0)
    weights = np.array([objective.labels(e.gains, e.positions).sum() for e in lists])
    return float(weights.sum() ** 2 / (weights**2).sum())


def _with_labels(entry: LabelledList, labels: Floats) -> tuple[LabelledList, Floats]:
    return entry, np.where(entry.compared, labels, -1.0).astype(np.float32)


def _endless(
    clicked: Sequence[tuple[LabelledList, Floats]], rng: np.random.Generator, scale: float
) -> Iterator[_Batch]:
    while True:
        order = rng.permutation(len(clicked))
        for low in range(0, len(order), BATCH):
            part = [clicked[n] for n in order[low : low + BATCH]]
            yield _padded(
                [entry.features for entry, _ in part],
                [np.where(labels > 0, labels * scale, labels) for _, labels in part],
                [entry.positions for entry, _ in part],
            )


def _judged_batch(judged: Sequence[JudgedList]) -> _Batch | None:
    """Each query twice, as `train.py` has it: its whole list, and what was judged alone."""
    if not judged:
        return None
    whole, alone = [], []
    for entry in judged:
        grades = np.array([entry.grades.get(item, -1) for item in entry.item_ids], np.float32)
        gains = 2.0 ** np.maximum(grades, 0.0) - 1.0
        gains /= gains.sum()
        whole.append(2 * WHOLE_LIST_WEIGHT * gains)
        alone.append(np.where(grades >= 0, 2 * (1 - WHOLE_LIST_WEIGHT) * gains, -1.0))
    features = [entry.features for entry in judged]
    return _padded(features * 2, [*whole, *alone], [np.zeros(len(f)) for f in features] * 2)


def _padded(
    features: Sequence[Floats],
    labels: Sequence[npt.NDArray[Any]],
    positions: Sequence[npt.NDArray[Any]],
) -> _Batch:
    lists, size = len(features), max(len(rows) for rows in features)
    batch = _Batch(
        np.zeros((lists, size, features[0].shape[1]), np.float32),
        np.full((lists, size), -1.0, np.float32),
        np.zeros((lists, size), np.bool_),
        np.zeros((lists, size), np.int32),
    )
    for n, rows in enumerate(features):
        batch.features[n, : len(rows)] = rows
        batch.labels[n, : len(rows)] = labels[n]
        batch.mask[n, : len(rows)] = True
        batch.positions[n, : len(rows)] = positions[n]
    return batch


class _Trainer:
    """One optimiser over the model and what the objective learns beside it."""

    def __init__(self, model: Ranker, objective: Objective, plain: Objective, steps: int) -> None:
        self._model = model
        self._objective = objective
        self._plain = plain
        self._variables: list[Any] = [*self._model.trainable_variables, *objective.variables]
        schedule = tf.keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps, alpha=0.01)
        self._optimizer = tf.keras.optimizers.Adam(schedule)
        self._optimizer.build(self._variables)
        rows = [
            tf.TensorSpec((None, None, None), tf.float32),
            tf.TensorSpec((None, None), tf.float32),
            tf.TensorSpec((None, None), tf.bool),
            tf.TensorSpec((None, None), tf.int32),
        ]
        share = tf.TensorSpec((), tf.float32)
        self._clicked = tf.function(self._on_clicks, input_signature=rows)
        self._both = tf.function(self._on_both, input_signature=[*rows, *rows, share])

    def step(self, clicked: _Batch, judged: _Batch | None, share: float) -> None:
        """`share`: of the judged lists in what is learned from."""
        if judged is None:
            self._clicked(*clicked)
        else:
            self._both(*clicked, *judged, share)

    def _on_clicks(self, features: Any, labels: Any, mask: Any, positions: Any) -> None:
        with tf.GradientTape() as tape:
            total = self._mean(self._objective, features, labels, mask, positions) + self._held()
        self._apply(tape, total)

    def _on_both(self, *given: Any) -> None:
        clicked, judged, share = given[:4], given[4:8], given[8]
        with tf.GradientTape() as tape:
            total = (1.0 - share) * self._mean(self._objective, *clicked)
            total += share * self._mean(self._plain, *judged) + self._held()
        self._apply(tape, total)

    def _mean(
        self, objective: Objective, features: Any, labels: Any, mask: Any, positions: Any
    ) -> Any:
        scores = self._model({"features": features, "mask": mask}, training=True)
        return tf.reduce_mean(objective.losses(labels, scores, positions))

    def _held(self) -> Any:
        return tf.add_n(self._model.losses) + self._objective.penalty()

    def _apply(self, tape: Any, total: Any) -> None:
        gradients = tape.gradient(total, self._variables)
        self._optimizer.apply_gradients(zip(gradients, self._variables, strict=True))
