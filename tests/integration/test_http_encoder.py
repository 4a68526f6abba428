"""The encoder that asks a service, against services that are away, slow, busy or not what they
were; all over real sockets."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from indexing.breaker import Breaker
from indexing.embeddings_client import EmbeddingsClient
from indexing.encoder import HashEncoder
from indexing.errors import EncoderAway, EncoderUnavailable, TextRefused
from indexing.http_encoder import BATCH, MAX_TEXT, HttpEncoder
from tests.embedding_service import EmbeddingService, Wrong, embedding_service

Open = Callable[..., HttpEncoder]


class SmallEncoder(HashEncoder):
    size = 16


@pytest.fixture
def service() -> Iterator[EmbeddingService]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def open_encoder(service: EmbeddingService, tmp_path: Path) -> Iterator[Open]:
    clients: list[EmbeddingsClient] = []

    def opened(
        model: str = "", key: str | None = None, breaker: Breaker | None = None
    ) -> HttpEncoder:
        clients.append(EmbeddingsClient(service.url, key))
        return HttpEncoder(
            clients[-1],
            model,
            known=tmp_path / "known.json",
            breaker=breaker or Breaker(first=0.2),
            sleep=lambda _: None,
        )

    yield opened
    for client in clients:
        client.close()


def test_only_model_that_is_listed_is_taken(open_encoder: Open, service: EmbeddingService) -> None:
    encoder = open_encoder()

    assert encoder.revision == "hash-model@64"
    assert service.asked[0]["model"] == "hash-model"


@pytest.mark.parametrize("listed", [("one", "two"), (), None], ids=str)
def test_without_a_single_model_one_must_be_named(
    open_encoder: Open, service: EmbeddingService, listed: tuple[str, ...] | None
) -> None:
    service.models = listed

    with pytest.raises(EncoderUnavailable, match="ENDCAP_ENCODER_MODEL"):
        open_encoder()

    assert open_encoder("two").revision == "hash-model@64"


def test_endcaps_own_name_of_a_model_is_the_revision_that_it_has_in_process(
    open_encoder: Open, service: EmbeddingService
) -> None:
    service.owner = "endcap"

    assert open_encoder().revision == "hash-model"


def test_service_that_does_not_name_its_model_is_known_by_the_name_asked_for(
    open_encoder: Open, service: EmbeddingService
) -> None:
    service.answers_as = ""

    assert open_encoder("mine").revision == "mine@64"


def test_same_model_under_another_address_is_the_same_encoder(
    open_encoder: Open, service: EmbeddingService
) -> None:
    here = open_encoder().revision
    service.stop()
    service.port = 0
    service.start()

    assert open_encoder().revision == here


def test_key_is_sent_with_every_request(open_encoder: Open, service: EmbeddingService) -> None:
    open_encoder(key="secret").encode_query("lamp")

    assert set(service.keys) == {"Bearer secret"}


def test_documents_are_sent_in_batches(open_encoder: Open, service: EmbeddingService) -> None:
    encoder = open_encoder()
    service.asked.clear()

    encoder.encode_documents([f"text {n}" for n in range(2 * BATCH + 1)])

    assert [len(body["input"]) for body in service.asked] == [BATCH, BATCH, 1]


def test_long_text_is_cut_and_a_blank_one_is_not_empty(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder()

    encoder.encode_documents(["x" * (MAX_TEXT + 500)])
    assert len(service.asked[-1]["input"][0]) == MAX_TEXT
    with pytest.raises(TextRefused, match="without direction"):
        encoder.encode_documents(["  "])
    assert service.asked[-1]["input"] == [" "]


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_documents_are_tried_again_where_the_service_is_busy(
    open_encoder: Open, service: EmbeddingService, status: int
) -> None:
    encoder = open_encoder()
    service.wrongs = [Wrong(status), Wrong(status, Retry_After="1")]

    vectors = encoder.encode_documents(["lamp"])

    np.testing.assert_allclose(vectors[0], HashEncoder().encode_query("lamp"), rtol=1e-5, atol=1e-7)


def test_service_that_stays_busy_is_away(open_encoder: Open, service: EmbeddingService) -> None:
    encoder = open_encoder()
    service.wrongs = [Wrong(429, "slow down") for _ in range(20)]
    service.asked.clear()

    with pytest.raises(EncoderAway, match="429: slow down"):
        encoder.encode_documents(["lamp"])

    assert len(service.asked) == 4


def test_service_that_wants_a_longer_wait_than_there_is_time_is_away_at_once(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder()
    service.wrongs = [Wrong(429, Retry_After="3600")]
    service.asked.clear()

    with pytest.raises(EncoderAway) as caught:
        encoder.encode_documents(["lamp"])

    assert caught.value.retry_after == 3600
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [301, 401, 403, 404])
def test_wrong_key_or_address_is_no_texts_fault(
    open_encoder: Open, service: EmbeddingService, status: int
) -> None:
    encoder = open_encoder()
    service.wrongs = [Wrong(status, "no") for _ in range(20)]

    with pytest.raises(EncoderAway, match=str(status)):
        encoder.encode_documents(["lamp"])


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_text_that_the_service_refuses_is_told_apart_and_not_tried_again(
    open_encoder: Open, service: EmbeddingService, status: int
) -> None:
    encoder = open_encoder()
    service.wrongs = [Wrong(status, "too long")]

    with pytest.raises(TextRefused, match=f"{status}: too long"):
        encoder.encode_documents(["lamp"])


def test_query_is_asked_for_once_and_then_not_for_a_while(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder(breaker=Breaker(first=60))
    service.wrongs = [Wrong(503)]
    service.asked.clear()

    for _ in range(5):
        with pytest.raises(EncoderAway):
            encoder.encode_query("lamp")

    assert len(service.asked) == 1


def test_slow_service_costs_a_query_its_time_limit_once(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder(breaker=Breaker(first=60))
    service.delay = 3.0
    begun = monotonic()

    for _ in range(5):
        with pytest.raises(EncoderAway):
            encoder.encode_query("lamp")

    assert monotonic() - begun < 1.5
    service.delay = 0.0


def test_query_is_encoded_again_soon_after_the_service_is_back(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder()
    service.stop()
    with pytest.raises(EncoderAway, match="does not answer"):
        encoder.encode_query("lamp")
    service.start()

    begun = monotonic()
    while True:
        try:
            vector = encoder.encode_query("lamp")
            break
        except EncoderAway:
            assert monotonic() - begun < 10

    np.testing.assert_allclose(vector, HashEncoder().encode_query("lamp"), rtol=1e-5, atol=1e-7)


def test_success_with_documents_lets_queries_through_at_once(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder(breaker=Breaker(first=60))
    service.wrongs = [Wrong(503)]
    with pytest.raises(EncoderAway):
        encoder.encode_query("lamp")

    encoder.encode_documents(["lamp"])

    assert encoder.encode_query("lamp").shape == (64,)


def test_start_succeeds_while_a_service_that_is_known_is_away(
    open_encoder: Open, service: EmbeddingService
) -> None:
    before = open_encoder()
    service.stop()

    later = open_encoder()

    assert (later.revision, later.size) == (before.revision, before.size)
    with pytest.raises(EncoderAway):
        later.encode_query("lamp")
    service.start()
    assert later.encode_documents(["lamp"]).shape == (1, 64)


def test_start_fails_while_a_service_that_is_not_known_is_away(
    open_encoder: Open, service: EmbeddingService
) -> None:
    open_encoder()
    service.stop()

    with pytest.raises(EncoderAway, match="does not answer"):
        open_encoder("another")
    service.start()


def test_service_with_another_model_by_now_is_as_good_as_away(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder()
    service.answers_as = "another-model"

    with pytest.raises(EncoderAway, match=r"'another-model' where it was 'hash-model'"):
        encoder.encode_documents(["lamp"])
    with pytest.raises(EncoderAway):
        encoder.encode_query("lamp")


def test_vectors_of_another_size_are_never_used(
    open_encoder: Open, service: EmbeddingService
) -> None:
    encoder = open_encoder()
    service.encoder = SmallEncoder()

    with pytest.raises(EncoderAway, match="16 numbers where they had 64"):
        encoder.encode_documents(["lamp"])


def test_answer_that_is_none_is_away(open_encoder: Open, service: EmbeddingService) -> None:
    encoder = open_encoder()

    def too_few(body: object) -> dict[str, object]:
        return {"data": [{"index": 0, "embedding": [1.0] * 64}], "model": "hash-model"}

    def no_data(body: object) -> dict[str, object]:
        return {"hello": "world"}

    for answer in (too_few, no_data):
        service.answer = answer  # type: ignore[method-assign]
        with pytest.raises(EncoderAway):
            encoder.encode_documents(["lamp", "chair"])


def test_many_threads_ask_at_once(open_encoder: Open) -> None:
    encoder = open_encoder()
    expected = HashEncoder().encode_query("lamp")
    right: list[bool] = []

    def ask() -> None:
        right.extend(
            bool(np.allclose(encoder.encode_documents(["lamp"])[0], expected, atol=1e-6))
            for _ in range(10)
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert right == [True] * 40
