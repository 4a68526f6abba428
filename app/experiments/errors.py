"""What can go wrong with experiments; `app/errors.py` says what each is over HTTP."""

from collections.abc import Sequence
from typing import Any


class ExperimentError(Exception):
    """Root of what is wrong with experiments; its text is fit to be shown to a user."""


class ExperimentNotFound(ExperimentError):
    def __init__(self, key: str) -> None:
        super().__init__(f"there is no experiment {key!r:.80}")


class ExperimentExists(ExperimentError):
    def __init__(self, key: str) -> None:
        super().__init__(f"there is an experiment {key!r} already; take another key")


class InvalidExperiment(ExperimentError):
    """Lists all that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))


class ExperimentChanged(ExperimentError):
    """Someone else has saved since; `current` is what stands there now."""

    def __init__(self, key: str, current: Any) -> None:
        super().__init__(f"experiment {key!r} is not as you read it; read it and save again")
        self.current = current


class WrongState(ExperimentError):
    """What was asked for cannot be done to an experiment in its state."""


class ExperimentsConflict(ExperimentError):
    """Two experiments would decide over the same thing for the same shopper."""
