"""Arrays as TensorFlow's messages and back, without TensorFlow."""

from typing import Any

import numpy as np

from indexing.candidates import Floats
from ranking.serving_protos import tensor_pb2, types_pb2

FLOAT = types_pb2.DT_FLOAT


class UnreadableTensor(ValueError):
    """A tensor of another type, or one that does not hold what its shape says."""


def to_proto(array: Floats) -> Any:
    """A `TensorProto` of 32-bit floats."""
    proto = tensor_pb2.TensorProto(dtype=FLOAT)
    for length in array.shape:
        proto.tensor_shape.dim.add(size=length)
    proto.tensor_content = np.ascontiguousarray(array, "<f4").tobytes()
    return proto


def from_proto(proto: Any) -> Floats:
    """Raises `UnreadableTensor`."""
    if proto.dtype != FLOAT:
        raise UnreadableTensor(
            f"expected 32-bit floats, got {types_pb2.DataType.Name(proto.dtype)}"
        )
    shape = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(length < 0 for length in shape):
        raise UnreadableTensor("the shape is not said")
    size = int(np.prod(shape, dtype=np.int64))
    if proto.tensor_content:
        if len(proto.tensor_content) != 4 * size:
            raise UnreadableTensor(f"{len(proto.tensor_content)} bytes for the shape {shape}")
        values = np.frombuffer(proto.tensor_content, "<f4").astype(np.float32)
    else:
        # TensorFlow leaves out equal values at the end: the last one stands for all that follow.
        given = np.array(proto.float_val, np.float32)
        if len(given) > size or (size and not len(given)):
            raise UnreadableTensor(f"{len(given)} values for the shape {shape}")
        values = np.concatenate([given, np.repeat(given[-1:], size - len(given))])
    return values.reshape(shape)
