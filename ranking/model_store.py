"""Trained models on disk: a folder and a manifest for each version, a pointer to the live one."""

from pathlib import Path

import msgspec

from ranking.errors import ModelRefused
from ranking.features import FEATURES, FINGERPRINT
from ranking.scorer import Scorer

_LIVE = "live"
_MANIFEST = "manifest.json"
SAVED_MODEL = "saved_model"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is and where it came from."""

    version: str
    features: tuple[str, ...]
    feature_fingerprint: str
    """Of the features' names and definitions; a model is only ever given the features it knows."""
    created_at: str
    judgments: str
    judgments_digest: str
    queries: int
    judged_pairs: int
    seed: int
    metrics: dict[str, dict[str, float]]
    """Cross-validated figures, each `{mean, low, high}`; empty where that was not asked for."""
    tensorflow: str


class ModelStore:
    """Versions are never overwritten; the pointer is replaced in one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, version: str) -> Path:
        return self._folder / version

    def live_version(self) -> str | None:
        """The version to serve, None before the first was trained."""
        try:
            return (self._folder / _LIVE).read_text().strip() or None
        except FileNotFoundError:
            return None

    def add(self, manifest: Manifest) -> None:
        """Seal a version whose SavedModel was exported; the manifest is written last."""
        self._write(self.path(manifest.version) / _MANIFEST, msgspec.json.encode(manifest))

    def make_live(self, version: str) -> None:
        """Raises `ModelRefused` for a version that cannot be served."""
        self.check(self.manifest(version))
        self._write(self._folder / _LIVE, version.encode())

    def manifest(self, version: str) -> Manifest:
        try:
            raw = (self.path(version) / _MANIFEST).read_bytes()
            return msgspec.json.decode(raw, type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            raise ModelRefused(f"model {version} has no readable manifest: {error}") from error

    def check(self, manifest: Manifest) -> None:
        """Raises `ModelRefused` for a model of other features than this release computes."""
        if manifest.feature_fingerprint == FINGERPRINT:
            return
        gone = sorted(set(manifest.features) - set(FEATURES))
        new = sorted(set(FEATURES) - set(manifest.features))
        changed = [*(f"-{name}" for name in gone), *(f"+{name}" for name in new)]
        raise ModelRefused(
            f"model {manifest.version} was trained on other features "
            f"({', '.join(changed) or 'same names, other definitions'}); "
            "train again with `endcap train --judgments FILE`"
        )

    def load(self, version: str) -> Scorer:
        """The scorer, warmed up; raises `ModelRefused`. TensorFlow is imported here."""
        self.check(self.manifest(version))
        from ranking.tf_scorer import TensorFlowScorer

        return TensorFlowScorer(self.path(version) / SAVED_MODEL, version)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.new")
        scratch.write_bytes(content)
        scratch.replace(path)
