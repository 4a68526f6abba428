"""From what Qdrant found to one frozen set of candidates."""

from itertools import permutations

from indexing.index import RRF_K
from indexing.pool import assemble


def test_cut_among_equal_scores_is_the_same_whatever_order_they_come_in() -> None:
    found = {7: 1 / RRF_K, 3: 0.5 / RRF_K, 9: 0.5 / RRF_K, 5: 0.5 / RRF_K}

    kept = {
        tuple(assemble(list(keys), [found[key] for key in keys], (), 2, lambda _: {}).keys.tolist())
        for keys in permutations(found)
    }

    assert kept == {(7, 3)}


def test_pool_that_is_full_is_capped() -> None:
    full = assemble([1, 2, 3], [0.3, 0.2, 0.1], (), 3, lambda _: {})
    short = assemble([1, 2], [0.3, 0.2], (), 3, lambda _: {})

    assert (full.capped, short.capped) == (True, False)
