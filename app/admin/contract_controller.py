"""`/v1/admin/contract` over HTTP: what senders and Endcap promise each other, and how both fare."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.admin.authentication import needs
from app.errors import INVALID_REQUEST
from app.events.contract import event_contract
from app.events.intake import Taken
from app.events.recorder import Recorded
from app.features.freshness import FeatureFreshness
from app.items.ledger import Intake, read_intake
from app.live import Live
from indexing.contract import Promise, item_contract

Hours = Annotated[int, QueryParameter(ge=1, le=720, description="How far to look back.")]


class EventsReport(msgspec.Struct, frozen=True):
    """The event's contract, and what this process has taken in and recorded since it started."""

    id: str
    version: str
    status: str
    owner: str
    promises: tuple[Promise, ...]
    freshness: FeatureFreshness
    fresh: bool | None
    """Whether the measured freshness keeps its promise; None where no event has come yet."""
    taken: Taken
    lists: Recorded


class ContractReport(msgspec.Struct, frozen=True):
    """The contract's version and promises, and what was measured in the last hours."""

    id: str
    version: str
    status: str
    owner: str
    promises: tuple[Promise, ...]
    fresh: bool | None
    """Whether the measured freshness keeps its promise; None where nothing was indexed."""
    hours: int
    intake: Intake
    refused_signatures: dict[str, int]
    """By source, webhooks that were not signed as they should be, since this process started."""
    events: EventsReport


class ContractController(Controller):
    path = "/v1/admin/contract"
    tags = ("items",)
    guards = (needs("items:write"),)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def read(self, services: NamedDependency[Live], hours: Hours = 24) -> ContractReport:
        """The item's data contract: version, pass rate, and freshness beside what is promised.
        Under `events` that of the events."""
        contract = item_contract()
        promise = contract.promise("freshness")
        since = datetime.now(UTC) - timedelta(hours=hours)
        services.ledger.flush()
        with services.engine.connect() as connection:
            intake = read_intake(connection, since, promise.value)
        share = intake.freshness.within_promise
        return ContractReport(
            id=contract.id,
            version=contract.version,
            status=contract.status,
            owner=contract.owner,
            promises=contract.promises,
            fresh=None if share is None else share >= (promise.percentile or 100) / 100,
            hours=hours,
            intake=intake,
            refused_signatures=dict(services.ledger.refused_signatures),
            events=_of_events(services),
        )


def _of_events(services: Live) -> EventsReport:
    contract = event_contract()
    freshness = services.behaviour.freshness.read()
    slow = contract.promise("event-to-feature").value
    return EventsReport(
        id=contract.id,
        version=contract.version,
        status=contract.status,
        owner=contract.owner,
        promises=contract.promises,
        freshness=freshness,
        fresh=None if freshness.p99 is None else freshness.p99 <= slow,
        taken=services.events.taken,
        lists=services.lists.recorded,
    )
