"""A query and its variants as one vector for each retriever."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query_encoder import QueryEncoder, blend
from indexing.bm25_encoder import Bm25Encoder
from indexing.encoder import HashEncoder
from indexing.index import QueryVectors, SparseVector
from indexing.queries import ExpandedQuery, Variant


def dense(*values: float) -> QueryVectors:
    return QueryVectors(np.array(values, np.float32))


def lexical(**terms: float) -> QueryVectors:
    """Terms are told by one letter each."""
    return QueryVectors(lexical=SparseVector(tuple(map(ord, terms)), tuple(terms.values())))


def terms_of(vectors: QueryVectors) -> dict[str, float]:
    assert vectors.lexical is not None
    return {
        chr(term): value
        for term, value in zip(vectors.lexical.indices, vectors.lexical.values, strict=True)
    }


def test_meaning_is_the_weighted_mean_of_length_one() -> None:
    blended = blend(dense(1, 0), [(dense(0, 1), 0.5)])

    assert blended.dense is not None
    assert blended.dense.dtype == np.float32
    assert blended.dense.tolist() == pytest.approx([2 / math.sqrt(5), 1 / math.sqrt(5)])


def test_heavier_variant_draws_the_meaning_further() -> None:
    light, heavy = (blend(dense(1, 0), [(dense(0, 1), weight)]).dense for weight in (0.1, 1.0))

    assert light is not None
    assert heavy is not None
    assert light[1] < heavy[1] == pytest.approx(heavy[0])


def test_meanings_that_cancel_out_leave_the_querys_own() -> None:
    blended = blend(dense(1, 0), [(dense(-1, 0), 1.0)])

    assert blended.dense is not None
    assert blended.dense.tolist() == [1, 0]


def test_each_word_has_the_largest_weight_that_any_way_to_say_it_gives() -> None:
    blended = blend(lexical(a=1.0, b=2.0), [(lexical(b=3.0, c=4.0), 0.5), (lexical(c=1.0), 1.0)])

    assert terms_of(blended) == {"a": 1.0, "b": 2.0, "c": 2.0}
    assert blended.dense is None


def test_words_of_the_query_never_count_less_for_its_variants() -> None:
    blended = blend(lexical(a=1.0), [(lexical(a=1.0, b=1.0), 0.25)])

    assert terms_of(blended) == {"a": 1.0, "b": 0.25}


def test_query_without_a_word_that_counts_takes_its_variants_words() -> None:
    assert terms_of(blend(QueryVectors(), [(lexical(a=2.0), 0.5)])) == {"a": 1.0}
    assert terms_of(blend(lexical(), [(lexical(a=2.0), 0.5)])) == {"a": 1.0}


def test_variant_without_a_meaning_changes_none() -> None:
    blended = blend(dense(1, 0), [(lexical(a=1.0), 1.0)])

    assert blended.dense is not None
    assert blended.dense.tolist() == [1, 0]


directions = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3).filter(any)
weights = st.floats(0.01, 1)


@given(directions, st.lists(st.tuples(directions, weights), max_size=4))
def test_blended_meaning_always_has_length_one(
    own: Sequence[float], others: Sequence[tuple[Sequence[float], float]]
) -> None:
    def unit(values: Sequence[float]) -> QueryVectors:
        vector = np.array(values, np.float64)
        return dense(*(vector / np.linalg.norm(vector)))

    blended = blend(unit(own), [(unit(values), weight) for values, weight in others])

    assert blended.dense is not None
    assert float(np.linalg.norm(blended.dense)) == pytest.approx(1, abs=1e-5)


def make_encoder() -> QueryEncoder:
    return QueryEncoder(HashEncoder(), Bm25Encoder())


def test_query_without_variants_is_encoded_as_it_is() -> None:
    encoder = make_encoder()

    expanded = encoder.encode_expanded(ExpandedQuery(text="desk lamp"))

    assert expanded is encoder.encode("desk lamp")


def test_query_with_variants_finds_their_words_too_by_their_weight() -> None:
    encoder = make_encoder()
    query = ExpandedQuery(text="desk lamp", variants=(Variant("desk light", 0.5),))

    expanded = encoder.encode_expanded(query)
    fallback = encoder.encode_lexical(query)

    light, lamp = (encoder.encode(word).lexical for word in ("light", "lamp"))
    assert light is not None
    assert lamp is not None
    assert expanded.lexical == fallback.lexical
    assert expanded.lexical is not None
    weights = dict(zip(expanded.lexical.indices, expanded.lexical.values, strict=True))
    assert weights[light.indices[0]] == pytest.approx(0.5 * light.values[0])
    assert weights[lamp.indices[0]] == pytest.approx(lamp.values[0])
    assert fallback.dense is None
    assert expanded.dense is not None
    for text, other in (("desk lamp", "desk light"), ("desk light", "desk lamp")):
        near, far = encoder.encode(text).dense, encoder.encode(other).dense
        assert near is not None
        assert far is not None
        assert float(expanded.dense @ near) >= float(near @ far) - 1e-6


def test_blending_does_not_change_what_is_kept_of_the_query() -> None:
    encoder = make_encoder()
    before = encoder.encode("desk lamp")
    assert before.dense is not None
    kept = before.dense.tolist()

    encoder.encode_expanded(ExpandedQuery(text="desk lamp", variants=(Variant("light", 1.0),)))

    assert encoder.encode("desk lamp") is before
    assert before.dense.tolist() == kept
