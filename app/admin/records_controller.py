"""`/v1/admin/audit` and `/v1/admin/usage` over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.admin.audit_log import AuditEntry, read_audit
from app.admin.authentication import needs
from app.admin.parameters import Page, PerPage
from app.errors import INVALID_REQUEST
from app.live import Live
from app.rules.usage import KEPT_DAYS, QueryUsage, read_usage

EXPIRING = timedelta(days=14)
Days = Annotated[int, QueryParameter(ge=1, le=KEPT_DAYS)]


class Audit(msgspec.Struct, frozen=True):
    entries: tuple[AuditEntry, ...]
    total: int
    page: int
    per_page: int


class UsedRule(msgspec.Struct, frozen=True):
    id: str
    name: str
    fired: int
    last_fired_at: datetime | None
    queries: tuple[QueryUsage, ...]
    ends_at: datetime | None


class Usage(msgspec.Struct, frozen=True):
    """Of the live rules, those that fire most first."""

    rules: tuple[UsedRule, ...]
    never_fired: tuple[str, ...]
    """In the days asked for."""
    expiring: tuple[str, ...]
    """Rules that end within fourteen days."""


class RecordsController(Controller):
    path = "/v1/admin"
    tags = ("rules",)

    @get("/audit", guards=[needs("rules:read")], sync_to_thread=True, responses=INVALID_REQUEST)
    def audit(
        self,
        services: NamedDependency[Live],
        actor: FromQuery[str] = "",
        action: FromQuery[str] = "",
        object: FromQuery[str] = "",  # noqa: A002 - the name that the public interface has
        page: Page = 1,
        per_page: PerPage = 50,
    ) -> Audit:
        """Who did what when, with the state before and after; newest first."""
        with services.engine.connect() as connection:
            entries, total = read_audit(connection, actor, action, object, page, per_page)
        return Audit(tuple(entries), total, page, per_page)

    @get("/usage", guards=[needs("rules:read")], sync_to_thread=True, responses=INVALID_REQUEST)
    def usage(self, services: NamedDependency[Live], days: Days = 30) -> Usage:
        """How often each live rule fired, on which queries, and which never did."""
        rules = services.rules.current().rules
        services.usage.flush()
        with services.engine.connect() as connection:
            used = read_usage(connection, [rule.id for rule in rules], days)
        now = datetime.now(UTC)
        entries = [
            UsedRule(
                id=rule.id,
                name=rule.name,
                fired=used[rule.id].fired if rule.id in used else 0,
                last_fired_at=used[rule.id].last_fired_at if rule.id in used else None,
                queries=used[rule.id].queries if rule.id in used else (),
                ends_at=rule.when.ends_at,
            )
            for rule in rules
        ]
        entries.sort(key=lambda entry: (-entry.fired, entry.id))
        return Usage(
            rules=tuple(entries),
            never_fired=tuple(entry.id for entry in entries if not entry.fired),
            expiring=tuple(
                entry.id
                for entry in entries
                if entry.ends_at is not None and now <= entry.ends_at <= now + EXPIRING
            ),
        )
