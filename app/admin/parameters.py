"""What routes have in common: who asks, for which row, and for which page."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from app.admin.api_keys import ApiKey
from app.rules.errors import RevisionNeeded

KeyRequest = Request[ApiKey, Any, Any]
"""A request whose `user` is the key that asks, as the guards have left it there."""

MAX_ROW_ID = 2**63 - 1
"""Postgres does not even compare its ids with a larger number, but fails."""

RowId = Annotated[int, PathParameter(ge=1, le=MAX_ROW_ID)]
"""The number of a row in an address; `app/errors.py` makes a 404 of one that no row can have."""

MAX_PAGE = 2**31 - 1
"""So that Postgres has a number for the rows before any page."""

Page = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)]
PerPage = Annotated[int, QueryParameter(ge=1, le=200)]

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]


def tag_of(if_match: str | None) -> str | None:
    """None where none was given, or any will do."""
    given = _opaque(if_match or "")
    return None if given in {"", "*"} else given


def revision_of(if_match: str | None) -> int | None:
    """The revision that a change was made from; raises `RevisionNeeded` for what is none."""
    if if_match is None:
        return None
    given = _opaque(if_match)
    if not given.isdecimal() or len(given) > 18:
        raise RevisionNeeded
    return int(given)


def _opaque(tag: str) -> str:
    """Without what says that it is weak, and without its quotes."""
    return tag.strip().removeprefix("W/").strip('"')
