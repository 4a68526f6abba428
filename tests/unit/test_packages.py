"""Heavy libraries have homes of their own: what unit tests and the command line import is light."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("sentence_transformers", "tensorflow", "tensorflow_ranking", "torch")

_PROGRAM = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
print(*(name for name in sys.argv[1].split(",") if name in sys.modules))
"""


def loaded_by(*modules: str) -> list[str]:
    """Which heavy libraries a fresh interpreter holds after importing these modules."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ENDCAP_")}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, ",".join(HEAVY), *modules],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_command_line_loads_no_heavy_library() -> None:
    assert loaded_by("app.cli") == []


@pytest.mark.parametrize(
    "modules",
    [
        (
            "indexing.composition",
            "indexing.feeds",
            "indexing.indexer",
            "indexing.mapping",
            "indexing.memory_index",
            "indexing.validation",
        ),
        ("rules.arrange", "rules.match", "rules.parse", "rules.rewrite", "rules.ruleset"),
        (
            "ranking.evaluate",
            "ranking.features",
            "ranking.judgments",
            "ranking.model_store",
            "ranking.scorer",
        ),
        ("app.settings", "app.search.pipeline", "app.items.importer", "app.rules.live_rules"),
        (
            "app.commands.serve_model",
            "app.commands.train_encoder",
            "app.embeddings.service",
            "app.remote_model",
            "indexing.http_encoder",
            "ranking.serving",
        ),
        ("tests.factories",),
    ],
    ids=lambda modules: modules[0].split(".")[0],
)
def test_modules_that_unit_tests_need_load_no_heavy_library(modules: tuple[str, ...]) -> None:
    assert loaded_by(*modules) == []


def test_the_check_itself_sees_a_heavy_library_that_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{_PROGRAM}"

    done = subprocess.run(
        [sys.executable, "-c", program, ",".join(HEAVY), "torch"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.split() == ["torch"]
