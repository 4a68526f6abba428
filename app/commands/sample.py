"""`endcap sample`."""

from pathlib import Path

import click

from app.sample.writer import write_sample


def run_sample(folder: Path, pictures: bool) -> None:
    files = write_sample(folder, pictures=pictures)
    click.echo(f"{files.items}\n{files.judgments}\n{files.queries}")
