"""`/v1/admin/models` over HTTP: trainings, the models that came of them, and which one is live."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, RawBody

from app.admin.audit_log import note
from app.admin.authentication import needs
from app.admin.parameters import KeyRequest, Page, PerPage
from app.errors import INVALID_REQUEST
from app.judgments import stored_judgments
from app.live import Live
from app.tasks.repository import Task, create_task, list_tasks, read_task
from app.training.comparison import ModelComparison, compare_models, named_scorer
from app.training.errors import CannotCompare
from app.training.registry import (
    ModelDetail,
    ModelInfo,
    model_detail,
    model_infos,
    promote,
    roll_back,
)
from app.training.request import TrainingRequest
from indexing.queries import MAX_QUERY_LENGTH
from ranking.model_store import Promotion

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Query = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY_LENGTH)]

_SHOWN_CHANGES = 50


class Models(msgspec.Struct, frozen=True):
    models: tuple[ModelInfo, ...]
    total: int
    page: int
    per_page: int
    live: str | None
    """None where no model is, and shoppers get the order of retrieval."""
    serving: str
    """What this process scores with; for a moment behind a change not yet the live one."""
    rollback_to: str | None
    """What `rollback` makes live; None where no model was live before."""
    history: tuple[Promotion, ...]
    """The last changes of what is live, the newest first."""
    tasks: tuple[Task, ...]
    """The last trainings, the newest first."""


class PromotionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    force: bool = False
    """Also where the gate refused it."""


class ComparisonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models are named by version, or as `live` or `retrieval`."""

    a: Name
    b: Name
    queries: Annotated[tuple[Query, ...], msgspec.Meta(max_length=200)] = ()
    judgments: bool = False
    """Compare on all stored judgments."""


class ModelsController(Controller):
    path = "/v1/admin/models"
    tags = ("models",)
    guards = (needs("models"),)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def list(
        self, services: NamedDependency[Live], page: Page = 1, per_page: PerPage = 50
    ) -> Models:
        """All models, the newest first, with how each did at the gate."""
        models = services.model_store
        versions = models.versions()
        with services.engine.connect() as connection:
            trainings, _ = list_tasks(connection, 1, 10, kinds=("models.train",))
        first = (page - 1) * per_page
        return Models(
            models=tuple(model_infos(models, versions[first : first + per_page])),
            total=len(versions),
            page=page,
            per_page=per_page,
            live=models.live_version(),
            serving=services.model.current().version,
            rollback_to=models.live_before(),
            history=tuple(reversed(models.history()[-_SHOWN_CHANGES:])),
            tasks=tuple(trainings),
        )

    @post("/train", sync_to_thread=True, responses=INVALID_REQUEST)
    def train(
        self, request: KeyRequest, data: JSONBody[TrainingRequest], services: NamedDependency[Live]
    ) -> Response[Task]:
        """Train on what shoppers did; the model goes live when it passes the gate."""
        actor = request.user.actor
        asked = msgspec.to_builtins(data)
        with services.engine.begin() as connection:
            task = read_task(connection, create_task(connection, "models.train", actor, asked))
            note(connection, actor, "model.request", f"task/{task.id}", after=asked)
        return Response(task, status_code=202, headers={"Location": f"/v1/tasks/{task.id}"})

    @get("/{version:str}", sync_to_thread=True)
    def read(self, version: FromPath[str], services: NamedDependency[Live]) -> ModelDetail:
        """A model with the gate's report, and what its features add."""
        return model_detail(services.model_store, version)

    @post("/{version:str}/promote", status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def promote(
        self,
        request: KeyRequest,
        version: FromPath[str],
        services: NamedDependency[Live],
        body: RawBody,
    ) -> Promotion:
        """Make a model live; the body may be left out. One that the gate refused needs `force`."""
        asked = msgspec.json.decode(body, type=PromotionRequest) if body.strip() else None
        force = asked is not None and asked.force
        with services.engine.begin() as connection:
            return promote(connection, services.model_store, version, request.user.actor, force)

    @post("/rollback", status_code=200, sync_to_thread=True)
    def roll_back(self, request: KeyRequest, services: NamedDependency[Live]) -> Promotion:
        """Make live what was live before; called again, what was before that."""
        with services.engine.begin() as connection:
            return roll_back(connection, services.model_store, request.user.actor)

    @post("/compare", status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def compare(
        self, data: JSONBody[ComparisonRequest], services: NamedDependency[Live]
    ) -> ModelComparison:
        """Order the same candidates by two models: how far they agree and, on judged queries, which
        is better."""
        if not data.queries and not data.judgments:
            raise CannotCompare("say which `queries` to compare on, or `judgments`: true")
        with services.engine.connect() as connection:
            judgments = stored_judgments(connection)
        live = services.model.current()
        scorers = (
            named_scorer(services.model_store, data.a, live),
            named_scorer(services.model_store, data.b, live),
        )
        with services.index.lease() as serving:
            return compare_models(services.search, serving, scorers, judgments, data.queries)
