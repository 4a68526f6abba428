"""Fine-tuned encoders on disk: a folder for each version, with its manifest and its gate's
report; one that was refused has no model."""

from pathlib import Path

import msgspec

from app.encoders.gate import EncoderGate
from indexing.encoder_training import Recipe

_MANIFEST = "manifest.json"
_GATE = "gate.json"


class EncoderManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an encoder is and where it came from."""

    version: str
    base: str
    """What was fine-tuned, as ENDCAP_ENCODER names it; empty for the one that comes with Endcap."""
    base_revision: str
    created_at: str
    sources: tuple[str, ...]
    """`judgments` and `events`, or one of them."""
    queries: int
    examples: int
    seed: int
    recipe: Recipe
    versions: dict[str, str]
    """Of torch and sentence-transformers."""


class EncoderStore:
    """Versions are never overwritten; the folder of one appears in one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, version: str) -> Path:
        """What `endcap reindex --encoder` takes."""
        return self._folder / version

    def scratch(self, version: str) -> Path:
        """Where the model is written before `add`."""
        return self._folder / f".{version}.new"

    def add(self, manifest: EncoderManifest, gate: EncoderGate) -> Path:
        """Seal a version; returns its folder."""
        scratch = self.scratch(manifest.version)
        scratch.mkdir(parents=True, exist_ok=True)
        (scratch / _GATE).write_bytes(msgspec.json.format(msgspec.json.encode(gate)))
        (scratch / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        return scratch.replace(self.path(manifest.version))

    def versions(self) -> list[EncoderManifest]:
        """The newest first."""
        if not self._folder.is_dir():
            return []
        found = [self.manifest(part) for part in self._folder.iterdir()]
        kept = [manifest for manifest in found if manifest is not None]
        return sorted(kept, key=lambda manifest: manifest.created_at, reverse=True)

    def manifest(self, folder: Path) -> EncoderManifest | None:
        """Of a folder, wherever it lies; None where it is none of ours."""
        try:
            return msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=EncoderManifest)
        except (OSError, msgspec.DecodeError):
            return None

    def gate(self, version: str) -> EncoderGate:
        return msgspec.json.decode((self.path(version) / _GATE).read_bytes(), type=EncoderGate)
