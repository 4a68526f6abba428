"""`endcap demo`: from nothing to a running shop search on the sample catalogue."""

import msgspec
from sqlalchemy import Engine

from app.commands.indexing import index_waiting
from app.commands.progress import progress_bar, say
from app.commands.serve import check_port, run_service
from app.commands.train import train_and_promote
from app.items.importer import Importer
from app.items.repository import count_items
from app.live import Live
from app.rules.publications import past_publications
from app.rules.publishing import publish_all
from app.sample.rules import SAMPLE_RULES
from app.sample.writer import SampleFiles, write_sample
from app.settings import Settings
from indexing.mapping import identity_mapping


def run_demo(settings: Settings) -> None:
    """Each step is left out when an earlier run has done it."""
    check_port(settings)
    # Opened first: where another process has the index, nothing is loaded into its shop.
    with Live(settings, say=say) as live:
        with live.engine.connect() as connection:
            loaded = count_items(connection) > 0
        trained = live.model_store.live_version() is not None
        if not (loaded and trained):
            say("Making the sample catalogue")
            files = write_sample(settings.sample_dir)
        if not loaded:
            _load_items(live.engine, settings, files)
        load_sample_rules(live.engine)
        live.rules.refresh()
        index_waiting(live)
        if not trained:
            train_and_promote(live, files.judgments, seed=1, cross_validate=False)
        run_service(settings, live)


def _load_items(engine: Engine, settings: Settings, files: SampleFiles) -> None:
    rejects = settings.rejects_dir / "sample.rejects.jsonl"
    with progress_bar("Loading the sample catalogue") as advance:
        Importer(engine, identity_mapping(), rejects).run(files.items, advance)


def load_sample_rules(engine: Engine) -> None:
    """Unless something was published before, also if it was rolled back."""
    with engine.begin() as connection:
        if not past_publications(connection):
            publish_all(connection, msgspec.to_builtins(SAMPLE_RULES), "Sample rules", "the demo")
