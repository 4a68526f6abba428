"""The encoder's port: one suite for the hash encoder, the sentence-transformers model, and a
service over real sockets with either of them behind it."""

from collections.abc import Iterator

import numpy as np
import pytest

from indexing.embeddings_client import EmbeddingsClient
from indexing.encoder import Encoder, HashEncoder
from indexing.http_encoder import HttpEncoder
from tests.embedding_service import embedding_service

TEXTS = ("kettle", "a red electric kettle with 1.7 litres", "Kabel für den Fernseher", "shoes")


@pytest.fixture(scope="module")
def sentences() -> Encoder:
    from indexing.sentence_encoder import SentenceEncoder

    return SentenceEncoder()


@pytest.fixture(
    params=[
        "hash",
        "service of hash",
        pytest.param("sentences", marks=pytest.mark.encoder),
        pytest.param("service of sentences", marks=pytest.mark.encoder),
    ]
)
def encoder(request: pytest.FixtureRequest) -> Iterator[Encoder]:
    name: str = request.param
    behind = request.getfixturevalue("sentences") if name.endswith("sentences") else HashEncoder()
    if not name.startswith("service"):
        yield behind
        return
    with embedding_service(behind) as service:
        client = EmbeddingsClient(service.url)
        # A long time limit, since this is not about how fast a busy machine is.
        yield HttpEncoder(client, query_timeout=20)
        client.close()


def test_vectors_have_the_length_one_and_the_size_that_is_told(encoder: Encoder) -> None:
    documents = encoder.encode_documents(TEXTS)
    query = encoder.encode_query("kettle")

    assert documents.shape == (4, encoder.size)
    assert query.shape == (encoder.size,)
    assert documents.dtype == query.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm([*documents, query], axis=1), 1.0, atol=1e-3)


def test_query_and_document_of_one_text_have_one_direction(encoder: Encoder) -> None:
    documents = encoder.encode_documents(TEXTS)

    for text, document in zip(TEXTS, documents, strict=True):
        assert float(encoder.encode_query(text) @ document) > 0.999


def test_vector_does_not_depend_on_what_else_is_encoded(encoder: Encoder) -> None:
    together = encoder.encode_documents(TEXTS)

    for text, vector in zip(TEXTS, together, strict=True):
        alone = encoder.encode_documents([text])[0]
        np.testing.assert_allclose(alone, vector, atol=1e-3)


def test_many_texts_keep_their_order(encoder: Encoder) -> None:
    texts = [f"{TEXTS[n % 4]} {n}" for n in range(70)]

    vectors = encoder.encode_documents(texts)

    similar = vectors @ encoder.encode_documents([texts[41]])[0]
    assert int(np.argmax(similar)) == 41


def test_no_texts_make_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, encoder.size)


def test_texts_alike_are_nearer_than_others(encoder: Encoder) -> None:
    documents = encoder.encode_documents(["red kettle", "running shoes"])

    assert documents[0] @ encoder.encode_query("kettle") > documents[1] @ encoder.encode_query(
        "kettle"
    )


def test_revision_is_a_name_without_blanks(encoder: Encoder) -> None:
    assert encoder.revision
    assert encoder.revision.split() == [encoder.revision]
