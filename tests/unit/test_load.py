"""Which search is alone, and so may use every core."""

import pytest

from app.search.load import Load


def test_search_is_alone_until_another_begins_and_again_once_that_ends() -> None:
    load = Load()

    with load.one_more():
        first = load.alone
        with load.one_more():
            both = load.alone
        last = load.alone

    assert (first, both, last) == (True, False, True)


def test_search_that_fails_is_no_longer_counted() -> None:
    load = Load()
    with pytest.raises(ValueError, match="broken"), load.one_more():
        raise ValueError("broken")

    with load.one_more():
        assert load.alone
