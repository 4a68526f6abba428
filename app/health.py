"""Whether the process runs, and whether it can answer searches."""

from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency

from app.items.indexing_problem import IndexingProblem, current_problem
from app.live import Live


class Readiness(msgspec.Struct, frozen=True, omit_defaults=True):
    status: str
    items: int
    waiting_for_index: int
    rule_set: int
    model: str
    rules_problem: str | None = None
    """Only where other rules are used than were published last."""
    index_problem: IndexingProblem | None = None
    """Only where the index cannot be written: searches go on, and changes wait."""


def _count(services: Live) -> int:
    with services.index.lease() as serving:
        return serving.index.count()


class HealthController(Controller):
    path = "/health"
    tags = ("health",)

    @get("/live", sync_to_thread=False)
    def live(self) -> dict[str, str]:
        """Answers as long as the process does."""
        return {"status": "ok"}

    @get("/ready", sync_to_thread=True)
    def ready(self, services: NamedDependency[Live]) -> Response[Any]:
        """Asks Postgres and the index; 503 with a problem when one of them does not answer."""
        with services.engine.connect() as connection:
            problem = current_problem(connection)
        return Response(
            Readiness(
                status="ready",
                items=_count(services),
                waiting_for_index=services.outbox.waiting(),
                rule_set=services.rules.current().version,
                model=services.model.current().version,
                rules_problem=services.rules.problem,
                index_problem=problem,
            )
        )
