"""What can go wrong in indexing; adapters raise these `from` their libraries' own errors."""


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


class InvalidItem(IndexingError):
    """An item that breaks the item's shape, with every reason, not only the first."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class InvalidMapping(IndexingError):
    """A feed mapping that cannot be used."""


class InvalidFeed(IndexingError):
    """A feed that cannot be read at all, as opposed to one bad row in it."""


class IndexUnavailable(IndexingError):
    """The index cannot be opened or does not answer."""


class IndexInUse(IndexUnavailable):
    """Another process holds the embedded index, which only one process can open."""


class EncoderUnavailable(IndexingError):
    """The encoder's model cannot be loaded."""
