import errno

import pytest

from indexing.edge_errors import edge_errors
from indexing.errors import (
    IndexDamaged,
    IndexInUse,
    IndexRefused,
    IndexUnavailable,
    NoRoom,
)


class PanicException(BaseException):
    """As the library raises it: no `Exception`."""


@pytest.mark.parametrize(
    ("raised", "meaning"),
    [
        (Exception("Service runtime error: failed to load segment"), IndexDamaged),
        (Exception("Service runtime error: Failed to flush vector_storage"), IndexDamaged),
        (PanicException("index out of bounds: the len is 0 but the index is 0"), IndexDamaged),
        (Exception("IO Error: No space left on device (os error 28)"), NoRoom),
        (Exception("No range index for `order_by` key: `popularity`."), IndexDamaged),
        (OSError(errno.ENOSPC, "No space left on device"), NoRoom),
        (OSError(errno.EROFS, "Read-only file system"), IndexUnavailable),
        (Exception("Service runtime error: Read-only file system (os error 30)"), IndexUnavailable),
        (Exception("Service runtime error: Cannot allocate (os error 12)"), IndexUnavailable),
        (Exception("Service runtime error: Shard is not initialized"), IndexUnavailable),
        (MemoryError(), IndexUnavailable),
        (Exception("failed: WouldBlock"), IndexInUse),
        (Exception("Vector dimension error: expected dim: 384, got 3"), IndexRefused),
        (OverflowError("can't convert negative int to unsigned"), IndexRefused),
    ],
)
def test_what_the_engine_raises_is_told_apart_from_what_it_was_given(
    raised: BaseException, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning) as told, edge_errors():
        raise raised

    assert type(told.value) is meaning


def test_interruption_is_none_of_the_engine() -> None:
    with pytest.raises(KeyboardInterrupt), edge_errors():
        raise KeyboardInterrupt
