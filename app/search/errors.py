"""What a search request can get wrong; `app/errors.py` turns these into problem+json."""


class InvalidSearch(Exception):
    """A request that cannot be answered as asked; its text says why, fit to be shown."""


class InvalidFacet(Exception):
    """A facet that cannot be counted; `path` says where in the request it is."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
