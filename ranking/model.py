"""The ranking model: a linear scorer over features between 0 and 1, built from TF-Ranking's parts.

Linear on purpose: on queries it has not seen, it does as well as any deeper model that was tried on
the 70 judged ones (`docs/relevance.md`), and it can say what each feature added. What can be had
instead of it, once there are clicks enough, stands in `architectures.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import tensorflow as tf
import tensorflow_ranking as tfr

import ranking.tf_settings  # noqa: F401  # Before TensorFlow's first operation.
from ranking.features import BEHAVIOUR_FEATURES, FEATURES, TRUSTED

PRIOR: dict[str, float] = {"dense": 5.0, "coverage": 4.5, "lexical": 1.5, "fused_rank": 1.5}
"""What the trusted features are worth before anything is learned; all others start at 0. Found by a
coarse search on the Icecat development judgments (`docs/relevance.md`), so figures on those flatter
it; chosen on four folds and measured on the fifth, it reaches the same."""

TRUSTED_PRECISION = 1.4
CAUTIOUS_PRECISION = 7.0
"""How firmly a weight is held at its prior, as the precision of a Gaussian around it: the penalty
is precision * (weight - prior)^2 / evidence, so that more evidence outweighs it."""


class Evidence(NamedTuple):
    """How much there is to learn from."""

    queries: float
    lists: float
    """Of all queries together. A query's lists hold the same items, and what these are does not
    change from one list to the next, so of that each query tells but once; what shoppers did with
    them changes, so of that each list tells."""

    def of(self, feature: str) -> float:
        return self.lists if feature in BEHAVIOUR_FEATURES else self.queries


Served = Callable[[Any], dict[str, Any]]
"""Of one list, from features of shape `(n, features)` to its `scores` of shape `(n,)` and, where
the model is a sum over features, `contributions` of shape `(n, features)`."""


class Ranker(Protocol):
    """A Keras model that scores lists, and can be written as a SavedModel."""

    variables: Sequence[Any]
    trainable_variables: Sequence[Any]
    losses: Sequence[Any]

    def __call__(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """`inputs` holds `features` of shape `(lists, size, features)` and `mask` of shape
        `(lists, size)`; gives scores of shape `(lists, size)`."""

    def count_params(self) -> int: ...

    def served(self) -> Served:
        """As it is now, the function that is exported."""


@tf.keras.utils.register_keras_serializable(package="endcap")
class PullToPrior(tf.keras.regularizers.Regularizer):  # type: ignore[misc]  # no types in TensorFlow
    """Quadratic around `prior`, with `strength` for each feature; both of shape `(features, 1)`."""

    def __init__(
        self, prior: Sequence[Sequence[float]], strength: Sequence[Sequence[float]]
    ) -> None:
        self.prior = [list(row) for row in prior]
        self.strength = [list(row) for row in strength]

    def __call__(self, kernel: Any) -> Any:
        away = tf.square(kernel - tf.constant(self.prior, tf.float32))
        return tf.reduce_sum(tf.constant(self.strength, tf.float32) * away)

    def get_config(self) -> dict[str, Any]:
        return {"prior": self.prior, "strength": self.strength}


def pull_to_prior(evidence: Evidence) -> PullToPrior:
    precisions = {
        name: TRUSTED_PRECISION if name in TRUSTED else CAUTIOUS_PRECISION for name in FEATURES
    }
    return PullToPrior(
        prior=[[PRIOR.get(name, 0.0)] for name in FEATURES],
        strength=[[precision / evidence.of(name)] for name, precision in precisions.items()],
    )


class LinearRanker(tf.keras.Model):  # type: ignore[misc]  # TensorFlow has no types
    """Scores each candidate by itself: the sum over all features of weight times value."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self._flatten = tfr.keras.layers.FlattenList()
        self._restore = tfr.keras.layers.RestoreList()
        pull = pull_to_prior(evidence)
        self.output_layer = tf.keras.layers.Dense(
            1,
            use_bias=False,
            kernel_initializer=tf.keras.initializers.Constant(pull.prior),
            kernel_regularizer=pull,
        )

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """See `Ranker`."""
        _, flat = self._flatten(({}, {"features": inputs["features"]}, inputs["mask"]))
        return self._restore((self.output_layer(flat["features"]), inputs["mask"]))

    def served(self) -> Served:
        def score(features: Any) -> dict[str, Any]:
            contributions = features * tf.transpose(self.output_layer.kernel)
            return {"scores": tf.reduce_sum(contributions, axis=1), "contributions": contributions}

        return score

    def weights_by_feature(self) -> dict[str, float]:
        """What each feature is worth, as trained."""
        kernel = self.output_layer.kernel.numpy()[:, 0]
        return {name: float(weight) for name, weight in zip(FEATURES, kernel, strict=True)}


def export(model: Ranker, folder: Path) -> None:
    """Write a SavedModel whose one signature takes `features` of shape `(n, features)` and gives
    `scores` of shape `(n,)` and, of an additive model, `contributions` of shape `(n, features)`,
    which add up to them."""
    module = tf.Module()
    # The variables alone: as a Keras object it would be written with all that Keras knows of it.
    module.kept = list(model.variables)
    signature = tf.TensorSpec((None, len(FEATURES)), tf.float32, name="features")
    module.score = tf.function(model.served(), input_signature=[signature])
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.score})
