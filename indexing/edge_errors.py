"""What Qdrant Edge raises, as errors of ours; every call of it stands within `edge_errors`."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from indexing.errors import (
    IndexDamaged,
    IndexingError,
    IndexInUse,
    IndexRefused,
    IndexUnavailable,
    NoRoom,
)

# In Rust's words: "… (os error 28)".
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_INSIDE = (
    "Service runtime error",
    "Service internal error",
    "Inconsistent",
    # Every collection is made with those that are asked for.
    "No range index",
)
_OF_THE_MACHINE = frozenset(
    {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EMFILE, errno.ENFILE}
)


@contextmanager
def edge_errors() -> Iterator[None]:
    """The library raises plain `Exception`, so its message is all there is to tell them apart; what
    its code panics over is no `Exception` at all."""
    try:
        yield
    except IndexingError:
        raise
    except OSError as error:
        kind = NoRoom if error.errno in _NO_ROOM else IndexUnavailable
        raise kind(f"cannot read or write the index: {error}") from error
    except MemoryError as error:
        raise IndexUnavailable("too little memory for the index") from error
    except Exception as error:
        raise _meaning(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(f"Qdrant Edge: {_first_line(error)}") from error


def _meaning(message: str) -> IndexingError:
    if "WouldBlock" in message:
        return IndexInUse("another process has the index open")
    told = f"Qdrant Edge: {message}"
    number = _OS_ERROR.search(message)
    if number and int(number[1]) in _NO_ROOM:
        return NoRoom(told)
    if "Shard is not initialized" in message or (number and int(number[1]) in _OF_THE_MACHINE):
        return IndexUnavailable(told)
    # Its own words for what went wrong inside, and not with what it was given.
    if message.startswith(_INSIDE):
        return IndexDamaged(told)
    return IndexRefused(told)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["panic"])[0]
