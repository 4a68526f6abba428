"""What a request for recommendations can get wrong; `app/errors.py` says what each is over HTTP."""

from collections.abc import Mapping


class InvalidRecommendation(Exception):
    """It does not say what the recommendations are for; its text says why, fit to be shown."""


class ItemsNotFound(Exception):
    """`missing` has the ids by where in the request they are."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        ids = dict.fromkeys(missing.values())
        super().__init__(f"there is no item {', '.join(repr(item_id) for item_id in ids)}")
        self.missing = missing
