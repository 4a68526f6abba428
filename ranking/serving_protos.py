"""TensorFlow Serving's messages and stubs, from the wheel `tensorflow-serving-api`, without
TensorFlow; used by both sides of a model that is served.

The messages import TensorFlow's own by their place in its package, and with that TensorFlow: three
seconds and half a gigabyte, for a service that only asks elsewhere. So an empty package stands in
for it while the messages are read, which takes a fifth of a second. TensorFlow may be imported
afterwards; both then share the messages, since protobuf knows them by their names.
"""

import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager

_TENSORFLOW = "tensorflow"


@contextmanager
def _only_its_messages() -> Iterator[None]:
    """No other thread may import TensorFlow meanwhile: it would find an empty package."""
    if _TENSORFLOW in sys.modules:
        yield
        return
    spec = importlib.util.find_spec(_TENSORFLOW)
    stand_in = types.ModuleType(_TENSORFLOW)
    stand_in.__path__ = list((spec and spec.submodule_search_locations) or ())
    sys.modules[_TENSORFLOW] = stand_in
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == _TENSORFLOW]:
            del sys.modules[name]


with _only_its_messages():
    from tensorflow.core.framework import tensor_pb2, types_pb2
    from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2
    from tensorflow_serving.apis import (
        get_model_metadata_pb2,
        get_model_status_pb2,
        model_pb2,
        model_service_pb2_grpc,
        predict_pb2,
        prediction_service_pb2_grpc,
    )

__all__ = [
    "get_model_metadata_pb2",
    "get_model_status_pb2",
    "meta_graph_pb2",
    "model_pb2",
    "model_service_pb2_grpc",
    "predict_pb2",
    "prediction_service_pb2_grpc",
    "saved_model_pb2",
    "tensor_pb2",
    "types_pb2",
]
