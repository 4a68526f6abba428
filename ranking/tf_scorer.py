"""The ranking model in this process: a SavedModel behind one compiled function."""

from pathlib import Path

import numpy as np
import tensorflow as tf

import ranking.tf_settings  # noqa: F401  # Before TensorFlow's first operation.
from indexing.candidates import Floats
from ranking.errors import ModelRefused
from ranking.features import FEATURES
from ranking.scorer import Scores

_WARM_UP_SIZES = (1, 2, 20, 200)
"""Of lists. TensorFlow lays out its memory and its plan on the first calls; no shopper waits for
that."""


class TensorFlowScorer:
    """Calls the compiled signature itself: a Keras model called as such takes far longer than
    the millisecond that 200 candidates cost here."""

    def __init__(self, saved_model: Path, version: str) -> None:
        self.version = version
        try:
            # The loaded object is kept, since the function holds its variables only weakly.
            self._loaded = tf.saved_model.load(str(saved_model))
            self._function = self._loaded.signatures["serving_default"]
            for size in _WARM_UP_SIZES:
                features = np.full((size, len(FEATURES)), 0.5, np.float32)
                scores = self.score(features, np.zeros(size, np.float32))
                if scores.values.shape != (size,) or not np.isfinite(scores.values).all():
                    raise ModelRefused(f"it gives {scores.values[:5]} to {size} candidates")
        except Exception as error:  # a damaged file fails in as many ways as it has parts
            raise ModelRefused(f"model {version} cannot be loaded: {error}") from error

    def score(self, features: Floats, fused: Floats) -> Scores:
        outputs = self._function(features=tf.constant(features))
        contributions = outputs.get("contributions")
        return Scores(
            outputs["scores"].numpy(), None if contributions is None else contributions.numpy()
        )
