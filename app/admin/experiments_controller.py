"""`/v1/admin/experiments` over HTTP: planned, started, stopped, and what came of them."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, JSONBody, RawBody

from app.admin.authentication import needs
from app.admin.parameters import IfMatch, KeyRequest, revision_of
from app.body_values import WITHOUT_NUL, Moment, check_moment
from app.errors import INVALID_REQUEST
from app.experiments import repository
from app.experiments.model import Experiment, Key, Plan
from app.experiments.planning import check_plan, settle_arms
from app.experiments.results import Results, read_results
from app.live import Live
from app.rules.errors import RevisionNeeded


class NewExperiment(Plan, frozen=True, forbid_unknown_fields=True, kw_only=True):
    key: Key


class ChangedPlan(Plan, frozen=True, forbid_unknown_fields=True):
    """All of a draft but its key."""


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: Moment | None = None

    def __post_init__(self) -> None:
        check_moment("at", self.at)


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=WITHOUT_NUL)]


class Experiments(msgspec.Struct, frozen=True):
    experiments: tuple[Experiment, ...]


class ExperimentWithResults(Experiment, frozen=True, kw_only=True):
    problem: str = ""
    """Why the process that answers does not run it, though it should."""
    results: Results | None = None
    """None before it has started."""


class ExperimentsController(Controller):
    path = "/v1/admin/experiments"
    tags = ("experiments",)
    guards = (needs("models"),)

    @post(sync_to_thread=True, responses=INVALID_REQUEST)
    def create(
        self, request: KeyRequest, data: JSONBody[NewExperiment], services: NamedDependency[Live]
    ) -> Response[Experiment]:
        """Plan an experiment; it does nothing until it is started. Arms with a rule set need the
        scope `rules:publish`, too."""
        _allow(request, data)
        with services.engine.begin() as connection:
            check_plan(connection, services.model_store, data)
            plan = msgspec.convert(data, Plan, from_attributes=True)
            made = repository.create(connection, data.key, plan, request.user.actor)
        return _tagged(made, 201)

    @get(sync_to_thread=True)
    def list(self, services: NamedDependency[Live]) -> Experiments:
        """All experiments, the newest first, without results."""
        with services.engine.connect() as connection:
            return Experiments(tuple(repository.read_all(connection)))

    @get("/{key:str}", sync_to_thread=True)
    def read(
        self, key: FromPath[str], services: NamedDependency[Live]
    ) -> Response[ExperimentWithResults]:
        """An experiment with what came of it so far."""
        with services.engine.connect() as connection:
            experiment = repository.read(connection, key)
            started = experiment.status not in ("draft", "scheduled")
            results = read_results(connection, experiment) if started else None
        return _tagged(
            ExperimentWithResults(
                **msgspec.structs.asdict(experiment),
                problem=services.experiments.problem(key),
                results=results,
            )
        )

    @put("/{key:str}", sync_to_thread=True, responses=INVALID_REQUEST)
    def replace(
        self,
        request: KeyRequest,
        key: FromPath[str],
        data: JSONBody[ChangedPlan],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> Response[Experiment]:
        """Change a draft; refused where someone else has saved since the revision that `If-Match`
        names."""
        _allow(request, data)
        revision = _needed(revision_of(if_match))
        with services.engine.begin() as connection:
            check_plan(connection, services.model_store, data)
            plan = msgspec.convert(data, Plan, from_attributes=True)
            saved = repository.replace(connection, key, plan, revision, request.user.actor)
        return _tagged(saved)

    @delete("/{key:str}", sync_to_thread=True)
    def delete(
        self,
        request: KeyRequest,
        key: FromPath[str],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> None:
        """Delete a draft; what has run stays on record."""
        revision = _needed(revision_of(if_match))
        with services.engine.begin() as connection:
            repository.delete(connection, key, revision, request.user.actor)

    @post("/{key:str}/start", status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def start(
        self,
        request: KeyRequest,
        key: FromPath[str],
        services: NamedDependency[Live],
        body: RawBody,
        if_match: IfMatch = None,
    ) -> Response[Experiment]:
        """Begin now, or at the time `at`; the body may be left out. Every process follows within a
        second, and once an arm's model is loaded."""
        wanted = msgspec.json.decode(body, type=Start) if body.strip() else Start()
        with services.engine.begin() as connection:
            plan = repository.read(connection, key)
            revision = revision_of(if_match) or plan.revision
            _allow(request, plan)
            check_plan(connection, services.model_store, plan)
            arms = settle_arms(connection, services.model_store, plan)
            started = repository.start(
                connection, key, arms, wanted.at, revision, request.user.actor
            )
        return _tagged(started)

    @post("/{key:str}/stop", status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def stop(
        self,
        request: KeyRequest,
        key: FromPath[str],
        data: JSONBody[Stop],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> Response[Experiment]:
        """End it for good: everybody gets what is live again, within a second."""
        with services.engine.begin() as connection:
            stopped = repository.stop(
                connection, key, data.reason, revision_of(if_match), request.user.actor
            )
        return _tagged(stopped)


def _allow(request: KeyRequest, plan: Plan) -> None:
    if plan.tries_rules and not request.user.allows("rules:publish"):
        raise PermissionDeniedException(
            "an arm with a rule set needs a key with the scope rules:publish, too, or admin"
        )


def _needed(revision: int | None) -> int:
    if revision is None:
        raise RevisionNeeded
    return revision


def _tagged(experiment: Any, status: int = 200) -> Response[Any]:
    return Response(experiment, status_code=status, headers={"ETag": f'"{experiment.revision}"'})
