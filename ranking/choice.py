"""What is trained, and how; known without TensorFlow."""

from typing import Literal, get_args

import msgspec

Architecture = Literal["linear", "dnn", "gam", "attention"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)

Bias = Literal["ipw", "click-em", "two-tower", "none"]
"""What is done about position: inverse propensity weights, TF-Ranking's `ClickEMLoss`, a second
tower that learns the position's part, or nothing."""
BIASES: tuple[Bias, ...] = get_args(Bias)

JUDGMENT_WEIGHT = 20.0
"""So many clicked lists a judged query counts for."""


class Choice(msgspec.Struct, frozen=True):
    architecture: Architecture = "linear"
    bias: Bias = "ipw"
    judgment_weight: float = JUDGMENT_WEIGHT
    seed: int = 1
