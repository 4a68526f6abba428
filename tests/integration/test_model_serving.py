"""Both sides of a served ranking model over real sockets: what the server answers and refuses, and
how the scorer that asks it stands its being away, slow, or of other features."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import grpc
import numpy as np
import pytest

from app.remote_model import RemoteModel
from indexing.breaker import Breaker
from indexing.candidates import Floats
from ranking.errors import CannotServe, ModelRefused, ScorerUnavailable
from ranking.features import FEATURES, FINGERPRINT
from ranking.model_store import ModelStore
from ranking.remote_scorer import RemoteScorer
from ranking.scorer import Scorer, Scores
from ranking.served_name import MODEL, SIGNATURE, ServedName, version_number
from ranking.serving import MAX_ROWS, ModelServer
from ranking.serving_protos import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    tensor_pb2,
    types_pb2,
)
from ranking.tensors import to_proto
from tests.e2e.command import free_port, until

FIRST = "20261124T120000000001-aaaaaaaa"
SECOND = "20261124T120000000002-bbbbbbbb"
Code = grpc.StatusCode


class SumScorer:
    """Scores a candidate by `factor` times the sum of its features."""

    def __init__(self, version: str = FIRST, factor: float = 1.0, explains: bool = True) -> None:
        self.version = version
        self.factor = factor
        self.explains = explains
        self.delay = 0.0

    def score(self, features: Floats, fused: Floats) -> Scores:
        sleep(self.delay)
        contributions = features * np.float32(self.factor)
        return Scores(contributions.sum(axis=1), contributions if self.explains else None)


class Place:
    """A model server that a test starts, kills and starts again on one port."""

    def __init__(self) -> None:
        self.live: Scorer | None = SumScorer()
        self.port = free_port()
        self._server: ModelServer | None = None

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = ModelServer(lambda: self.live, self.target, threads=4)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(grace=0)
        self._server = None


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    place.start()
    yield place
    place.stop()


@pytest.fixture
def remote(place: Place) -> Iterator[RemoteScorer]:
    scorer = RemoteScorer(place.target, deadline=5, breaker=Breaker(first=0.1, longest=0.2))
    yield scorer
    scorer.close()


@pytest.fixture
def stub(place: Place) -> Iterator[Any]:
    with grpc.insecure_channel(place.target) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def rows(count: int = 7) -> Floats:
    return np.random.default_rng(3).random((count, len(FEATURES)), dtype=np.float32)


def ask(scorer: Scorer, count: int = 7) -> Scores:
    return scorer.score(rows(count), np.ones(count, np.float32))


def request(features: Any = None, **spec: Any) -> Any:
    message = predict_pb2.PredictRequest()
    message.model_spec.name = spec.pop("name", MODEL)
    if "version" in spec:
        message.model_spec.version.value = spec.pop("version")
    for field, value in spec.items():
        setattr(message.model_spec, field, value)
    message.inputs["features"].CopyFrom(to_proto(rows() if features is None else features))
    return message


def refusal(call: Callable[..., Any], message: Any) -> tuple[Any, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call(message, timeout=10)
    error: Any = caught.value
    return error.code(), error.details()


def recovered(scorer: Scorer) -> bool:
    try:
        ask(scorer)
    except (ScorerUnavailable, ModelRefused):
        return False
    return True


@contextmanager
def other_server(metadata: Any, predict: Any) -> Iterator[str]:
    """A server of the same protocol which answers what a test wants it to."""

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]
        def Predict(self, message: Any, context: Any) -> Any:  # noqa: N802
            return predict(message)

        def GetModelMetadata(self, message: Any, context: Any) -> Any:  # noqa: N802
            return metadata()

    server = grpc.server(ThreadPoolExecutor(2))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def make_metadata(*signatures: str, number: int = 1) -> Any:
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    held = get_model_metadata_pb2.SignatureDefMap()
    for signature in signatures:
        held.signature_def[signature].method_name = "tensorflow/serving/predict"
    response.metadata["signature_def"].Pack(held)
    response.model_spec.version.value = number
    return response


def make_answer(scores: Floats, number: int = 1) -> Any:
    response = predict_pb2.PredictResponse()
    response.model_spec.version.value = number
    response.outputs["scores"].CopyFrom(to_proto(scores))
    return response


OURS = ServedName("v1", FINGERPRINT).signature


def test_answer_has_scores_contributions_and_the_version(stub: Any) -> None:
    answer = stub.Predict(request(), timeout=10)

    assert set(answer.outputs) == {"scores", "contributions"}
    assert answer.model_spec.name == MODEL
    assert answer.model_spec.version.value == version_number(FIRST)
    assert answer.model_spec.signature_name == SIGNATURE


def test_only_the_outputs_that_are_asked_for_are_sent(stub: Any) -> None:
    message = request()
    message.output_filter.append("scores")

    assert set(stub.Predict(message, timeout=10).outputs) == {"scores"}


def test_numbers_that_are_written_one_by_one_are_understood(stub: Any) -> None:
    message = request()
    tensor = message.inputs["features"]
    tensor.float_val.extend(rows().ravel().tolist())
    tensor.tensor_content = b""

    answer = stub.Predict(message, timeout=10)

    assert answer.outputs["scores"] == stub.Predict(request(), timeout=10).outputs["scores"]


def test_version_and_label_of_the_live_model_are_understood(stub: Any) -> None:
    assert stub.Predict(request(version=version_number(FIRST)), timeout=10).outputs
    assert stub.Predict(request(version_label=FIRST), timeout=10).outputs


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (request(name="other"), Code.NOT_FOUND),
        (request(version=3), Code.NOT_FOUND),
        (request(version_label="canary"), Code.NOT_FOUND),
        (request(signature_name="classify"), Code.INVALID_ARGUMENT),
        (request(np.ones((3, 5), np.float32)), Code.INVALID_ARGUMENT),
        (request(np.ones(16, np.float32)), Code.INVALID_ARGUMENT),
        (request(np.ones((MAX_ROWS + 1, len(FEATURES)), np.float32)), Code.INVALID_ARGUMENT),
        (predict_pb2.PredictRequest(model_spec={"name": MODEL}), Code.INVALID_ARGUMENT),
    ],
    ids=["model", "version", "label", "signature", "width", "rank", "rows", "no input"],
)
def test_request_that_does_not_fit_is_refused_as_tensorflow_serving_does(
    stub: Any, message: Any, code: Any
) -> None:
    said, details = refusal(stub.Predict, message)

    assert said == code
    assert details


def test_output_that_there_is_none_of_is_refused(stub: Any) -> None:
    message = request()
    message.output_filter.append("probabilities")

    assert refusal(stub.Predict, message)[0] == Code.INVALID_ARGUMENT


def test_metadata_tells_shapes_version_and_features(stub: Any) -> None:
    message = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    message.model_spec.name = MODEL

    answer = stub.GetModelMetadata(message, timeout=10)

    held = get_model_metadata_pb2.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(held)
    assert set(held.signature_def) == {SIGNATURE, f"endcap/{FIRST}/{FINGERPRINT}"}
    signature = held.signature_def[SIGNATURE]
    assert signature.method_name == "tensorflow/serving/predict"
    shape = signature.inputs["features"].tensor_shape
    assert [dim.size for dim in shape.dim] == [-1, len(FEATURES)]
    assert set(signature.outputs) == {"scores", "contributions"}


def test_status_says_which_version_is_available(place: Place) -> None:
    message = get_model_status_pb2.GetModelStatusRequest()
    message.model_spec.name = MODEL
    with grpc.insecure_channel(place.target) as channel:
        answer = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(
            message, timeout=10
        )

    (status,) = answer.model_version_status
    assert status.version == version_number(FIRST)
    assert status.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE


def test_health_is_told_in_grpcs_own_protocol(place: Place) -> None:
    with grpc.insecure_channel(place.target) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")

        assert check(b"", timeout=10) == b"\x08\x01"
        name = b"tensorflow.serving.PredictionService"
        assert check(b"\x0a" + bytes([len(name)]) + name, timeout=10) == b"\x08\x01"
        assert refusal(check, b"\x0a\x03abc")[0] == Code.NOT_FOUND
        place.live = None
        assert check(b"", timeout=10) == b"\x08\x02"


def test_model_that_fails_is_told(place: Place, stub: Any) -> None:
    class Broken(SumScorer):
        def score(self, features: Floats, fused: Floats) -> Scores:
            raise RuntimeError("out of memory")

    place.live = Broken()

    code, details = refusal(stub.Predict, request())

    assert code == Code.INTERNAL
    assert "out of memory" in details


def test_port_that_is_taken_is_said(place: Place) -> None:
    with pytest.raises(CannotServe, match=f"cannot listen on {place.target}"):
        ModelServer(lambda: None, place.target, threads=1)


def test_scores_and_version_come_from_the_server(remote: RemoteScorer) -> None:
    assert remote.version == "remote"

    scores = ask(remote)

    np.testing.assert_allclose(scores.values, rows().sum(axis=1), rtol=1e-6)
    assert scores.contributions is not None
    assert remote.version == FIRST


def test_model_that_explains_nothing_is_served_too(place: Place, remote: RemoteScorer) -> None:
    place.live = SumScorer(explains=False)

    assert ask(remote).contributions is None


def test_new_version_answers_the_next_request(place: Place, remote: RemoteScorer) -> None:
    before = ask(remote).values

    place.live = SumScorer(SECOND, factor=2.0)

    np.testing.assert_allclose(ask(remote).values, 2 * before, rtol=1e-6)
    assert remote.version == SECOND


def test_server_without_a_model_is_unavailable_until_it_has_one(
    place: Place, remote: RemoteScorer
) -> None:
    place.live = None
    with pytest.raises(ScorerUnavailable, match="no model was trained yet"):
        ask(remote)

    place.live = SumScorer()

    until(lambda: recovered(remote), 10, "the model")


def test_killed_server_fails_at_once_and_is_taken_up_again_when_it_is_back(
    place: Place, remote: RemoteScorer
) -> None:
    ask(remote)
    place.stop()
    begun = monotonic()
    for _ in range(50):
        with pytest.raises(ScorerUnavailable):
            ask(remote)
    assert monotonic() - begun < 3

    place.live = SumScorer(SECOND)
    place.start()

    until(lambda: recovered(remote), 10, "the server")
    assert remote.version == SECOND


def test_slow_server_costs_one_request_its_deadline_and_the_others_nothing(place: Place) -> None:
    slow = SumScorer()
    place.live = slow
    remote = RemoteScorer(place.target, deadline=0.3, breaker=Breaker(first=60))
    ask(remote)
    slow.delay = 2.0

    begun = monotonic()
    for _ in range(20):
        with pytest.raises(ScorerUnavailable):
            ask(remote)

    assert monotonic() - begun < 1.5
    remote.close()


def test_nobody_there_is_unavailable_and_not_waited_for() -> None:
    remote = RemoteScorer(f"127.0.0.1:{free_port()}", breaker=Breaker(first=60))

    begun = monotonic()
    for _ in range(20):
        with pytest.raises(ScorerUnavailable):
            ask(remote)

    assert monotonic() - begun < 3
    remote.close()


@pytest.mark.parametrize(
    ("signatures", "reason"),
    [
        (("serving_default", "endcap/v7/0123"), "model v7 .* was trained on other features"),
        (("serving_default",), "does not say which features"),
    ],
    ids=["other features", "unsaid"],
)
def test_model_of_other_features_is_never_asked(signatures: tuple[str, ...], reason: str) -> None:
    asked: list[Any] = []
    with other_server(lambda: make_metadata(*signatures), asked.append) as target:
        remote = RemoteScorer(target, deadline=5)

        with pytest.raises(ModelRefused, match=reason):
            ask(remote)

        remote.close()
    assert asked == []


def test_answer_of_a_model_that_turned_to_other_features_is_thrown_away() -> None:
    state: dict[str, Any] = {"signature": OURS, "number": 1}

    def metadata() -> Any:
        return make_metadata(state["signature"], number=state["number"])

    def predict(message: Any) -> Any:
        return make_answer(np.ones(7, np.float32), number=state["number"])

    with other_server(metadata, predict) as target:
        remote = RemoteScorer(target, deadline=5, breaker=Breaker(first=0.001, longest=0.001))
        ask(remote)
        state.update(signature="endcap/v2/0123", number=2)

        for _ in range(3):
            sleep(0.01)
            with pytest.raises(ModelRefused, match="model v2"):
                ask(remote)

        state.update(signature=OURS, number=3)
        sleep(0.01)
        assert ask(remote).values.tolist() == [1.0] * 7
        remote.close()


@pytest.mark.parametrize(
    "answer",
    [
        make_answer(np.ones(3, np.float32)),
        make_answer(np.full(7, np.nan, np.float32)),
        make_answer(np.ones((7, 1), np.float32)),
        predict_pb2.PredictResponse(
            model_spec={"version": {"value": 1}},
            outputs={"scores": tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING)},
        ),
    ],
    ids=["too few", "no numbers", "columns", "texts"],
)
def test_answer_that_is_no_scores_is_not_used(answer: Any) -> None:
    with other_server(lambda: make_metadata(OURS), lambda _: answer) as target:
        remote = RemoteScorer(target, deadline=5)

        with pytest.raises(ScorerUnavailable, match="scores"):
            ask(remote)

        remote.close()


def test_process_that_follows_finds_the_server_back_before_a_search_does(
    place: Place, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    place.stop()
    model = RemoteModel(ModelStore(tmp_path), f"grpc://{place.target}")
    stop = threading.Event()
    thread = threading.Thread(target=model.follow, args=(stop,))
    with caplog.at_level(logging.WARNING, "app.remote_model"):
        model.refresh()
        model.refresh()
        thread.start()
        try:
            place.start()
            until(lambda: model.current().version == FIRST, 15, "the server")
            assert recovered(model.current())
        finally:
            stop.set()
            thread.join()
            model.close()

    assert caplog.text.count("searches keep the order of retrieval") == 1
    assert f"model {FIRST} scores" in caplog.text
