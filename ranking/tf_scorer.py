"""The ranking model in this process: a SavedModel behind one compiled function."""

from pathlib import Path

import numpy as np
import tensorflow as tf

import ranking.tf_settings  # noqa: F401  # Before TensorFlow's first operation.
from indexing.candidates import Floats
from ranking.errors import ModelRefused
from ranking.features import FEATURES
from ranking.scorer import Scores


class TensorFlowScorer:
    """Calls the compiled signature itself: a Keras model called as such takes far longer than
    the millisecond that 200 candidates cost here."""

    def __init__(self, saved_model: Path, version: str) -> None:
        self.version = version
        try:
            # The loaded object is kept, since the function holds its variables only weakly.
            self._loaded = tf.saved_model.load(str(saved_model))
            self._function = self._loaded.signatures["serving_default"]
            self.score(np.zeros((2, len(FEATURES)), np.float32), np.zeros(2, np.float32))
        except Exception as error:  # a damaged file fails in as many ways as it has parts
            raise ModelRefused(f"model {version} cannot be loaded: {error}") from error

    def score(self, features: Floats, fused: Floats) -> Scores:
        outputs = self._function(features=tf.constant(features))
        return Scores(outputs["scores"].numpy(), outputs["contributions"].numpy())
