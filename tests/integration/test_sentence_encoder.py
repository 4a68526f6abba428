"""The real encoder: queries and documents must lie in one space, however a query is encoded."""

import numpy as np
import pytest

from indexing.query_model import AGREEMENT
from indexing.sentence_encoder import SentenceEncoder

pytestmark = pytest.mark.encoder
TEXTS = ("kettle", "a red electric kettle with 1.7 litres", "Kabel für den Fernseher", "x" * 3_000)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_query_and_document_of_one_text_have_one_vector(encoder: SentenceEncoder) -> None:
    documents = encoder.encode_documents(TEXTS)

    queries = [encoder.encode_query(text) for text in TEXTS]

    for query, document in zip(queries, documents, strict=True):
        assert float(np.dot(query, document)) > AGREEMENT


def test_query_is_nearest_to_what_it_means(encoder: SentenceEncoder) -> None:
    documents = encoder.encode_documents(["a pot for boiling water", "a lamp", "running shoes"])

    query = encoder.encode_query("kettle")

    assert int(np.argmax(documents @ query)) == 0


def test_copy_for_single_queries_is_in_use(encoder: SentenceEncoder) -> None:
    assert encoder._query_model is not None


def test_tokens_are_counted_as_far_as_the_model_reads(encoder: SentenceEncoder) -> None:
    assert encoder.count_tokens(["kettle"]) == 3
    assert encoder.count_tokens(["kettle", "kettle lamp"]) == 3 + 4
    assert encoder.count_tokens(["lamp " * 3_000]) == 256


def test_words_and_names_are_known_and_typos_are_not(encoder: SentenceEncoder) -> None:
    assert [encoder.knows_word(word) for word in ("trainers", "sony", "ketle", "", "wireles")] == [
        *(True, True, False, False, False)
    ]
