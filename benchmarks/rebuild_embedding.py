"""A rebuild under load for another encoder, by which every text is embedded again: the hard case,
since the encoder wants all cores that searches want, too."""

from pathlib import Path

from rich.console import Console

from benchmarks.rebuild import Plan, measure

FULL = Plan(1, 60.0, 24_000)
"""One rebuild: each further one would want yet another encoder, and its memory."""


def run(out: Path, data_dir: Path | None, quick: bool, console: Console) -> None:
    """An hour on two cores with Icecat; `quick` takes some minutes, on the sample catalogue. Raises
    `NotUndisturbed`."""
    measure(out, data_dir, quick, console, FULL, embedding=True)
