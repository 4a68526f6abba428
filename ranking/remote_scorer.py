"""The ranking model behind TensorFlow Serving or `endcap serve-model`: `ENDCAP_SCORER_URL`."""

import logging
from typing import Any

import grpc
import msgspec
import numpy as np

from indexing.breaker import Breaker
from indexing.candidates import Floats
from ranking.errors import ModelRefused, RankingError, ScorerUnavailable
from ranking.features import FINGERPRINT
from ranking.scorer import Scores
from ranking.served_name import (
    CONTRIBUTIONS_OUTPUT,
    FEATURES_INPUT,
    MODEL,
    SCORES_OUTPUT,
    SIGNATURE,
    served_name,
)
from ranking.serving_protos import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from ranking.tensors import UnreadableTensor, from_proto, to_proto

logger = logging.getLogger(__name__)

DEADLINE = 0.2
"""Seconds for one answer; a model beside us takes two thousandths."""

LOOK_DEADLINE = 1.0
_CHANNEL_OPTIONS = (
    # gRPC would wait for up to two minutes before it connects again.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A server that was cut off without a word is noticed.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 2_000),
    # Two scorers of one address do not share what one of them has found broken.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
)


class Served(msgspec.Struct, frozen=True):
    """What the server said of the model that it serves."""

    number: int
    version: str


class RemoteScorer:
    """Scores only count where the server has said that their model knows our features: its
    metadata is read at first, and again whenever an answer comes from another version. While it is
    away it is asked once in a while, and every call in between fails at once."""

    def __init__(
        self, target: str, *, deadline: float = DEADLINE, breaker: Breaker | None = None
    ) -> None:
        """`target` is `host:port`. Nothing is asked yet."""
        self._target = target
        self._deadline = deadline
        self._breaker = breaker or Breaker(longest=2.0)
        self._channel = grpc.insecure_channel(target, options=_CHANNEL_OPTIONS)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._served: Served | None = None

    @property
    def version(self) -> str:
        """Of the model that answered last; `remote` before the first answer."""
        served = self._served
        return "remote" if served is None else served.version

    def look(self) -> Served:
        """What is served now. Raises `ScorerUnavailable`, and `ModelRefused` where it is a model of
        other features."""
        try:
            served = self._look(LOOK_DEADLINE)
        except RankingError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return served

    def score(self, features: Floats, fused: Floats) -> Scores:
        """Raises `ScorerUnavailable` and `ModelRefused`."""
        if not len(features):
            return Scores(np.empty(0, np.float32))
        if not self._breaker.allows():
            raise ScorerUnavailable(f"{self._target} did not answer a moment ago")
        try:
            scores = self._ask(features)
        except RankingError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return scores

    def close(self) -> None:
        self._channel.close()

    def _look(self, deadline: float) -> Served:
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        request.model_spec.name = MODEL
        request.metadata_field.append("signature_def")
        response = self._call(self._stub.GetModelMetadata, request, deadline)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        if not response.metadata["signature_def"].Unpack(signatures):
            raise ScorerUnavailable(f"{self._target} says nothing of its model's signatures")
        name = served_name(signatures.signature_def)
        if name is None:
            self._served = None
            raise ModelRefused(
                f"the model at {self._target} does not say which features it knows; write it with "
                "`endcap serve-model --export FOLDER`"
            )
        if name.fingerprint != FINGERPRINT:
            self._served = None
            raise ModelRefused(
                f"model {name.version} at {self._target} was trained on other features "
                f"({name.fingerprint}, here {FINGERPRINT}); serve one of this release"
            )
        served = Served(response.model_spec.version.value, name.version)
        if served != self._served:
            logger.info("model %s answers at %s", served.version, self._target)
        self._served = served
        return served

    def _ask(self, features: Floats) -> Scores:
        served = self._served or self._look(self._deadline)
        response = self._predict(features)
        if response.model_spec.version.value != served.number:
            served = self._look(self._deadline)
            if response.model_spec.version.value != served.number:
                # Changed once more in between; what is served now is known, so it can be asked.
                response = self._predict(features)
                if response.model_spec.version.value != served.number:
                    raise ScorerUnavailable(f"{self._target} changes its model all the time")
        return self._scores(response, features)

    def _predict(self, features: Floats) -> Any:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = MODEL
        request.model_spec.signature_name = SIGNATURE
        request.inputs[FEATURES_INPUT].CopyFrom(to_proto(features))
        return self._call(self._stub.Predict, request, self._deadline)

    def _call(self, method: Any, request: Any, deadline: float) -> Any:
        try:
            return method(request, timeout=deadline)
        except grpc.RpcError as error:
            code, details = error.code(), error.details()
            if code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
                # Perhaps another model by now: its metadata is read before the next question.
                self._served = None
            raise ScorerUnavailable(
                f"{self._target} answers {code.name}: {str(details)[:300]}"
            ) from error

    def _scores(self, response: Any, features: Floats) -> Scores:
        try:
            values = from_proto(response.outputs[SCORES_OUTPUT])
            contributions = (
                from_proto(response.outputs[CONTRIBUTIONS_OUTPUT])
                if CONTRIBUTIONS_OUTPUT in response.outputs
                else None
            )
        except UnreadableTensor as error:
            raise ScorerUnavailable(f"{self._target} answers no scores: {error}") from error
        if values.shape != (len(features),) or not np.isfinite(values).all():
            raise ScorerUnavailable(
                f"{self._target} answers scores of the shape {values.shape} to {len(features)} "
                "candidates, or such as are no numbers"
            )
        if contributions is not None and contributions.shape != features.shape:
            contributions = None
        return Scores(values, contributions)
