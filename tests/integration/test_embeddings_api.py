"""`/v1/embeddings` and `/v1/models` as OpenAI-compatible clients meet them."""

import base64
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Engine

from app.admin.api_keys import create_key
from app.asgi import create_app
from app.embeddings.schemas import MAX_TEXT_LENGTH, MAX_TEXTS
from app.embeddings.service import CHUNK, MAX_BATCHES
from app.live import Live
from app.settings import Settings
from indexing.candidates import Floats
from indexing.encoder import HashEncoder
from indexing.errors import EncoderUnavailable
from tests.integration.conftest import Fill

Client = TestClient[Any]
MODEL = HashEncoder.revision
TEXTS = ["red kettle", "a lamp", "shoes for running", "red kettle with a long description"]


class TellingEncoder(HashEncoder):
    """Remembers what it was asked; can be away or be made to wait."""

    def __init__(self) -> None:
        self.chunks: list[int] = []
        self.queries: list[str] = []
        self.away = False
        self.go_on = threading.Event()
        self.go_on.set()

    def encode_query(self, text: str) -> Floats:
        self.queries.append(text)
        if self.away:
            raise EncoderUnavailable("the model is gone")
        return super().encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        if self.away:
            raise EncoderUnavailable("the model is gone")
        self.chunks.append(len(texts))
        self.go_on.wait(20)
        return np.stack([HashEncoder.encode_query(self, text) for text in texts])


@pytest.fixture
def encoder() -> TellingEncoder:
    return TellingEncoder()


@pytest.fixture
def client(settings: Settings, engine: Engine, encoder: TellingEncoder) -> Iterator[Client]:
    with (
        Live(settings, engine=engine, encoder=encoder) as live,
        TestClient(create_app(live)) as client,
    ):
        yield client


def ask(client: Client, given: Any, **fields: Any) -> Response:
    return client.post("/v1/embeddings", json={"model": MODEL, "input": given, **fields})


def vectors(response: Response) -> Floats:
    assert response.status_code == 200, response.text
    return np.array([entry["embedding"] for entry in response.json()["data"]], np.float32)


def error_of(response: Response, status: int) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code", "param"}
    return error


def test_list_of_texts_gets_one_vector_each_in_its_order(client: Client) -> None:
    answer = ask(client, TEXTS)

    assert np.array_equal(vectors(answer), HashEncoder().encode_documents(TEXTS))
    body = answer.json()
    assert body["object"] == "list"
    assert body["model"] == MODEL
    assert [entry["index"] for entry in body["data"]] == [0, 1, 2, 3]
    assert {entry["object"] for entry in body["data"]} == {"embedding"}
    assert body["usage"] == {"prompt_tokens": 13, "total_tokens": 13}


def test_one_text_is_encoded_as_a_query_is(client: Client, encoder: TellingEncoder) -> None:
    answer = ask(client, "red kettle")

    assert np.array_equal(vectors(answer)[0], HashEncoder().encode_query("red kettle"))
    assert encoder.queries == ["red kettle"]
    assert encoder.chunks == []


def test_base64_holds_the_same_numbers(client: Client) -> None:
    plain = vectors(ask(client, TEXTS))

    packed = ask(client, TEXTS, encoding_format="base64").json()["data"]

    read = [np.frombuffer(base64.b64decode(entry["embedding"]), "<f4") for entry in packed]
    assert np.array_equal(np.stack(read), plain)


def test_fewer_dimensions_are_the_first_ones_at_length_one(client: Client) -> None:
    whole = vectors(ask(client, TEXTS))

    cut = vectors(ask(client, TEXTS, dimensions=16))

    assert cut.shape == (4, 16)
    np.testing.assert_allclose(np.linalg.norm(cut, axis=1), 1.0, rtol=1e-6)
    first = whole[:, :16]
    np.testing.assert_allclose(cut, first / np.linalg.norm(first, axis=1, keepdims=True), rtol=1e-5)


def test_all_dimensions_are_no_change(client: Client) -> None:
    assert np.array_equal(vectors(ask(client, "lamp", dimensions=64)), vectors(ask(client, "lamp")))


def test_fields_of_other_services_are_left_alone(client: Client) -> None:
    assert ask(client, "lamp", user="someone", truncate="END").status_code == 200


@pytest.mark.parametrize("name", [MODEL, "hash", "endcap"])
def test_model_is_known_by_its_revision_its_name_and_as_the_live_one(
    client: Client, name: str
) -> None:
    answer = client.post("/v1/embeddings", json={"model": name, "input": "lamp"})

    assert answer.json()["model"] == MODEL


def test_models_lists_the_live_encoder(client: Client) -> None:
    listed = client.get("/v1/models").json()

    assert listed["object"] == "list"
    (model,) = listed["data"]
    assert model == {
        "id": MODEL,
        "object": "model",
        "created": model["created"],
        "dimensions": 64,
        "owned_by": "endcap",
    }
    assert client.get(f"/v1/models/{MODEL}").json() == model


def test_another_model_is_not_found(client: Client) -> None:
    for answer in (
        client.post("/v1/embeddings", json={"model": "gpt-4", "input": "lamp"}),
        client.get("/v1/models/gpt-4"),
    ):
        error = error_of(answer, 404)
        assert error["code"] == "model_not_found"
        assert error["param"] == "model"
        assert MODEL in error["message"]


@pytest.mark.parametrize(
    "tokens", [[1, 2, 3], [[1, 2], [3]], ["lamp", [7]], [["lamp"], 3]], ids=str
)
def test_token_numbers_are_refused_with_what_to_do(client: Client, tokens: Any) -> None:
    error = error_of(ask(client, tokens), 400)

    assert error["code"] == "tokens_not_supported"
    assert error["type"] == "invalid_request_error"
    assert "send texts" in error["message"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "[0] is empty"),
        ([], "an empty list"),
        (["lamp", ""], "[1] is empty"),
        (["lamp", None], "[1] is NoneType"),
        ({"text": "lamp"}, "[0] is dict"),
        (True, "[0] is bool"),
        (["x"] * (MAX_TEXTS + 1), f"at most {MAX_TEXTS}"),
        (["lamp", "x" * (MAX_TEXT_LENGTH + 1)], f"at most {MAX_TEXT_LENGTH}"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_input_that_cannot_be_embedded_is_refused_by_its_place(
    client: Client, given: Any, reason: str
) -> None:
    error = error_of(ask(client, given), 400)

    assert reason in error["message"]
    assert error["param"] == "input"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 65}, "dimensions"),
        ({"dimensions": "64"}, "dimensions"),
        ({"model": None}, "model"),
        ({"model": 3}, "model"),
    ],
    ids=str,
)
def test_field_out_of_bounds_is_named(client: Client, fields: Any, param: str) -> None:
    assert error_of(ask(client, "lamp", **fields), 400)["param"] == param


@pytest.mark.parametrize("body", [b"", b"lamp", b"[]", b'"lamp"', b"\xff", b'{"model": "endcap"}'])
def test_body_that_is_no_request_is_refused(client: Client, body: bytes) -> None:
    error_of(client.post("/v1/embeddings", content=body), 400)


def test_body_beyond_the_limit_is_refused(client: Client) -> None:
    error_of(ask(client, ["x" * 1_000] * 1_100), 413)


def test_list_is_encoded_in_small_chunks(client: Client, encoder: TellingEncoder) -> None:
    texts = [f"text number {n}" for n in range(50)]

    answer = vectors(ask(client, texts))

    assert encoder.chunks == [CHUNK] * 6 + [2]
    assert np.array_equal(answer, HashEncoder().encode_documents(texts))


def test_too_many_lists_at_once_are_told_to_try_again(
    client: Client, encoder: TellingEncoder
) -> None:
    encoder.go_on.clear()
    answers: list[Response] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(client, TEXTS)))
        for _ in range(MAX_BATCHES + 1)
    ]
    for thread in threads:
        thread.start()
    while not answers:
        threads[0].join(0.01)
    refused = answers[0]
    single = ask(client, "lamp")
    encoder.go_on.set()
    for thread in threads:
        thread.join()

    assert error_of(refused, 429)["code"] == "rate_limit_exceeded"
    assert refused.headers["retry-after"] == "1"
    assert single.status_code == 200
    assert sorted(answer.status_code for answer in answers) == [200] * MAX_BATCHES + [429]


@pytest.mark.parametrize("given", ["lamp", ["lamp"]], ids=["one", "list"])
def test_encoder_that_is_away_is_503(client: Client, encoder: TellingEncoder, given: Any) -> None:
    encoder.away = True

    error = error_of(ask(client, given), 503)

    assert error["type"] == "server_error"
    assert error["code"] == "encoder_unavailable"
    encoder.away = False
    assert ask(client, given).status_code == 200


def test_where_search_needs_a_key_embeddings_do_too(
    settings: Settings, engine: Engine, encoder: TellingEncoder
) -> None:
    closed = msgspec.structs.replace(settings, public_search=False)
    with (
        Live(closed, engine=engine, encoder=encoder) as live,
        TestClient(create_app(live)) as client,
    ):
        with live.engine.begin() as connection:
            _, search = create_key(connection, "Shop", ["search"], "a test")
            _, events = create_key(connection, "Events", ["events"], "a test")

        nothing = ask(client, "lamp")
        client.headers["Authorization"] = f"Bearer {events}"
        other = ask(client, "lamp")
        client.headers["Authorization"] = f"Bearer {search}"
        fitting = ask(client, "lamp")

        assert error_of(nothing, 401)["code"] == "invalid_api_key"
        assert nothing.headers["www-authenticate"] == "Bearer"
        assert error_of(other, 403)["code"] == "insufficient_permissions"
        assert fitting.status_code == 200


def test_openapi_shows_the_body_and_the_answers(client: Client) -> None:
    shown = client.get("/schema/openapi.json").json()["paths"]["/v1/embeddings"]["post"]

    schema = shown["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"model", "input", "encoding_format", "dimensions"}
    assert {"200", "400", "404", "429", "503"} <= set(shown["responses"])


def test_search_is_answered_between_the_chunks_of_a_list(live: Live, fill: Fill) -> None:
    with TestClient(create_app(live)) as client:
        done = threading.Event()

        def embed() -> None:
            vectors(ask(client, [f"text {n}" for n in range(2_000)]))
            done.set()

        thread = threading.Thread(target=embed)
        thread.start()
        answered = 0
        while not done.is_set():
            assert client.post("/v1/search", json={"query": "lamp"}).status_code == 200
            answered += 1
        thread.join()

    assert answered > 0
