"""Trained models on disk: a folder for each version with its manifest, what it rests on and how it
did at the gate; a pointer to the live one, and the history of that pointer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import fasteners
import msgspec

from ranking.errors import ModelRefused
from ranking.feature_checks import FeatureProfile
from ranking.features import FEATURES, FINGERPRINT
from ranking.gate import GateReport
from ranking.scorer import Scorer

_LIVE = "live"
_HISTORY = "history.jsonl"
_LOCK = ".lock"
_MANIFEST = "manifest.json"
_GATE = "gate.json"
_PROFILE = "profile.json"
_CURVES = "curves.json"
SAVED_MODEL = "saved_model"

Stored = TypeVar("Stored")


class Window(msgspec.Struct, frozen=True):
    """The lists that a model learned from and was measured on, as moments in ISO 8601."""

    since: str
    split: str
    """Lists before it were learned from, those from then on were held out."""
    until: str
    learned: int
    held_out: int
    left_out: Mapping[str, int] = {}
    """Lists that could not be used, by the reason."""


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
    """Figures on what was not learned from, each `{mean, low, high}`; empty where none were
    asked for."""
    tensorflow: str
    architecture: str = "linear"
    bias: str | None = None
    """How position was corrected for; None for a model of judgments alone."""
    window: Window | None = None
    """None for a model of judgments alone."""
    examination: tuple[float, ...] = ()
    """How likely each position is looked at, as estimated and learned with."""
    examination_told: float = 0.0
    """How much of that the clicks told; the rest was assumed."""
    weights: dict[str, float] = {}
    """Of a linear model, what each feature is worth."""
    parameters: int = 0
    seconds: float = 0.0
    """That training took."""
    run: str = ""
    """Of MLflow."""


class Curves(msgspec.Struct, frozen=True):
    """Of an additive model: what each feature adds at evenly spaced values from 0 to 1."""

    values: tuple[float, ...]
    added: Mapping[str, tuple[float, ...]]


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what is live."""

    at: str
    kind: Literal["promote", "rollback"]
    version: str
    before: str | None
    actor: str = ""
    forced: bool = False
    """Although the gate had refused it."""


class ModelStore:
    """Versions are never overwritten; the pointer is replaced in one step. Any number of processes
    may use one folder."""

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

    def versions(self) -> list[str]:
        """Those that are complete, the newest first."""
        found = self._folder.glob(f"*/{_MANIFEST}")
        return sorted((path.parent.name for path in found), reverse=True)

    def add(
        self,
        manifest: Manifest,
        *,
        gate: GateReport | None = None,
        profile: FeatureProfile | None = None,
        curves: Curves | None = None,
    ) -> None:
        """Seal a version whose SavedModel was exported; the manifest is written last."""
        folder = self.path(manifest.version)
        for name, part in ((_GATE, gate), (_PROFILE, profile), (_CURVES, curves)):
            if part is not None:
                self._write(folder / name, msgspec.json.encode(part))
        self._write(folder / _MANIFEST, msgspec.json.encode(manifest))

    def note_run(self, version: str, run: str) -> None:
        """Keep which run of MLflow tells of the version."""
        manifest = msgspec.structs.replace(self.manifest(version), run=run)
        self._write(self.path(version) / _MANIFEST, msgspec.json.encode(manifest))

    def note_profile(self, version: str, profile: FeatureProfile) -> None:
        """In place of the one that it was added with."""
        self._write(self.path(version) / _PROFILE, msgspec.json.encode(profile))

    def make_live(self, version: str, actor: str = "", *, forced: bool = False) -> Promotion:
        """Raises `ModelRefused` for a version that cannot be served."""
        with self._turn():
            return self._point_to(version, "promote", actor, forced)

    def roll_back(self, actor: str = "") -> Promotion:
        """Make live what was live before; called again, what was before that. Raises
        `ModelRefused` where there is nothing, or nothing that can be served."""
        with self._turn():
            earlier = self.live_before()
            if earlier is None:
                raise ModelRefused("no model was live before this one")
            return self._point_to(earlier, "rollback", actor, forced=False)

    def live_before(self) -> str | None:
        """What `roll_back` makes live; None where there is nothing."""
        earlier = _live_in_turn(self.history())[:-1]
        return earlier[-1] if earlier else None

    def history(self) -> list[Promotion]:
        """Every change of what is live, the oldest first."""
        try:
            lines = (self._folder / _HISTORY).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [msgspec.json.decode(line, type=Promotion) for line in lines if line.strip()]

    def manifest(self, version: str) -> Manifest:
        try:
            raw = (self.path(version) / _MANIFEST).read_bytes()
            return msgspec.json.decode(raw, type=Manifest)
        except FileNotFoundError as error:
            raise ModelRefused(f"there is no model {version}, or it was never finished") from error
        except (OSError, msgspec.DecodeError) as error:
            raise ModelRefused(f"model {version} has no readable manifest: {error}") from error

    def gate(self, version: str) -> GateReport | None:
        """None for a version that never stood before it."""
        return self._read(version, _GATE, GateReport)

    def profile(self, version: str) -> FeatureProfile | None:
        """What the features look like of the hits that it shows for what it learned from."""
        return self._read(version, _PROFILE, FeatureProfile)

    def curves(self, version: str) -> Curves | None:
        return self._read(version, _CURVES, Curves)

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

    def _point_to(
        self, version: str, kind: Literal["promote", "rollback"], actor: str, forced: bool
    ) -> Promotion:
        self.check(self.manifest(version))
        promotion = Promotion(
            at=datetime.now(UTC).isoformat(),
            kind=kind,
            version=version,
            before=self.live_version(),
            actor=actor,
            forced=forced,
        )
        # The history first: a pointer that moved without it could not be taken back.
        with (self._folder / _HISTORY).open("ab") as file:
            file.write(msgspec.json.encode(promotion) + b"\n")
        self._write(self._folder / _LIVE, version.encode())
        return promotion

    def _turn(self) -> fasteners.InterProcessLock:
        self._folder.mkdir(parents=True, exist_ok=True)
        return fasteners.InterProcessLock(self._folder / _LOCK)

    def _read(self, version: str, name: str, kind: type[Stored]) -> Stored | None:
        try:
            return msgspec.json.decode((self.path(version) / name).read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise ModelRefused(f"{name} of model {version} is not readable: {error}") from error

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.new")
        scratch.write_bytes(content)
        scratch.replace(path)


def _live_in_turn(history: list[Promotion]) -> list[str]:
    """What was live before what, with what was rolled back from left out; the last is live."""
    turn: list[str] = []
    for entry in history:
        if entry.kind == "rollback":
            turn = turn[:-1]
        elif not turn:
            # A pointer may be older than the history.
            turn = [*([entry.before] if entry.before else []), entry.version]
        elif turn[-1] != entry.version:
            turn.append(entry.version)
    return turn
