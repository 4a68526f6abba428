"""Answers TensorFlow Serving's gRPC requests with whatever scorer is live: `endcap serve-model`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np

from ranking.errors import CannotServe
from ranking.features import FEATURES, FINGERPRINT
from ranking.scorer import Scorer, Scores
from ranking.served_name import (
    CONTRIBUTIONS_OUTPUT,
    FEATURES_INPUT,
    MODEL,
    SCORES_OUTPUT,
    SIGNATURE,
    ServedName,
    version_number,
)
from ranking.serving_protos import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    meta_graph_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from ranking.tensors import FLOAT, UnreadableTensor, from_proto, to_proto

MAX_ROWS = 10_000
"""Candidates of one request."""

Current = Callable[[], Scorer | None]
"""The model that is live; None before there is one."""

_PREDICTION = "tensorflow.serving.PredictionService"
_STATUS = "tensorflow.serving.ModelService"
_HEALTH = "grpc.health.v1.Health"
_METHOD_NAME = "tensorflow/serving/predict"
Code = grpc.StatusCode


class ModelServer:
    """Open from `start` to `stop`; a request is answered by the model that is live when it
    comes."""

    def __init__(self, current: Current, address: str, threads: int) -> None:
        """`address` is `host:port`, with port 0 for a free one. Raises `CannotServe`."""
        self._server = grpc.server(
            ThreadPoolExecutor(threads, "model"),
            options=[
                # Else a second server takes half of the requests without a word.
                ("grpc.so_reuseport", 0),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
            ],
        )
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            _Prediction(current), self._server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(_Status(current), self._server)
        self._server.add_generic_rpc_handlers([_health(current)])
        try:
            self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise CannotServe(f"cannot listen on {address}: {error}") from error
        if not self.port:
            raise CannotServe(f"cannot listen on {address}")

    def start(self) -> None:
        self._server.start()

    def stop(self, grace: float = 5.0) -> None:
        """Requests that have begun get so many seconds to end."""
        self._server.stop(grace).wait()


class _Prediction(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]
    """Base class and method names are the generated code's."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        scorer = _scorer(self._current, request.model_spec, context)
        if request.model_spec.signature_name not in ("", SIGNATURE):
            context.abort(
                Code.INVALID_ARGUMENT,
                f"there is no signature {request.model_spec.signature_name!r}; it is {SIGNATURE}",
            )
        outputs = _outputs(scorer, _features(request, context), context)
        wanted = set(request.output_filter) or set(outputs)
        if missing := wanted - set(outputs):
            context.abort(
                Code.INVALID_ARGUMENT, f"there are no outputs {', '.join(sorted(missing))}"
            )
        response = predict_pb2.PredictResponse()
        _say_version(response.model_spec, scorer)
        response.model_spec.signature_name = SIGNATURE
        for name in wanted:
            response.outputs[name].CopyFrom(to_proto(outputs[name]))
        return response

    def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        scorer = _scorer(self._current, request.model_spec, context)
        if list(request.metadata_field) != ["signature_def"]:
            context.abort(Code.INVALID_ARGUMENT, "metadata_field must be signature_def")
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for key in (SIGNATURE, ServedName(scorer.version, FINGERPRINT).signature):
            signatures.signature_def[key].CopyFrom(_signature(scorer))
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        _say_version(response.model_spec, scorer)
        response.metadata["signature_def"].Pack(signatures)
        return response


class _Status(model_service_pb2_grpc.ModelServiceServicer):  # type: ignore[misc]
    def __init__(self, current: Current) -> None:
        self._current = current

    def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        scorer = _scorer(self._current, request.model_spec, context)
        response = get_model_status_pb2.GetModelStatusResponse()
        status = response.model_version_status.add()
        status.version = version_number(scorer.version)
        status.state = get_model_status_pb2.ModelVersionStatus.AVAILABLE
        return response


def _scorer(current: Current, asked: Any, context: Any) -> Scorer:
    """Of the model that is asked for; ends the request where that is none of ours."""
    scorer = current()
    if asked.name != MODEL:
        context.abort(Code.NOT_FOUND, f"there is no model {asked.name!r}; it is {MODEL}")
    if scorer is None:
        context.abort(Code.UNAVAILABLE, "no model was trained yet")
        raise AssertionError  # `abort` raises.
    number = version_number(scorer.version)
    choice = asked.WhichOneof("version_choice")
    if choice == "version" and asked.version.value != number:
        context.abort(Code.NOT_FOUND, f"version {asked.version.value} is not live, {number} is")
    if choice == "version_label" and asked.version_label != scorer.version:
        context.abort(
            Code.NOT_FOUND, f"version {asked.version_label!r} is not live, {scorer.version} is"
        )
    return scorer


def _features(request: Any, context: Any) -> Any:
    if set(request.inputs) != {FEATURES_INPUT}:
        context.abort(Code.INVALID_ARGUMENT, f"the one input is {FEATURES_INPUT}")
    try:
        features = from_proto(request.inputs[FEATURES_INPUT])
    except UnreadableTensor as error:
        context.abort(Code.INVALID_ARGUMENT, f"{FEATURES_INPUT}: {error}")
        raise AssertionError from error  # `abort` raises.
    if features.ndim != 2 or features.shape[1] != len(FEATURES) or len(features) > MAX_ROWS:
        context.abort(
            Code.INVALID_ARGUMENT,
            f"{FEATURES_INPUT} has the shape {list(features.shape)}; expected "
            f"(at most {MAX_ROWS}, {len(FEATURES)})",
        )
    return features


def _outputs(scorer: Scorer, features: Any, context: Any) -> dict[str, Any]:
    try:
        # No model reads the order of retrieval other than as one of the features.
        scores: Scores = scorer.score(features, np.zeros(len(features), np.float32))
    except Exception as error:  # whatever TensorFlow raises, the caller is to know
        context.abort(Code.INTERNAL, f"the model failed: {error}"[:500])
        raise
    outputs = {SCORES_OUTPUT: scores.values}
    if scores.contributions is not None:
        outputs[CONTRIBUTIONS_OUTPUT] = scores.contributions
    return outputs


def _say_version(spec: Any, scorer: Scorer) -> None:
    spec.name = MODEL
    spec.version.value = version_number(scorer.version)


def _signature(scorer: Scorer) -> Any:
    """As the SavedModel has it."""
    sample = np.zeros((1, len(FEATURES)), np.float32)
    explains = scorer.score(sample, np.zeros(1, np.float32)).contributions is not None
    signature = meta_graph_pb2.SignatureDef(method_name=_METHOD_NAME)
    shapes = [
        (signature.inputs[FEATURES_INPUT], (-1, len(FEATURES))),
        (signature.outputs[SCORES_OUTPUT], (-1,)),
    ]
    if explains:
        shapes.append((signature.outputs[CONTRIBUTIONS_OUTPUT], (-1, len(FEATURES))))
    for info, shape in shapes:
        info.dtype = FLOAT
        for length in shape:
            info.tensor_shape.dim.add(size=length)
    return signature


def _health(current: Current) -> Any:
    """gRPC's health protocol, which orchestrators ask; its two messages of one field each are read
    and written here, since the wheel that has them wants another protobuf than TensorFlow does."""

    def check(request: bytes, context: Any) -> bytes:
        asked = request[2:].decode(errors="replace") if request[:1] == b"\x0a" else ""
        if asked not in ("", _PREDICTION, _STATUS):
            context.abort(Code.NOT_FOUND, f"there is no service {asked!r}")
        return b"\x08\x01" if current() is not None else b"\x08\x02"

    return grpc.method_handlers_generic_handler(
        _HEALTH, {"Check": grpc.unary_unary_rpc_method_handler(check)}
    )
