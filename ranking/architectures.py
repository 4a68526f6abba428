"""The forms that a ranking model can have, beside the linear one of `model.py`.

Each adds to the linear model with its priors, and begins as that: what it has beyond is pulled to
nothing, so that few lists leave a linear model and many may leave it. Built from TF-Ranking's
layers.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf
import tensorflow_ranking as tfr
from tensorflow_ranking.python.keras.layers import create_tower

from ranking.choice import Architecture
from ranking.features import FEATURES
from ranking.model import Evidence, LinearRanker, Ranker, Served

DNN_UNITS = (32, 16)
GAM_UNITS = (16,)
ATTENTION_UNITS = (32,)
HEADS, HEAD_SIZE = 2, 16
DROPOUT = 0.1

TOWER_PRECISION = 20.0
"""How firmly the weights of a network are held at 0, as `model.py` has it for the features'."""

KNOTS = 101
"""Points of each curve of the additive model; between two, it is a straight line."""

CONTEXT = 24
"""How many items the attention looks at, those that the linear part puts first. It was trained on
pages, and two hundred candidates would be a list such as it has never seen."""


def build(architecture: Architecture, evidence: Evidence) -> Ranker:
    """A model that has learned nothing yet, to be trained on so much."""
    with warnings.catch_warnings():
        # Keras draws its seeds between 1 and 1e9, which Python would have as whole numbers.
        warnings.simplefilter("ignore", DeprecationWarning)
        built: Ranker = _FORMS[architecture](evidence)
        # Keras makes the variables on the first call.
        built({"features": tf.zeros((1, 2, len(FEATURES))), "mask": tf.ones((1, 2), tf.bool)})
    return built


class _BeyondLinear(tf.keras.Model):  # type: ignore[misc]  # TensorFlow has no types
    """A linear model and a network that corrects it."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self.linear = LinearRanker(evidence)
        self._flatten = tfr.keras.layers.FlattenList()
        self._restore = tfr.keras.layers.RestoreList()
        self._strength = TOWER_PRECISION / evidence.lists

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> Any:
        """See `ranking.model.Ranker`."""
        beyond = self.beyond(inputs["features"], inputs["mask"], training)
        return self.linear(inputs) + beyond

    def beyond(self, features: Any, mask: Any, training: bool) -> Any:
        raise NotImplementedError

    def served(self) -> Served:
        def score(features: Any) -> dict[str, Any]:
            mask = tf.ones((1, tf.shape(features)[0]), tf.bool)
            scores = self({"features": features[None], "mask": mask}, training=False)
            return {"scores": scores[0]}

        return score

    def hold(self, layer: Any, last: Any) -> None:
        """Pull the layer's weights to 0, and begin with the last of them there."""
        last.kernel.assign(tf.zeros_like(last.kernel))
        for weights in layer.trainable_variables:
            if "kernel" in weights.name:
                self.add_loss(lambda weights=weights: self._strength * tf.nn.l2_loss(weights))


class DeepRanker(_BeyondLinear):
    """A feed-forward network over all features of a candidate."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._tower = _tower(DNN_UNITS, tf.nn.relu, "dnn")
        self._tower(tf.zeros((1, len(FEATURES))))
        self.hold(self._tower, self._tower.layers[-1])

    def beyond(self, features: Any, mask: Any, training: bool) -> Any:
        _, flat = self._flatten(({}, {"features": features}, mask))
        return self._restore((self._tower(_centred(flat["features"]), training=training), mask))


class AdditiveRanker(_BeyondLinear):
    """A generalised additive model (Zhuang et al., "Interpretable ranking with generalized additive
    models", WSDM 2021): one curve for each feature, so that it can say what each one added."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._gam = tfr.keras.layers.GAMLayer(
            len(FEATURES),
            list(GAM_UNITS),
            activation=tf.nn.tanh,
            use_batch_norm=False,
            dropout=0.0,
            name="gam",
        )
        self._gam(([tf.zeros((1, 1))] * len(FEATURES), None))
        for tower in self._gam._example_towers:
            self.hold(tower, tower.layers[-1])

    def beyond(self, features: Any, mask: Any, training: bool) -> Any:
        _, flat = self._flatten(({}, {"features": features}, mask))
        columns = tf.split(_centred(flat["features"]), len(FEATURES), axis=1)
        logits, _, _ = self._gam((columns, None), training=training)
        return self._restore((logits, mask))

    def curves(self) -> Any:
        """Shape `(features, KNOTS)`: what each feature adds at values from 0 to 1, above what it
        adds at 0."""
        knots = tf.linspace(0.0, 1.0, KNOTS)[:, None]
        _, parts, _ = self._gam(([_centred(knots)] * len(FEATURES), None), training=False)
        curves = tf.transpose(tf.concat(parts, axis=1))
        curves += self.linear.output_layer.kernel * tf.transpose(knots)
        return curves - curves[:, :1]

    def served(self) -> Served:
        """The curves themselves are what is exported: two looks into a table cost less than a
        network for each feature, and what is drawn is exactly what is used."""
        curves = tf.constant(self.curves())

        def score(features: Any) -> dict[str, Any]:
            contributions = along(curves, features)
            return {"scores": tf.reduce_sum(contributions, axis=1), "contributions": contributions}

        return score


class AttentiveRanker(_BeyondLinear):
    """Sees the whole list: each candidate beside those it competes with (Pasumarthi et al.,
    "Permutation equivariant document interaction network for neural learning to rank", 2020)."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._attention = tfr.keras.layers.DocumentInteractionAttention(
            num_heads=HEADS, head_size=HEAD_SIZE, num_layers=1, dropout=DROPOUT
        )
        self._tower = _tower(ATTENTION_UNITS, tf.nn.relu, "attention")
        self._attention((tf.zeros((1, 2, len(FEATURES))), tf.ones((1, 2), tf.bool)))
        self._tower(tf.zeros((1, len(FEATURES) + HEAD_SIZE)))
        # Not the attention's own weights: without the tower's they move nothing, and pulled to 0
        # they would be dead before it had learned to listen to them.
        self.hold(self._tower, self._tower.layers[-1])

    def beyond(self, features: Any, mask: Any, training: bool) -> Any:
        context = self._attention(
            (_centred(features), self._context(features, mask)), training=training
        )
        seen = tf.concat([_centred(features), context], axis=-1)
        _, flat = self._flatten(({}, {"features": seen}, mask))
        return self._restore((self._tower(flat["features"], training=training), mask))

    def _context(self, features: Any, mask: Any) -> Any:
        by_linear = tf.stop_gradient(self.linear({"features": features, "mask": mask}))
        best_first = tf.argsort(tf.where(mask, -by_linear, 1e9), stable=True)
        return tf.logical_and(mask, tf.argsort(best_first) < CONTEXT)


_FORMS: Mapping[Architecture, Callable[[Evidence], Ranker]] = {
    "linear": LinearRanker,
    "dnn": DeepRanker,
    "gam": AdditiveRanker,
    "attention": AttentiveRanker,
}


def along(curves: Any, features: Any) -> Any:
    """The value of each feature's curve, `(features, KNOTS)`, at its values, `(n, features)`."""
    place = tf.clip_by_value(features, 0.0, 1.0) * (KNOTS - 1)
    low = tf.minimum(tf.cast(place, tf.int32), KNOTS - 2)
    index = low + tf.range(tf.shape(curves)[0])[None] * KNOTS
    flat = tf.reshape(curves, [-1])
    share = place - tf.cast(low, tf.float32)
    return (1.0 - share) * tf.gather(flat, index) + share * tf.gather(flat, index + 1)


def _tower(units: tuple[int, ...], activation: Any, name: str) -> Any:
    return create_tower(
        list(units), 1, activation=activation, use_batch_norm=False, dropout=DROPOUT, name=name
    )


def _centred(features: Any) -> Any:
    """Features lie between 0 and 1; a network starts best from values around 0."""
    return 4.0 * features - 2.0
