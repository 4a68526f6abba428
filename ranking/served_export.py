"""Writes a model as TensorFlow Serving wants it: `FOLDER/NUMBER/saved_model.pb`, with a signature
beside the model's own that tells its version and its features."""

import shutil
from pathlib import Path

from ranking.errors import CannotServe
from ranking.model_store import SAVED_MODEL, ModelStore
from ranking.served_name import SIGNATURE, ServedName, version_number
from ranking.serving_protos import saved_model_pb2

_GRAPH = "saved_model.pb"


def export_for_serving(models: ModelStore, version: str, folder: Path) -> Path:
    """Returns the version's folder, which appears in one step, since TensorFlow Serving looks at
    any moment. Raises `ModelRefused` and `CannotServe`."""
    manifest = models.manifest(version)
    target = folder / str(version_number(version))
    if target.exists():
        return target
    scratch = folder / f".{target.name}.new"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(models.path(version) / SAVED_MODEL, scratch)
        _tell(scratch / _GRAPH, ServedName(version, manifest.feature_fingerprint))
        scratch.replace(target)
    except OSError as error:
        raise CannotServe(f"cannot write {target}: {error}") from error
    return target


def _tell(file: Path, name: ServedName) -> None:
    model = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    for graph in model.meta_graphs:
        graph.signature_def[name.signature].CopyFrom(graph.signature_def[SIGNATURE])
    file.write_bytes(model.SerializeToString())
