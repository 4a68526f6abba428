"""Arrays as TensorFlow's messages and back, and the names under which models are served."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ranking.served_name import ServedName, served_name, version_number
from ranking.serving_protos import tensor_pb2, types_pb2
from ranking.tensors import UnreadableTensor, from_proto, to_proto

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("shape", [(0,), (3,), (2, 5), (0, 16), (1, 1, 2)], ids=str)
def test_array_comes_back_as_it_was(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).random(shape, dtype=np.float32)

    back = from_proto(tensor_pb2.TensorProto.FromString(to_proto(array).SerializeToString()))

    assert back.shape == shape
    assert np.array_equal(back, array)


def make_proto(*values: float, shape: tuple[int, ...], dtype: int = types_pb2.DT_FLOAT) -> object:
    proto = tensor_pb2.TensorProto(dtype=dtype, float_val=values)
    for length in shape:
        proto.tensor_shape.dim.add(size=length)
    return proto


def test_values_that_are_written_one_by_one_are_read_too() -> None:
    assert from_proto(make_proto(1, 2, 3, 4, shape=(2, 2))).tolist() == [[1, 2], [3, 4]]


def test_last_value_stands_for_all_that_are_left_out() -> None:
    assert from_proto(make_proto(1, 2, shape=(4,))).tolist() == [1, 2, 2, 2]


@pytest.mark.parametrize(
    "proto",
    [
        make_proto(1, 2, 3, shape=(2,)),
        make_proto(shape=(2,)),
        make_proto(1, shape=(-1,)),
        make_proto(1, shape=(1,), dtype=types_pb2.DT_DOUBLE),
        tensor_pb2.TensorProto(
            dtype=types_pb2.DT_FLOAT, tensor_shape={"unknown_rank": True}, float_val=[1]
        ),
        tensor_pb2.TensorProto(
            dtype=types_pb2.DT_FLOAT, tensor_shape={"dim": [{"size": 2}]}, tensor_content=b"1234"
        ),
    ],
    ids=["too many", "none", "no shape", "doubles", "no rank", "too few bytes"],
)
def test_tensor_that_is_not_what_it_says_is_refused(proto: object) -> None:
    with pytest.raises(UnreadableTensor):
        from_proto(proto)


def test_newer_version_has_the_higher_number() -> None:
    versions = [
        "20261124T120000123456-abcd1234",
        "20261124T120000123457-00000000",
        "20261124T120001000000-00000000",
        "20270101T000000000000-00000000",
    ]

    numbers = [version_number(version) for version in versions]

    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1_795_521_600_123_456


@pytest.mark.parametrize("version", ["v1", "", "20261324T120000", "ä" * 300])
def test_any_version_has_a_number_that_tensorflow_serving_takes(version: str) -> None:
    assert 0 <= version_number(version) < 2**63
    assert version_number(version) == version_number(version)


def test_name_is_read_back_from_among_the_signatures() -> None:
    name = ServedName("20261124T120000123456-abcd1234", "0123456789abcdef")

    assert served_name(["serving_default", name.signature, "__saved_model_init_op"]) == name


@pytest.mark.parametrize(
    "signatures", [[], ["serving_default"], ["endcap"], ["endcap/v1"], ["endcap/v1/"], ["a/b/c"]]
)
def test_model_that_does_not_tell_its_name_has_none(signatures: list[str]) -> None:
    assert served_name(signatures) is None


def test_client_side_is_loaded_without_tensorflow_which_may_follow() -> None:
    program = (
        "import sys, ranking.remote_scorer\n"
        "heavy = {'tensorflow', 'torch', 'keras'}\n"
        "assert not heavy.intersection(name.split('.')[0] for name in sys.modules)\n"
        "from ranking.tensors import to_proto\n"
        "import numpy, tensorflow as tf\n"
        "proto = to_proto(numpy.ones((2, 3), numpy.float32))\n"
        "assert tf.make_ndarray(proto).sum() == 6\n"
        "from tensorflow_serving.apis import predict_pb2\n"
        "predict_pb2.PredictRequest().inputs['x'].CopyFrom(tf.make_tensor_proto([1.0]))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
