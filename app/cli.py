"""The command `endcap`: a table of contents; each command's work is in `app/commands/`."""

import logging
import os
import sys
from pathlib import Path

import click

from app.settings import InvalidSetting, Settings, read_settings

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class _Group(click.Group):
    """Turns the errors that a user can cause into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> object:
        from app.commands.failures import explain_failures

        with explain_failures():
            return super().invoke(ctx)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="endcap")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Endcap: the search a shop can steer."""
    # TensorFlow's C++ side greets every start with a page about GPUs and instruction sets.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in ("tensorflow", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    try:
        ctx.obj = read_settings(os.environ)
    except InvalidSetting as error:
        click.echo(f"endcap: {error}", err=True)
        sys.exit(2)


@main.command()
@click.pass_obj
def demo(settings: Settings) -> None:
    """Load the sample catalogue, train the first model and serve, reusing what is there."""
    from app.commands.demo import run_demo

    run_demo(settings)


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Index and run tasks apart from `serve`; needs a Qdrant server."""
    from app.commands.worker import run_worker_process

    run_worker_process(settings)


@main.command()
@click.option("--encoder", help="A sentence-transformers model; else that of the settings.")
@click.option("--reason", default="", help="Kept with the task.")
@click.option("--rollback", is_flag=True, help="Go back to the collection before.")
@click.pass_obj
def reindex(settings: Settings, encoder: str | None, reason: str, rollback: bool) -> None:
    """Have the running service rebuild its index beside the live one."""
    from app.commands.reindex import run_reindex

    sys.exit(run_reindex(settings, encoder, reason, rollback))


@main.command("move-index")
@click.option("--replace", is_flag=True, help="Also where the server has a live collection.")
@click.pass_obj
def move_index(settings: Settings, replace: bool) -> None:
    """Copy the embedded index to the server of ENDCAP_QDRANT_URL and make it live there."""
    from app.commands.move_index import run_move_index

    run_move_index(settings, replace)


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the search API and page."""
    from app.commands.serve import run_service

    run_service(settings)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--pictures", is_flag=True, help="Write the pictures as files, too.")
@click.pass_obj
def sample(settings: Settings, folder: Path | None, pictures: bool) -> None:
    """Write the sample catalogue with its queries and judgments to FOLDER."""
    from app.commands.sample import run_sample

    run_sample(folder or settings.sample_dir, pictures)


@main.command("import-items")
@click.argument("feed", type=FILE)
@click.option("--mapping", type=FILE, help="TOML; without it, rows are items already.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows go; by default under the data directory.",
)
@click.option("--strict", is_flag=True, help="Exit with status 1 when a row was rejected.")
@click.pass_obj
def import_items(
    settings: Settings, feed: Path, mapping: Path | None, rejects: Path | None, strict: bool
) -> None:
    """Load the items of FEED: JSON lines or CSV, plain or gzip."""
    from app.commands.import_items import run_import

    sys.exit(run_import(settings, feed, mapping, rejects, strict))


@main.group()
def rules() -> None:
    """Business rules."""


@rules.command("load")
@click.argument("file", type=FILE)
@click.option("--replace-draft", is_flag=True, help="Also when the draft is not published.")
@click.pass_obj
def load_rules(settings: Settings, file: Path, replace_draft: bool) -> None:
    """Make the rules in FILE (JSON) the draft, a version, and live."""
    from app.commands.rules import run_load

    sys.exit(run_load(settings, file, replace_draft))


@main.group()
def keys() -> None:
    """API keys."""


@keys.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="May be repeated.")
@click.pass_obj
def create_key(settings: Settings, name: str, scopes: tuple[str, ...]) -> None:
    """Make an API key called NAME and print it; also where all others are lost."""
    from app.commands.keys import run_create

    sys.exit(run_create(settings, name, scopes))


@main.command()
@click.option("--judgments", type=FILE, required=True, help="CSV: query,item_id,grade.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same data, same model.")
@click.option("--cross-validate", is_flag=True, help="Also measure by cross-validation.")
@click.pass_obj
def train(settings: Settings, judgments: Path, seed: int, cross_validate: bool) -> None:
    """Train the ranking model and make it live."""
    from app.commands.train import run_train

    run_train(settings, judgments, seed, cross_validate)


@main.command()
@click.option("--judgments", type=FILE, required=True, help="CSV: query,item_id,grade.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option(
    "--cross-validate",
    is_flag=True,
    help="Rank each query with a model trained on the other folds' queries.",
)
@click.option("--seed", default=1, show_default=True)
@click.pass_obj
def evaluate(
    settings: Settings, judgments: Path, as_json: bool, cross_validate: bool, seed: int
) -> None:
    """Measure relevance: lexical, dense, hybrid, ranked, and ranked with rules, side by side."""
    from app.commands.evaluate import run_evaluate

    run_evaluate(settings, judgments, as_json, cross_validate, seed)
