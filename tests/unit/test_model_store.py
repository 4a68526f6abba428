"""Versions of models on disk; TensorFlow is never needed to refuse one."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ranking.errors import ModelRefused
from ranking.features import FEATURES, FINGERPRINT
from ranking.model_store import Manifest, ModelStore


def make_manifest(version: str = "v1", **fields: Any) -> Manifest:
    defaults: dict[str, Any] = {
        "features": FEATURES,
        "feature_fingerprint": FINGERPRINT,
        "created_at": "2026-11-24T12:00:00+00:00",
        "judgments": "judgments.csv",
        "judgments_digest": "0" * 64,
        "queries": 70,
        "judged_pairs": 2256,
        "seed": 1,
        "metrics": {"ndcg@10": {"mean": 0.8, "low": 0.75, "high": 0.85}},
        "tensorflow": "2.15.1",
    }
    return Manifest(version=version, **(defaults | fields))


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def test_no_version_is_live_before_the_first(models: ModelStore) -> None:
    assert models.live_version() is None


def test_manifest_comes_back_as_it_was_added(models: ModelStore) -> None:
    models.add(make_manifest())

    assert models.manifest("v1") == make_manifest()


def test_newest_of_several_is_live_only_once_it_is_made_so(models: ModelStore) -> None:
    models.add(make_manifest("v1"))
    models.make_live("v1")
    models.add(make_manifest("v2"))
    before = models.live_version()

    models.make_live("v2")

    assert (before, models.live_version()) == ("v1", "v2")
    assert models.manifest("v1").version == "v1"


def test_what_a_rollback_makes_live_is_known_before(models: ModelStore) -> None:
    assert models.live_before() is None
    for version in ("v1", "v2", "v3"):
        models.add(make_manifest(version))
        models.make_live(version)

    known = models.live_before()

    assert models.roll_back().version == known == "v2"
    assert models.live_before() == "v1"


def test_another_process_sees_what_is_live(models: ModelStore, tmp_path: Path) -> None:
    models.add(make_manifest())
    models.make_live("v1")

    assert ModelStore(tmp_path / "models").live_version() == "v1"


def test_nothing_unfinished_is_left_behind(models: ModelStore, tmp_path: Path) -> None:
    models.add(make_manifest())
    models.make_live("v1")

    files = {path.name for path in (tmp_path / "models").rglob("*") if path.is_file()}
    assert files == {"manifest.json", "live", "history.jsonl", ".lock"}


def test_model_of_other_features_is_refused_with_their_names(models: ModelStore) -> None:
    others = ("margin", *FEATURES[1:])
    models.add(make_manifest(features=others, feature_fingerprint="other"))

    with pytest.raises(ModelRefused) as caught:
        models.make_live("v1")

    assert f"-margin, +{FEATURES[0]}" in str(caught.value)
    assert "endcap train --judgments" in str(caught.value)
    assert models.live_version() is None


def test_model_of_features_that_are_defined_otherwise_is_refused(models: ModelStore) -> None:
    models.add(make_manifest(feature_fingerprint="other"))

    with pytest.raises(ModelRefused, match="same names, other definitions"):
        models.make_live("v1")


def test_refused_model_leaves_the_one_that_is_live(models: ModelStore) -> None:
    models.add(make_manifest("v1"))
    models.make_live("v1")
    models.add(make_manifest("v2", feature_fingerprint="other"))

    with pytest.raises(ModelRefused):
        models.make_live("v2")

    assert models.live_version() == "v1"


def test_refusing_a_model_does_not_load_tensorflow(models: ModelStore) -> None:
    models.add(make_manifest(feature_fingerprint="other"))
    loaded = "ranking.tf_scorer" in sys.modules

    with pytest.raises(ModelRefused):
        models.load("v1")

    assert ("ranking.tf_scorer" in sys.modules) is loaded


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        msgspec.json.encode({"version": "v1"}),
        msgspec.json.encode(msgspec.to_builtins(make_manifest()) | {"seed": "one"}),
    ],
)
def test_damaged_manifest_is_refused(models: ModelStore, tmp_path: Path, content: bytes) -> None:
    models.add(make_manifest())
    (tmp_path / "models" / "v1" / "manifest.json").write_bytes(content)

    with pytest.raises(ModelRefused, match="v1 has no readable manifest"):
        models.make_live("v1")


def test_version_that_was_never_sealed_is_refused(models: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "models" / "v1").mkdir(parents=True)

    with pytest.raises(ModelRefused, match="there is no model v1"):
        models.make_live("v1")


@pytest.mark.parametrize("content", ["", "\n"])
def test_empty_pointer_means_that_none_is_live(
    models: ModelStore, tmp_path: Path, content: str
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "live").write_text(content)

    assert models.live_version() is None


def test_history_tells_every_change_of_what_is_live(models: ModelStore) -> None:
    for version in ("v1", "v2"):
        models.add(make_manifest(version))
        models.make_live(version, "someone", forced=version == "v2")
    models.roll_back("someone else")

    assert [(e.kind, e.version, e.before, e.actor, e.forced) for e in models.history()] == [
        ("promote", "v1", None, "someone", False),
        ("promote", "v2", "v1", "someone", True),
        ("rollback", "v1", "v2", "someone else", False),
    ]


def test_pointer_without_a_history_can_be_gone_back_to(models: ModelStore, tmp_path: Path) -> None:
    """As releases before left it."""
    models.add(make_manifest("v1"))
    (tmp_path / "models" / "live").write_text("v1")
    models.add(make_manifest("v2"))
    models.make_live("v2")

    assert models.roll_back().version == "v1"
    assert models.live_version() == "v1"


def test_same_version_made_live_twice_is_one_step_back(models: ModelStore) -> None:
    for version in ("v1", "v2"):
        models.add(make_manifest(version))
    for version in ("v1", "v2", "v2"):
        models.make_live(version)

    assert models.roll_back().version == "v1"


def test_version_that_cannot_be_served_any_more_is_not_rolled_back_to(models: ModelStore) -> None:
    models.add(make_manifest("v1"))
    models.make_live("v1")
    models.add(make_manifest("v2"))
    models.make_live("v2")
    models.add(make_manifest("v1", feature_fingerprint="other"))

    with pytest.raises(ModelRefused):
        models.roll_back()

    assert models.live_version() == "v2"
    assert len(models.history()) == 2


def test_manifest_of_an_earlier_release_is_still_read(models: ModelStore, tmp_path: Path) -> None:
    old = msgspec.to_builtins(make_manifest())
    for name in ("architecture", "bias", "window", "examination", "weights", "run", "seconds"):
        del old[name]
    folder = tmp_path / "models" / "v1"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(old))

    assert models.manifest("v1") == make_manifest()
    assert models.gate("v1") is None
    assert models.profile("v1") is None
    assert models.curves("v1") is None


def test_unfinished_version_is_none(models: ModelStore, tmp_path: Path) -> None:
    models.add(make_manifest("v1"))
    (tmp_path / "models" / "v2" / "saved_model").mkdir(parents=True)

    assert models.versions() == ["v1"]
