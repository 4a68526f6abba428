"""What can go wrong with models that are asked for."""


class ModelsError(Exception):
    """Root of this package's errors; its text is fit to be shown to a user."""


class ModelNotFound(ModelsError):
    def __init__(self, version: str) -> None:
        super().__init__(f"there is no model {version!r:.100}")


class GateRefused(ModelsError):
    """A promotion of a model that did not pass, and why it did not."""

    def __init__(self, version: str, reasons: tuple[str, ...]) -> None:
        super().__init__(
            f"model {version} did not pass the gate: {'; '.join(reasons)}; "
            'send {"force": true} to make it live all the same'
        )
        self.reasons = reasons


class CannotCompare(ModelsError):
    """A comparison without anything to compare on."""
