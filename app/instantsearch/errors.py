"""What a request in Algolia's protocol can get wrong; `error_answers.py` gives each its status."""


class NotUnderstood(Exception):
    """A request that cannot be answered as asked; its text says why, fit to be shown."""


class BadParameter(NotUnderstood):
    """A parameter with a value that cannot be used, or that there is no such thing for here."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class UnknownIndex(Exception):
    """An index name that stands for nothing; its text says what there is."""


class NotOffered(Exception):
    """A part of Algolia's API that Endcap does not have."""
