"""What texts and moments may be given in a body, beyond what their types say."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

WITHOUT_NUL = "^[^\\x00]*$"
"""No text in Postgres holds one."""

SAYS_SOMETHING = "^[^\\x00]*[^\\s\\x00][^\\x00]*$"
"""The same, and not only blanks."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_FIRST_YEAR_TOO_FAR = 9000


def check_moment(name: str, moment: datetime | None) -> None:
    """Raises `ValueError` for one that in some time zone would lie behind the last day there is."""
    if moment is not None and moment >= datetime(_FIRST_YEAR_TOO_FAR, 1, 1, tzinfo=UTC):
        raise ValueError(f"`{name}` must lie before the year {_FIRST_YEAR_TOO_FAR}")
