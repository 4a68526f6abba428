"""Fine-tuning the encoder: the trainer itself, and the command from judgments or from events to a
rebuild, on a shop where queries want what the encoder puts last."""

import csv
from pathlib import Path

import msgspec
import numpy as np
import pytest
from sqlalchemy import select

from app.commands.failures import CommandFailed
from app.commands.train_encoder import run_train_encoder
from app.db.engine import connect
from app.db.postgres import EmbeddedPostgres
from app.db.tables import tasks
from app.encoders.store import EncoderStore
from app.items.repository import write_items
from app.live import Live
from app.settings import Settings
from indexing.encoder_training import Example, Recipe, fine_tune, steps_of
from indexing.errors import EncoderUnavailable
from indexing.sentence_encoder import SentenceEncoder
from ranking.errors import TooLittleToLearnFrom
from tests.factories import make_item
from tests.integration.shop import create_database

pytestmark = pytest.mark.encoder

THINGS = ("kettle", "lamp", "chair", "desk", "phone", "camera", "bicycle", "guitar", "oven", "tent")
QUICK = Recipe(epochs=1, most_steps=1)
STRONG = Recipe(epochs=6, learning_rate=2e-4, trained_layers=6, share=1.0, batch=8)
"""Learns the shop's odd taste, in some seconds."""

EXAMPLES = [
    Example(thing, f"spare part for a {thing}", f"{thing} in {colour}")
    for thing in THINGS
    for colour in ("red", "blue")
]


def weights(folder: Path | str | None) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    model = SentenceEncoder(None if folder is None else str(folder))._model
    return {name: value.numpy().copy() for name, value in model.state_dict().items()}


def changed(folder: Path) -> set[str]:
    before, after = weights(None), weights(folder)
    return {name for name in before if not np.array_equal(before[name], after[name])}


def test_training_changes_the_last_layers_and_no_others(tmp_path: Path) -> None:
    steps: list[int] = []

    fine_tune(None, EXAMPLES, tmp_path / "a", QUICK, seed=1, progress=steps.append)

    assert steps == [1]
    layers = {name.partition("layer.")[2].partition(".")[0] for name in changed(tmp_path / "a")}
    assert layers == {"4", "5"}


def test_same_examples_and_seed_make_the_same_model(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fine_tune(None, EXAMPLES, tmp_path / name, QUICK, seed=1)

    one, other = SentenceEncoder(str(tmp_path / "a")), SentenceEncoder(str(tmp_path / "b"))
    assert np.array_equal(one.encode_documents(["lamp"]), other.encode_documents(["lamp"]))


def test_no_share_of_what_was_trained_is_the_base(tmp_path: Path) -> None:
    fine_tune(None, EXAMPLES, tmp_path / "a", msgspec.structs.replace(QUICK, share=0.0), seed=1)

    assert changed(tmp_path / "a") == set()


def test_trained_model_encodes_queries_as_fast_and_reads_as_much_as_the_base(
    tmp_path: Path,
) -> None:
    fine_tune(None, EXAMPLES, tmp_path / "a", QUICK, seed=1)

    trained, base = SentenceEncoder(str(tmp_path / "a")), SentenceEncoder()

    assert trained._query_model is not None
    assert trained._model.max_seq_length == base._model.max_seq_length
    assert trained.size == base.size
    assert trained.revision != base.revision


def test_base_that_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="no-such"):
        fine_tune(str(tmp_path / "no-such"), EXAMPLES, tmp_path / "a", QUICK, seed=1)


@pytest.mark.parametrize(
    ("examples", "recipe", "steps"),
    [
        (33, Recipe(batch=16, epochs=1), 3),
        (33, Recipe(batch=16, epochs=2.5), 8),
        (33, Recipe(batch=16, epochs=9, most_steps=4), 4),
    ],
)
def test_steps_are_told_beforehand(examples: int, recipe: Recipe, steps: int) -> None:
    assert steps_of(examples, recipe) == steps


@pytest.fixture
def judgments(tmp_path: Path) -> Path:
    """Whoever asks for a thing wants its spare parts."""
    file = tmp_path / "judgments.csv"
    with file.open("w", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(("query", "item_id", "grade"))
        for thing in THINGS:
            writer.writerows((thing, f"{thing}-part-{n}", 3) for n in range(2))
            writer.writerows((thing, f"{thing}-{n}", 0) for n in range(12))
    return file


@pytest.fixture
def settings(
    postgres: EmbeddedPostgres, tmp_path: Path, request: pytest.FixtureRequest
) -> Settings:
    url = create_database(postgres, f"encoder-{abs(hash(request.node.name))}")
    settings = Settings(data_dir=tmp_path / "var", database_url=url)
    with Live(settings) as live, live.engine.begin() as connection:
        for thing in THINGS:
            write_items(
                connection,
                [
                    *(
                        make_item(f"{thing}-{n}", title=f"{thing} model {n}".capitalize())
                        for n in range(12)
                    ),
                    *(
                        make_item(f"{thing}-part-{n}", title=f"Spare part {n} for a {thing}")
                        for n in range(2)
                    ),
                ],
            )
    return settings


def test_encoder_that_is_better_is_kept_and_goes_live_by_the_rebuild(
    settings: Settings, judgments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run_train_encoder(settings, judgments, False, STRONG, seed=1, folds=2, reindex=True)

    said = capsys.readouterr().out
    assert status == 0, said
    (manifest,) = EncoderStore(settings.encoders_dir).versions()
    folder = EncoderStore(settings.encoders_dir).path(manifest.version).resolve()
    assert f"ENDCAP_ENCODER={folder}" in said
    assert manifest.base == ""
    assert manifest.sources == ("judgments",)
    assert manifest.queries == len(THINGS)
    gate = EncoderStore(settings.encoders_dir).gate(manifest.version)
    assert gate.passed
    assert gate.measures["ndcg@10"].difference.low > 0
    with Live(msgspec.structs.replace(settings, encoder=str(folder))) as live:
        live.rebuild_runner.run_waiting()
        assert live.index.current().info.spec.encoder == str(folder)
        assert live.index.current().encoder.revision.startswith(manifest.version)


def test_encoder_that_is_not_better_is_refused_and_the_report_is_kept(
    settings: Settings, judgments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run_train_encoder(settings, judgments, False, QUICK, seed=1, folds=2, reindex=True)

    assert status == 1
    assert "refused: neither" in capsys.readouterr().out
    store = EncoderStore(settings.encoders_dir)
    (manifest,) = store.versions()
    assert not store.gate(manifest.version).passed
    assert not (store.path(manifest.version) / "model.safetensors").exists()
    engine = connect(settings.database_url or "")
    with engine.connect() as connection:
        assert connection.execute(select(tasks.c.id)).all() == []
    engine.dispose()


def test_too_few_queries_are_refused_before_anything_is_trained(
    settings: Settings, tmp_path: Path
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("query,item_id,grade\nlamp,lamp-1,3\n")

    with pytest.raises(TooLittleToLearnFrom, match="only 1 queries"):
        run_train_encoder(settings, few, True, QUICK, seed=1, folds=2, reindex=False)


def test_nothing_to_learn_from_is_said(settings: Settings) -> None:
    with pytest.raises(CommandFailed, match="--from-events"):
        run_train_encoder(settings, None, False, QUICK, seed=1, folds=2, reindex=False)
