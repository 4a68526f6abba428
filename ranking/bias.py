"""What training does about position: hits further up are clicked more, being seen more."""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tensorflow_ranking as tfr

import ranking.tf_settings  # noqa: F401  # Before TensorFlow's first operation.
from indexing.candidates import Floats
from ranking.choice import Bias
from ranking.propensity import LEAST_EXAMINED, Examination

POSITION_PRECISION = 2.0
"""How firmly a learned bias is held at the estimated curve, as `model.py` has it for the features'
weights."""


class SoftmaxObjective:
    """Softmax over the list, each gain weighed by how unlikely it was to be seen (`ipw`: Joachims,
    Swaminathan and Schnabel, WSDM 2017), or not (`none`). Weighed, the exponential of the best
    score is proportional to the chance of being chosen once seen."""

    def __init__(self, examination: Examination, corrected: bool) -> None:
        self._examination = examination
        self._corrected = corrected
        self._loss = tfr.keras.losses.SoftmaxLoss()
        self.variables: list[Any] = []

    def labels(self, gains: Floats, positions: npt.NDArray[np.int64]) -> Floats:
        if not self._corrected:
            return gains
        return (gains / self._examination.propensities(positions)).astype(np.float32)

    def losses(self, labels: Any, scores: Any, positions: Any) -> Any:
        """One for each list; labels of -1 are left out."""
        return self._loss.call(labels, scores)

    def penalty(self) -> Any:
        return 0.0


class TwoTowerObjective:
    """A second tower learns what the position adds to the logarithm of the odds of a click, and is
    left out when serving (Guo et al., "PAL", RecSys 2019). It starts from the estimated curve."""

    def __init__(self, examination: Examination, lists: float) -> None:
        self._loss = tfr.keras.losses.SoftmaxLoss()
        self._tower = PositionTower(examination, lists)
        self.variables: list[Any] = self._tower.variables

    def labels(self, gains: Floats, positions: npt.NDArray[np.int64]) -> Floats:
        return gains

    def losses(self, labels: Any, scores: Any, positions: Any) -> Any:
        return self._loss.call(labels, scores + self._tower(positions))

    def penalty(self) -> Any:
        return self._tower.penalty()


class ClickEmObjective:
    """TF-Ranking's `ClickEMLoss`: examination by position and attractiveness by features are both
    hidden, and expectation maximisation tells them apart (Wang et al., "Position bias estimation
    for unbiased learning to rank in personal search", WSDM 2018). Knows clicks only, whatever they
    weigh."""

    def __init__(self, examination: Examination, lists: float) -> None:
        self._loss = tfr.keras.losses.ClickEMLoss()
        self._tower = PositionTower(examination, lists, as_odds=True)
        # Scores have no zero of their own; this is how attractive a hit of score 0 is.
        self._level = tf.Variable(-3.0, name="level")
        self._scale = len(examination.curve)
        self.variables: list[Any] = [*self._tower.variables, self._level]

    def labels(self, gains: Floats, positions: npt.NDArray[np.int64]) -> Floats:
        return (gains > 0).astype(np.float32)

    def losses(self, labels: Any, scores: Any, positions: Any) -> Any:
        logits = tf.stack([self._tower(positions), scores + self._level], axis=2)
        return tf.reduce_sum(self._loss.call(labels, logits), axis=1)

    def penalty(self) -> Any:
        return self._tower.penalty()


Objective = SoftmaxObjective | TwoTowerObjective | ClickEmObjective


def objective_of(bias: Bias, examination: Examination, lists: float) -> Objective:
    """For training on so many lists."""
    if bias == "two-tower":
        return TwoTowerObjective(examination, lists)
    if bias == "click-em":
        return ClickEmObjective(examination, lists)
    return SoftmaxObjective(examination, corrected=bias == "ipw")


class PositionTower:
    """A number for each position, from 1; 0 for positions that are not of a page. As odds, it is
    the logit of being looked at, else the logarithm of its chance."""

    def __init__(self, examination: Examination, lists: float, as_odds: bool = False) -> None:
        curve = np.maximum(np.asarray(examination.curve, np.float32), LEAST_EXAMINED)
        if as_odds:
            curve = np.minimum(0.98 * curve, 0.98)
            curve = curve / (1.0 - curve)
        self._start = tf.constant(np.log(curve))
        self._strength = POSITION_PRECISION / lists
        self.values = tf.Variable(self._start, name="positions")
        self.variables: list[Any] = [self.values]

    def __call__(self, positions: Any) -> Any:
        place = tf.clip_by_value(positions, 1, tf.shape(self.values)[0]) - 1
        return tf.where(positions > 0, tf.gather(self.values, place), 0.0)

    def penalty(self) -> Any:
        return self._strength * tf.reduce_sum(tf.square(self.values - self._start))
