"""What a search request can get wrong; `app/errors.py` turns these into problem+json."""


class InvalidSearch(Exception):
    """A request that cannot be answered as asked; its text says why, fit to be shown."""


class PageOutOfRange(InvalidSearch):
    """A page that lies behind the candidate pool."""
