"""`endcap train`: judged queries through the live retrieval, then a model, then live."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from app.admin.audit_log import note
from app.commands.failures import CommandFailed
from app.commands.indexing import index_waiting
from app.commands.lists import cross_validated, judged_lists
from app.commands.progress import progress_bar, say
from app.judgments import store_judgments
from app.live import Live
from app.settings import Settings
from app.training.as_served import MOST_QUERIES, profile_as_served
from ranking.dataset import JudgedList
from ranking.evaluate import Estimate, measure, summarise
from ranking.features import FEATURES, FINGERPRINT
from ranking.judgments import read_judgments
from ranking.model_store import SAVED_MODEL, Manifest

ACTOR = "endcap train"


def run_train(settings: Settings, judgments: Path | None, seed: int, cross_validate: bool) -> None:
    if judgments is None:
        raise CommandFailed("say what to learn from: --judgments FILE, --from-events, or both")
    read_judgments(judgments)  # What is wrong with the file is said before anything slow begins.
    with Live(settings, say=say) as live:
        index_waiting(live)
        train_and_promote(live, judgments, seed, cross_validate)


def train_and_promote(live: Live, file: Path, seed: int, cross_validate: bool) -> None:
    """Train on the file's judgments and make the model live; TensorFlow is imported here."""
    judgments = read_judgments(file)
    queries = judgments.answerable
    with progress_bar("Retrieving judged queries", len(queries)) as advance:
        lists = list(judged_lists(live, judgments, queries, advance))
    say("Training the ranking model")
    from ranking.model import export
    from ranking.train import train

    model = train(lists, seed)
    metrics = _figures(lists, seed) if cross_validate else {}
    now = datetime.now(UTC)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    models = live.model_store
    version = f"{now:%Y%m%dT%H%M%S%f}-{digest[:8]}"
    export(model, models.path(version) / SAVED_MODEL)
    import tensorflow

    from ranking.in_memory_scorer import InMemoryScorer

    # Without its words no query is spelled and relaxed as it will be for shoppers.
    live.vocabulary.refresh()
    with progress_bar("Looking at what it shows", min(len(queries), MOST_QUERIES)) as advance:
        scorer = InMemoryScorer(model, version)
        profile = profile_as_served(live.search, live.rules.current(), queries, scorer, advance)
    models.add(
        Manifest(
            version=version,
            features=FEATURES,
            feature_fingerprint=FINGERPRINT,
            created_at=now.isoformat(),
            judgments=file.name,
            judgments_digest=digest,
            queries=len(queries),
            judged_pairs=sum(len(grades) for grades in judgments.by_query.values()),
            seed=seed,
            metrics=metrics,
            tensorflow=tensorflow.__version__,
            weights=model.weights_by_feature(),
            parameters=int(model.count_params()),
        ),
        profile=profile,
    )
    models.make_live(version, ACTOR)
    with live.engine.begin() as connection:
        store_judgments(connection, judgments)
        note(connection, ACTOR, "model.promote", f"model/{version}", after={"live": version})
    live.model.refresh()
    click.echo(f"model {version} trained on {len(queries)} queries is live")
    for name, figures in metrics.items():
        click.echo(f"  {name}: {figures['mean']:.3f} [{figures['low']:.3f}, {figures['high']:.3f}]")


def _figures(lists: list[JudgedList], seed: int) -> dict[str, dict[str, float]]:
    ranked = cross_validated(lists, seed)
    per_query = {entry.query: measure(ranked[entry.query], entry.grades) for entry in lists}
    estimates: dict[str, Estimate] = summarise(per_query)
    return {name: msgspec.to_builtins(estimate) for name, estimate in estimates.items()}
