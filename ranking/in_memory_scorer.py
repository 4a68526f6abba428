"""A model that was just trained, as a scorer: for measuring it before it is written anywhere."""

import numpy as np
import tensorflow as tf

from indexing.candidates import Floats
from ranking.features import FEATURES
from ranking.model import Ranker
from ranking.scorer import Scores


class InMemoryScorer:
    def __init__(self, model: Ranker, version: str) -> None:
        self.version = version
        signature = tf.TensorSpec((None, len(FEATURES)), tf.float32)
        self._function = tf.function(model.served(), input_signature=[signature])

    def score(self, features: Floats, fused: Floats) -> Scores:
        outputs = self._function(tf.constant(features))
        return Scores(np.asarray(outputs["scores"].numpy(), np.float32))
