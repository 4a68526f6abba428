"""`endcap train-encoder`: fine-tunes the encoder on what queries want, measures it on queries that
it has not seen, and keeps it where it is better; going live is the rebuild that indexing has."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection

from app.commands.failures import CommandFailed
from app.commands.indexing import index_waiting
from app.commands.progress import progress_bar, say
from app.encoders.cross_validation import CrossValidation
from app.encoders.evidence import from_events, merged
from app.encoders.gate import EncoderGate
from app.encoders.gathering import gather
from app.encoders.store import EncoderManifest, EncoderStore
from app.live import Live
from app.reindex.requests import request_rebuild
from app.settings import ENCODER_SERVICE, Settings
from indexing.encoder_training import Recipe
from ranking.errors import TooLittleToLearnFrom
from ranking.judgments import Judgments, read_judgments

LEAST_QUERIES = 10
EVENT_DAYS = 90
ACTOR = "endcap train-encoder"


def run_train_encoder(
    settings: Settings,
    judgments: Path | None,
    use_events: bool,
    recipe: Recipe,
    seed: int,
    folds: int,
    reindex: bool,
) -> int:
    """Returns the exit status: 1 where the gate has refused it, and the encoder stays as it is."""
    if judgments is None and not use_events:
        raise CommandFailed("say what to learn from: --judgments FILE, --from-events, or both")
    judged = None if judgments is None else read_judgments(judgments)
    with Live(settings, say=say) as live:
        index_waiting(live)
        store = EncoderStore(settings.encoders_dir)
        base = _base(live, store)
        with live.engine.connect() as connection:
            known = merged(judged, _shoppers(connection) if use_events else None)
        if len(known.answerable) < LEAST_QUERIES:
            raise TooLittleToLearnFrom(
                f"only {len(known.answerable)} queries have an item that is known to be wanted; "
                f"an encoder needs at least {LEAST_QUERIES}"
            )
        with progress_bar("Looking at what is found", len(known.answerable)) as advance:
            material = gather(live, known, advance)
        validation = CrossValidation(live, material, base, recipe, seed, progress_bar)
        gate = validation.run(folds)
        now = datetime.now(UTC)
        version = f"{now:%Y%m%dT%H%M%S%f}"
        examples = 0
        if gate.passed:
            examples = validation.train(list(material.found), store.scratch(version), "All queries")
        import sentence_transformers
        import torch

        manifest = EncoderManifest(
            version=version,
            base=base,
            base_revision=live.index.encoder(base).revision,
            created_at=now.isoformat(),
            sources=(*["judgments"] * (judged is not None), *["events"] * use_events),
            queries=len(material.found),
            examples=examples,
            seed=seed,
            recipe=recipe,
            versions={
                "torch": str(torch.__version__),
                "sentence-transformers": sentence_transformers.__version__,
            },
        )
        folder = store.add(manifest, gate).resolve()
        _show(gate)
        if not gate.passed:
            click.echo(f"refused: {gate.reason}; the report is in {folder}")
            return 1
        click.echo(f"encoder {version} is kept: {gate.reason}")
        if reindex:
            with live.engine.begin() as connection:
                task = request_rebuild(connection, f"encoder {version}", str(folder), ACTOR)
            click.echo(f"task {task.id} rebuilds the index with it as soon as a service runs")
        else:
            click.echo(f"to go live: endcap reindex --encoder {folder}")
        click.echo(f"and so that the next start keeps it: ENDCAP_ENCODER={folder}")
        return 0


def _shoppers(connection: Connection) -> Judgments:
    now = datetime.now(UTC)
    return from_events(connection, now - timedelta(days=EVENT_DAYS), now)


def _base(live: Live, store: EncoderStore) -> str:
    """What the live encoder was made from: training it further would mean to measure it on queries
    that it has seen."""
    name = live.index.current().info.spec.encoder
    if name.startswith(ENCODER_SERVICE):
        raise CommandFailed(
            "the encoder is a service, which trains its own model; without ENDCAP_ENCODER_URL, "
            "and after a rebuild, the one in this process can be trained"
        )
    manifest = store.manifest(Path(name)) if name else None
    return name if manifest is None else manifest.base


def _show(gate: EncoderGate) -> None:
    click.echo(f"dense retrieval of {gate.queries} queries, each by a model trained without it:")
    for name, measure in gate.measures.items():
        change = measure.difference
        click.echo(
            f"  {name:20} {measure.base.mean:.3f} before, {measure.trained.mean:.3f} after: "
            f"{change.mean:+.3f} [{change.low:+.3f}, {change.high:+.3f}]"
        )
