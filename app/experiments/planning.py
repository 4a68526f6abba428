"""Checks a plan against the models and rule sets that there are, and fixes the versions that it
leaves open when it starts; called by the admin API."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from app.experiments.errors import InvalidExperiment
from app.experiments.model import Arm, Plan, problems_of
from app.rules.errors import VersionNotFound
from app.rules.publications import NO_RULES, live_version
from app.rules.versions import read_info
from ranking.errors import ModelRefused
from ranking.model_store import ModelStore
from ranking.scorer import RetrievalOrderScorer

NO_MODEL = RetrievalOrderScorer.version


def check_plan(connection: Connection, models: ModelStore, plan: Plan) -> None:
    """Raises `InvalidExperiment` with all that is wrong."""
    problems = problems_of(plan)
    for arm in plan.arms:
        if arm.model_version not in (None, NO_MODEL):
            try:
                models.check(models.manifest(arm.model_version))
            except ModelRefused as error:
                problems.append(f"arm {arm.name}: {error}")
        if arm.ruleset_version not in (None, NO_RULES):
            try:
                read_info(connection, arm.ruleset_version)
            except VersionNotFound as error:
                problems.append(f"arm {arm.name}: {error}")
    if problems:
        raise InvalidExperiment(problems)


def settle_arms(connection: Connection, models: ModelStore, plan: Plan) -> Sequence[Arm]:
    """Where one arm names a version, what is live now is fixed for those that name none: else a
    promotion would change what the other is compared with."""
    model = models.live_version() or NO_MODEL if plan.tries_models else None
    rules = live_version(connection) if plan.tries_rules else None
    return [
        msgspec.structs.replace(
            arm,
            model_version=arm.model_version or model,
            ruleset_version=rules if arm.ruleset_version is None else arm.ruleset_version,
        )
        for arm in plan.arms
    ]
