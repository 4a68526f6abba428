"""The command `endcap`: a table of contents; each command's work is in `app/commands/`."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

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


@main.command("adopt-index")
@click.pass_obj
def adopt_index(settings: Settings) -> None:
    """Take back the index of the database that this one was moved from, which must be gone."""
    from app.commands.adopt_index import run_adopt_index

    run_adopt_index(settings)


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the search API and page."""
    from app.commands.serve import run_service

    run_service(settings)


@main.command("train-encoder")
@click.option("--judgments", type=FILE, help="CSV: query,item_id,grade.")
@click.option("--from-events", is_flag=True, help="Learn from what shoppers did, too.")
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), default=1.0)
@click.option("--seed", default=1, show_default=True, help="Same seed, same data, same model.")
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@click.option("--reindex", is_flag=True, help="Ask for the rebuild, too, if it passes.")
@click.pass_obj
def train_encoder(
    settings: Settings,
    judgments: Path | None,
    from_events: bool,
    epochs: float,
    seed: int,
    folds: int,
    reindex: bool,
) -> None:
    """Fine-tune the encoder, and keep it if it finds more on queries that it has not seen."""
    from app.commands.train_encoder import run_train_encoder
    from indexing.encoder_training import Recipe

    recipe = Recipe(epochs=epochs)
    sys.exit(run_train_encoder(settings, judgments, from_events, recipe, seed, folds, reindex))


@main.command("serve-model")
@click.option("--version", help="Serve this one; else whichever is live.")
@click.option("--host", help="Where to listen; else ENDCAP_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), default=8500, show_default=True)
@click.option(
    "--export",
    type=click.Path(file_okay=False, path_type=Path),
    help="Serve nothing; write the model to this folder as TensorFlow Serving wants it.",
)
@click.pass_obj
def serve_model(
    settings: Settings, version: str | None, host: str | None, port: int, export: Path | None
) -> None:
    """Answer TensorFlow Serving's gRPC with the ranking model."""
    from app.commands.serve_model import run_export, run_serve_model

    if export is not None:
        run_export(settings, version, export)
    else:
        run_serve_model(settings, version, host or settings.host, port)


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


@main.command("import-events")
@click.argument("log", type=FILE)
@click.option(
    "--action", "actions", multiple=True, metavar="OTHER=KNOWN", help="The log's word and ours."
)
@click.option(
    "--object-field",
    "object_fields",
    multiple=True,
    metavar="FIELD=attributes.NAME",
    help="The attribute that an object_id_field means.",
)
@click.option("--price-scale", default=1.0, show_default=True, help="0.01 for prices in cents.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused lines go; by default under the data directory.",
)
@click.pass_obj
def import_events(
    settings: Settings,
    log: Path,
    actions: tuple[str, ...],
    object_fields: tuple[str, ...],
    price_scale: float,
    rejects: Path | None,
) -> None:
    """Load a User Behavior Insights LOG: lines of JSON, or of a name, a tab and JSON, plain or
    gzip."""
    from app.commands.import_events import run_import

    run_import(settings, log, actions, object_fields, price_scale, rejects)


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
def features() -> None:
    """What shoppers did, as ranking reads it."""


@features.command("rebuild")
@click.pass_obj
def rebuild_features(settings: Settings) -> None:
    """Count all of the log again and correct what differs, beside a running service too."""
    from app.commands.features import run_rebuild

    run_rebuild(settings)


@features.command("show")
@click.argument("item_id", metavar="ITEM")
@click.option("--query", default="", help="As a shopper would type it.")
@click.option("--session", "session_id", default="", help="A session to read interests of.")
@click.pass_obj
def show_features(settings: Settings, item_id: str, query: str, session_id: str) -> None:
    """Print what ranking reads of ITEM now."""
    from app.commands.features import run_show

    run_show(settings, item_id, query, session_id)


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
@click.option("--judgments", type=FILE, help="CSV: query,item_id,grade.")
@click.option("--from-events", is_flag=True, help="Learn from what shoppers did.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same data, same model.")
@click.option("--cross-validate", is_flag=True, help="Also measure by cross-validation.")
@click.option(
    "--architecture",
    type=click.Choice(["linear", "dnn", "gam", "attention"]),
    default="linear",
    show_default=True,
    help="Of a model from events.",
)
@click.option(
    "--bias",
    type=click.Choice(["ipw", "click-em", "two-tower", "none"]),
    default="ipw",
    show_default=True,
    help="What is done about hits further up being seen more.",
)
@click.option(
    "--days",
    type=click.FloatRange(0, 3650, min_open=True),
    default=30.0,
    show_default=True,
    help="How far back lists are learned from.",
)
@click.option("--compare", is_flag=True, help="Train every kind of model and print a table.")
@click.option("--every", help="Train again and again: 6h, 1d, 30m.")
@click.option(
    "--no-promote", is_flag=True, help="Leave live what is, also where the gate is passed."
)
@click.pass_obj
def train(
    settings: Settings,
    /,
    judgments: Path | None,
    from_events: bool,
    seed: int,
    cross_validate: bool,
    **options: Any,
) -> None:
    """Train the ranking model, from judgments or from what shoppers did, and make it live.

    A model from events goes live where it passes the gate; with --judgments it learns from both.
    """
    if from_events:
        from app.commands.train_events import run_with_options

        sys.exit(run_with_options(settings, judgments, seed, **options))
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


@main.command("simulate-shoppers")
@click.option("--judgments", type=FILE, required=True, help="CSV: query,item_id,grade.")
@click.option("--sessions", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--queries", type=FILE, help="Only these are asked, one a line.")
@click.option(
    "--leave-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="This share of the queries, drawn by the seed, is never asked.",
)
@click.option(
    "--left-out-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the judgments of those queries go.",
)
@click.option(
    "--model",
    type=click.Choice(["position-based", "cascade", "random", "first-hit"]),
    default="position-based",
    show_default=True,
    help="How they click; docs/simulation.md has the formulas.",
)
@click.option(
    "--noise",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="How likely a hit without relevance is clicked that is looked at.",
)
@click.option(
    "--eta",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Position k is looked at with probability 1/k^eta.",
)
@click.option(
    "--scroll",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="How much of that comes from what was never on the screen.",
)
@click.option("--seed", default=1, show_default=True)
@click.option("--url", help="Of the service; else that of the settings.")
@click.option("--key", help="An API key; else the admin key, where there is one.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--per-page", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def simulate_shoppers(settings: Settings, /, **options: Any) -> None:
    """Send synthetic shoppers with a stated click model to a running service."""
    from app.commands.simulate_shoppers import Simulation, run_simulation

    run_simulation(settings, Simulation(**options))
