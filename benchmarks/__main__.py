"""`python -m benchmarks`: a table of contents; each benchmark's work is in a module of its own."""

import sys
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console

OUT = Path(__file__).parent / "out"

BENCHMARKS = {
    "latency": "benchmarks.latency",
    "rule-matching": "benchmarks.rule_matching",
    "publish-delay": "benchmarks.publish_delay",
    "footprint": "benchmarks.footprint",
    "ingest": "benchmarks.ingest",
    "events": "benchmarks.events",
    "features": "benchmarks.features",
    "rebuild": "benchmarks.rebuild",
    "rebuild-embedding": "benchmarks.rebuild_embedding",
    "loop": "benchmarks.loop",
    "suggest": "benchmarks.suggest",
    "search-extras": "benchmarks.search_extras",
    "search-cases": "benchmarks.search_cases",
}
"""By name, the module whose `run(out, data_dir, quick, console)` measures, writes its JSON to
`out` and prints its table. A module is imported when it runs: most load heavy libraries."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(tuple(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="Fewer rounds: shows that it runs, proves little.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where Endcap's data lies; by default under benchmarks/out, filled on the first run.",
)
def main(names: tuple[str, ...], quick: bool, data_dir: Path | None) -> None:
    """Run the benchmarks NAMES, all by default; results go to benchmarks/out."""
    # A log has room for a table that the 80 columns it is given by default would cut off.
    console = Console(width=None if sys.stdout.isatty() else 120)
    OUT.mkdir(exist_ok=True)
    for name in names or tuple(BENCHMARKS):
        import_module(BENCHMARKS[name]).run(OUT, data_dir, quick, console)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
