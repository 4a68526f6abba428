"""Fine-tunes a sentence-transformers model on (query, item) pairs with hard negatives, with
sentence-transformers' own trainer and loss; torch is imported when it is called."""

import logging
import math
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from indexing.errors import EncoderUnavailable
from indexing.sentence_encoder import bundled_model

Progress = Callable[[int], None]


class Example(msgspec.Struct, frozen=True):
    """Texts: of a query, of an item that was wanted, and of one that was found and not wanted."""

    query: str
    wanted: str
    unwanted: str


class Recipe(msgspec.Struct, frozen=True):
    """How it is trained. The defaults are for some thousand examples of some dozens of queries
    (`docs/encoder.md` has what was tried)."""

    epochs: float = 1.0
    batch: int = 16
    learning_rate: float = 2e-5
    trained_layers: int = 2
    """Of the transformer's layers, the last so many; what lies below, and the word vectors, stay:
    with few queries they would learn the queries by heart, and they are most of the work."""

    scale: float = 20.0
    """What cosines are multiplied by in the loss: the higher, the more the nearest negative
    counts."""

    share: float = 1.0
    """How far the weights go from the base to what was trained: models in between keep more of
    what they could before and still gain (Wortsman et al., "Robust fine-tuning of zero-shot
    models", CVPR 2022)."""

    longest: int = 128
    """Tokens of a text that training reads. What an item is stands in the beginning."""

    most_steps: int | None = None


def steps_of(examples: int, recipe: Recipe) -> int:
    """How many steps training takes at most."""
    steps = math.ceil(math.ceil(examples / recipe.batch) * recipe.epochs)
    return steps if recipe.most_steps is None else min(steps, recipe.most_steps)


def fine_tune(
    base: str | None,
    examples: Sequence[Example],
    folder: Path,
    recipe: Recipe,
    seed: int,
    progress: Progress = lambda _: None,
) -> None:
    """Write a model to the folder that `SentenceEncoder` loads; `base` as for it. The loss is the
    multiple negatives ranking loss: of all items of a batch, wanted and unwanted, a query should
    be nearest to its own (Henderson et al., "Efficient natural language response suggestion for
    smart reply", 2017). Same examples and seed, same model on the same machine. `progress` is
    called once for each step. Raises `EncoderUnavailable` where the base cannot be loaded."""
    with _quietly():
        from datasets import Dataset
        from sentence_transformers import (
            SentenceTransformer,
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.base.sampler import BatchSamplers
        from sentence_transformers.sentence_transformer.losses import (
            MultipleNegativesRankingLoss,
        )
        from transformers import TrainerCallback, set_seed

        set_seed(seed)
        try:
            model = SentenceTransformer(
                str(bundled_model() if base is None else base), device="cpu"
            )
        except Exception as error:  # the library raises whatever its many loaders raise
            raise EncoderUnavailable(f"cannot load the encoder {base!r}: {error}") from error
        # Else it makes examples for a model card, which is not written, with a bar of its own.
        model.model_card_data.widget = [{}]
        read = model.max_seq_length
        model.max_seq_length = min(recipe.longest, int(read or recipe.longest))
        _freeze(model, recipe.trained_layers)
        before = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}
        table = Dataset.from_dict(
            {
                "query": [example.query for example in examples],
                "wanted": [example.wanted for example in examples],
                "unwanted": [example.unwanted for example in examples],
            }
        )

        class Tell(TrainerCallback):
            def on_step_end(self, *_: Any, **__: Any) -> None:
                progress(1)

        with TemporaryDirectory(prefix="endcap-encoder-") as scratch:
            trainer = SentenceTransformerTrainer(
                model=model,
                args=SentenceTransformerTrainingArguments(
                    output_dir=scratch,
                    num_train_epochs=recipe.epochs,
                    max_steps=recipe.most_steps or -1,
                    per_device_train_batch_size=recipe.batch,
                    learning_rate=recipe.learning_rate,
                    warmup_steps=steps_of(len(examples), recipe) // 10,
                    # A second item of the same query is no negative for the first.
                    batch_sampler=BatchSamplers.NO_DUPLICATES,
                    seed=seed,
                    data_seed=seed,
                    use_cpu=True,
                    dataloader_pin_memory=False,
                    save_strategy="no",
                    logging_strategy="no",
                    report_to="none",
                    disable_tqdm=True,
                ),
                train_dataset=table,
                loss=MultipleNegativesRankingLoss(model, scale=recipe.scale),
                callbacks=[Tell()],
            )
            trainer.train()
        for name, parameter in model.named_parameters():
            if name in before:
                parameter.data.lerp_(before[name], 1.0 - recipe.share)
        model.max_seq_length = read
        model.eval()
        model.save(str(folder), create_model_card=False)


def _freeze(model: Any, trained: int) -> None:
    """Leave only the transformer's last layers to be trained, and what comes behind them; where
    they cannot be told from each other, all of it is."""
    transformer = model[0].auto_model
    layers = getattr(getattr(transformer, "encoder", transformer), "layer", None)
    if layers is None:
        return
    for parameter in transformer.parameters():
        parameter.requires_grad = False
    for layer in layers[max(len(layers) - trained, 0) :]:
        for parameter in layer.parameters():
            parameter.requires_grad = True


@contextmanager
def _quietly() -> Any:
    """Without the libraries' bars and notes, which are for notebooks."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
