"""`/v1/admin/rulesets` over HTTP: versions, and which of them is live."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, RawBody

from app.admin.authentication import needs
from app.admin.parameters import (
    IfMatch,
    KeyRequest,
    Page,
    PerPage,
    RowId,
    tag_of,
)
from app.body_values import SAYS_SOMETHING, Moment, check_moment
from app.db.snapshot import snapshot
from app.errors import INVALID_REQUEST
from app.live import Live
from app.rules.going_live import Published, publish, roll_back, rollback_target
from app.rules.publications import Scheduled, cancel, live_version, scheduled
from app.rules.publishing import difference_tag, freeze_draft, named_version
from app.rules.versions import RuleSetInfo, list_versions, read_info, read_version
from rules.diff import RulesDiff, diff_rules
from rules.model import RawRule

RuleIds = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=128)], ...],
    msgspec.Meta(min_length=1, max_length=20_000),
]


class NewRuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `rules`, only these are taken from the draft, and all others as they are live."""

    message: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=SAYS_SOMETHING)]
    rules: RuleIds | None = None


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `force`, also where that takes back what was published since the version was made."""

    at: Moment | None = None
    force: bool = False

    def __post_init__(self) -> None:
        check_moment("at", self.at)


class RuleSets(msgspec.Struct, frozen=True):
    rulesets: tuple[RuleSetInfo, ...]
    total: int
    page: int
    per_page: int
    live: int
    """0 for no rules."""
    rollback_to: int | None
    """What a rollback makes live, 0 for no rules; null where there is nothing to roll back."""
    scheduled: tuple[Scheduled, ...]


class RuleSetContent(RuleSetInfo, frozen=True, kw_only=True):
    content: tuple[RawRule, ...]


class RuleSetsController(Controller):
    path = "/v1/admin/rulesets"
    tags = ("rules",)

    @post(guards=[needs("rules:publish")], sync_to_thread=True, responses=INVALID_REQUEST)
    def freeze(
        self,
        request: KeyRequest,
        data: JSONBody[NewRuleSet],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> RuleSetInfo:
        """Check the draft and freeze it as a version, which is not live yet. With the `ETag` of the
        difference between `live` and `draft` as `If-Match`, 412 where either has changed since."""
        with services.engine.begin() as connection:
            version = freeze_draft(
                connection, data.message, request.user.actor, data.rules, tag_of(if_match)
            )
            return read_info(connection, version)

    @get(guards=[needs("rules:read")], sync_to_thread=True, responses=INVALID_REQUEST)
    def list(
        self, services: NamedDependency[Live], page: Page = 1, per_page: PerPage = 50
    ) -> RuleSets:
        """All versions, the newest first."""
        with snapshot(services.engine) as connection:
            infos, total = list_versions(connection, page, per_page)
            return RuleSets(
                rulesets=tuple(infos),
                total=total,
                page=page,
                per_page=per_page,
                live=live_version(connection),
                rollback_to=rollback_target(connection),
                scheduled=tuple(scheduled(connection)),
            )

    @get("/{version:int}", guards=[needs("rules:read")], sync_to_thread=True)
    def read(self, version: RowId, services: NamedDependency[Live]) -> RuleSetContent:
        """A version with its rules."""
        with services.engine.connect() as connection:
            info = read_info(connection, version)
            content = tuple(read_version(connection, version))
        return RuleSetContent(**msgspec.structs.asdict(info), content=content)

    @get("/{before:str}/diff/{after:str}", guards=[needs("rules:read")], sync_to_thread=True)
    def diff(
        self, before: FromPath[str], after: FromPath[str], services: NamedDependency[Live]
    ) -> Response[RulesDiff]:
        """What changed between two versions; each is a number, `live` or `draft`. `ETag` stands for
        the draft and what is live."""
        with snapshot(services.engine) as connection:
            tag = difference_tag(connection)
            diff = diff_rules(named_version(connection, before), named_version(connection, after))
        return Response(diff, headers={"ETag": f'"{tag}"'})

    @post(
        "/{version:int}/publish",
        status_code=200,
        guards=[needs("rules:publish")],
        sync_to_thread=True,
        responses=INVALID_REQUEST,
    )
    def publish(
        self,
        request: KeyRequest,
        version: RowId,
        services: NamedDependency[Live],
        body: RawBody,
    ) -> Published:
        """Make a version live now, or at the time `at`; the body may be left out."""
        wanted = msgspec.json.decode(body, type=Publication) if body.strip() else Publication()
        with services.engine.begin() as connection:
            return publish(connection, version, request.user.actor, wanted.at, wanted.force)

    @delete("/publications/{publication:int}", guards=[needs("rules:publish")], sync_to_thread=True)
    def unschedule(
        self, request: KeyRequest, publication: RowId, services: NamedDependency[Live]
    ) -> None:
        """Take back what was to go live."""
        with services.engine.begin() as connection:
            cancel(connection, publication, request.user.actor)

    @post("/rollback", status_code=200, guards=[needs("rules:publish")], sync_to_thread=True)
    def roll_back(self, request: KeyRequest, services: NamedDependency[Live]) -> Published:
        """Make live what was live before; called again, what was before that, and in the end no
        rules, which the answer calls version 0. 409 where no version is live."""
        with services.engine.begin() as connection:
            return roll_back(connection, request.user.actor)
