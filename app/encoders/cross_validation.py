"""Measures what fine-tuning makes of an encoder, on queries that it was not trained on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.encoders.examples import Found, examples_of
from app.encoders.folds import folds_of
from app.encoders.gate import EncoderGate, examine
from app.encoders.gathering import Material, read_texts
from app.encoders.sample import draw
from app.encoders.vectors import encode_all
from app.items.vectors import PostgresVectorCache
from app.live import Live
from indexing.encoder import Encoder
from indexing.encoder_training import Recipe, fine_tune, steps_of

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""A progress bar of so many steps under a title."""

Measures = dict[str, dict[str, float]]


class CrossValidation:
    """`base` names the encoder that is fine-tuned and compared with; empty for the built-in."""

    def __init__(
        self, live: Live, material: Material, base: str, recipe: Recipe, seed: int, bar: Bar
    ) -> None:
        self._live = live
        self._material = material
        self._base = base
        self._recipe = recipe
        self._seed = seed
        self._bar = bar

    def run(self, folds: int) -> EncoderGate:
        before: Measures = {}
        after: Measures = {}
        by_query = {entry.query: entry for entry in self._material.found}
        parts = folds_of(by_query, self._seed, folds)
        for n, part in enumerate(parts, 1):
            name = f"Fold {n} of {len(parts)}"
            held_out = [by_query[query] for query in part]
            rest = [entry for query, entry in by_query.items() if query not in part]
            with TemporaryDirectory(prefix="endcap-encoder-") as scratch:
                folder = Path(scratch) / "model"
                self.train(rest, folder, name)
                from indexing.sentence_encoder import SentenceEncoder

                self._measure(held_out, SentenceEncoder(str(folder)), name, before, after)
        return examine(before, after, len(parts))

    def train(self, found: list[Found], folder: Path, name: str) -> int:
        """Returns the number of examples."""
        occurring = {item for entry in found for item in (*entry.wanted, *entry.unwanted)}
        examples = examples_of(found, read_texts(self._live, occurring), self._seed)
        with self._bar(f"{name}: training", steps_of(len(examples), self._recipe)) as advance:
            fine_tune(
                self._base or None, examples, folder, self._recipe, self._seed, progress=advance
            )
        return len(examples)

    def _measure(
        self,
        held_out: list[Found],
        trained: Encoder,
        name: str,
        before: Measures,
        after: Measures,
    ) -> None:
        certain = [
            item
            for entry in held_out
            for item in (*entry.grades, *self._material.nearest[entry.query])
        ]
        sample = draw(certain, self._material.catalogue, self._seed)
        texts = read_texts(self._live, set(sample.items))
        listed = [texts.get(item, "") for item in sample.items]
        base = self._live.index.encoder(self._base)
        with self._bar(f"{name}: encoding", 2 * len(listed)) as advance:
            old = encode_all(base, listed, advance, PostgresVectorCache(self._live.engine))
            new = encode_all(trained, listed, advance)
        for entry in held_out:
            for encoder, vectors, measures in ((base, old, before), (trained, new, after)):
                measures[entry.query] = sample.measured(
                    encoder.encode_query(entry.query), vectors, entry.grades
                )
