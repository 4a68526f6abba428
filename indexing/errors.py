"""What can go wrong in indexing; adapters raise these `from` their libraries' own errors."""

import re
from typing import Literal

import msgspec

Rule = Literal[
    "required",
    "type",
    "range",
    "finite",
    "length",
    "pattern",
    "characters",
    "date",
    "too-many",
    "unknown-field",
    "version",
    "unreadable",
]
"""What an item can break: the hard rules of the data contract, by their names there."""

_FIELD = re.compile(r"\$\.([^.\[]+)")


class IndexingError(Exception):
    """Root of this package's errors; its text is fit to be shown to a user."""


class InvalidFilter(IndexingError):
    """A filter that cannot be understood; `path` is the JSON path of the part at fault."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class InvalidSort(IndexingError):
    """An order that results cannot be put into."""


class ItemProblem(msgspec.Struct, frozen=True):
    """One thing wrong with an item. `path` is the JSON path of the value at fault."""

    path: str
    rule: Rule
    reason: str

    def __str__(self) -> str:
        """The reason under its field's name, or under `item` where all of it is at fault."""
        field = _FIELD.match(self.path)
        name = field[1] if field else self.path.removeprefix("$") or "item"
        return f"{name}: {self.reason}"


class InvalidItem(IndexingError):
    """An item that breaks the contract, with every problem, not only the first."""

    def __init__(self, problems: tuple[ItemProblem, ...]) -> None:
        self.problems = problems
        self.reasons = tuple(map(str, problems))
        super().__init__("; ".join(self.reasons))


class InvalidMapping(IndexingError):
    """A feed mapping that cannot be used."""


class InvalidFeed(IndexingError):
    """A feed that cannot be read at all, as opposed to one bad row in it."""


class IndexUnavailable(IndexingError):
    """The index cannot be opened, or does not answer, or takes nothing; whatever was to be written
    is not at fault, and the same may be tried again."""


class IndexInUse(IndexUnavailable):
    """Another process holds the embedded index, which only one process can open."""


class IndexDamaged(IndexUnavailable):
    """Files of an embedded collection are not as they should be; it is to be built anew."""


class NoRoom(IndexUnavailable):
    """The disk has too little room left to write to the index without harm."""


class IndexRefused(IndexingError):
    """The index has something against what it was given: a vector of another length, or a value
    that it cannot hold. Nothing is wrong with the index."""


class EncoderUnavailable(IndexingError):
    """The encoder's model cannot be loaded."""


class EncoderAway(EncoderUnavailable):
    """A service that encodes does not answer now, or not with the vectors that are wanted; no text
    is at fault, and the same may be asked again later."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """Seconds, where the service says so."""


class TextRefused(IndexingError):
    """A service that encodes has something against a text, or against the request as such."""
