"""Runs and registered versions in MLflow: a SQLite database in the data directory, or a tracking
server by URL. Imported only when something is tracked, since it brings half a second of imports and
a hundred megabytes."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.training.tracking import TrackedRun

EXPERIMENT = "endcap"
REGISTERED = "endcap-ranking"
ALIAS = "live"

_QUIET = {
    # Nothing is told to anybody but the store itself.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # A server that is away is given up soon; it is asked again at the next training.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}


class MlflowTracker:
    def __init__(self, data_dir: Path, url: str | None) -> None:
        """Nothing is opened yet."""
        self._url = url or f"sqlite:///{(data_dir / 'mlflow.db').resolve()}"
        # A server says itself where artefacts go.
        self._artifacts = None if url else (data_dir / "mlflow").resolve().as_uri()

    def track(self, run: TrackedRun) -> str:
        with _quiet():
            from mlflow.tracking import MlflowClient

            client = MlflowClient(tracking_uri=self._url, registry_uri=self._url)
            return self._track(client, run)

    def _track(self, client: Any, run: TrackedRun) -> str:
        manifest, outcome = run.manifest, run.outcome
        known = client.get_experiment_by_name(EXPERIMENT)
        experiment = (
            known.experiment_id
            if known is not None
            else client.create_experiment(EXPERIMENT, artifact_location=self._artifacts)
        )
        started = client.create_run(
            experiment,
            run_name=manifest.version,
            tags={"version": manifest.version, "gate": "passed" if outcome.passed else "refused"},
        )
        run_id: str = started.info.run_id
        for name, value in _parameters(run).items():
            client.log_param(run_id, name, value)
        for name, figures in manifest.metrics.items():
            for part, value in figures.items():
                # An @ is allowed in no metric's name.
                key = name.replace("@", "_at_")
                client.log_metric(run_id, key if part == "mean" else f"{key}_{part}", value)
        for file in sorted(run.folder.glob("*.json")):
            client.log_artifact(run_id, str(file))
        client.log_artifacts(run_id, str(run.folder / "saved_model"), "saved_model")
        client.set_terminated(run_id)
        self._register(client, run, run_id, started.info.artifact_uri)
        return run_id

    def _register(self, client: Any, run: TrackedRun, run_id: str, artifacts: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            client.get_registered_model(REGISTERED)
        except MlflowException:
            client.create_registered_model(REGISTERED)
        version = client.create_model_version(
            REGISTERED,
            source=f"{artifacts}/saved_model",
            run_id=run_id,
            tags={"version": run.manifest.version},
            description="; ".join(run.outcome.reasons)[:5_000],
        )
        if run.outcome.live:
            client.set_registered_model_alias(REGISTERED, ALIAS, version.version)


def _parameters(run: TrackedRun) -> dict[str, object]:
    manifest = run.manifest
    window = manifest.window
    parameters: dict[str, object] = {
        "architecture": manifest.architecture,
        "bias": manifest.bias,
        "seed": manifest.seed,
        "queries": manifest.queries,
        "judgments": manifest.judgments,
        "judged_pairs": manifest.judged_pairs,
        "features": len(manifest.features),
        "feature_fingerprint": manifest.feature_fingerprint,
        "parameters": manifest.parameters,
        "examination_told": round(manifest.examination_told, 4),
    }
    if window is not None:
        parameters |= {
            "since": window.since,
            "split": window.split,
            "until": window.until,
            "lists_learned": window.learned,
            "lists_held_out": window.held_out,
        }
    return parameters


@contextmanager
def _quiet() -> Iterator[None]:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    # With SQLAlchemy 2.1 its mappers warn of a loader strategy that will go.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
