"""`/v1/admin/rules` over HTTP: the draft."""

from typing import Literal

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, RawBody

from app.admin.authentication import needs
from app.admin.parameters import IfMatch, KeyRequest, Page, PerPage, revision_of, tag_of
from app.admin.rule_import import MAX_IMPORT_BYTES, ImportReport, read_import
from app.db.snapshot import snapshot
from app.errors import INVALID_REQUEST
from app.live import Live
from app.rules.draft import (
    Entry,
    create_rule,
    delete_rule,
    draft_tag,
    import_rules,
    read_entries,
    read_entry,
    replace_rule,
)
from app.rules.publishing import named_version
from rules.model import RawRule
from rules.parse import parse_rule


class Entries(msgspec.Struct, frozen=True):
    """A page of the draft, the strongest rule first."""

    rules: tuple[Entry, ...]
    total: int
    page: int
    per_page: int
    deleted: tuple[str, ...]
    """Live rules that the draft no longer has."""
    unpublished: int
    """Rules that the draft has otherwise than the live version."""


class Rules(msgspec.Struct, frozen=True):
    rules: tuple[RawRule, ...]


class RulesController(Controller):
    path = "/v1/admin/rules"
    tags = ("rules",)

    @get(guards=[needs("rules:read")], sync_to_thread=True, responses=INVALID_REQUEST)
    def list(
        self,
        services: NamedDependency[Live],
        q: FromQuery[str] = "",
        status: FromQuery[Literal["", "unchanged", "added", "changed"]] = "",
        page: Page = 1,
        per_page: PerPage = 50,
    ) -> Entries:
        """The draft's rules; `q` is looked for anywhere in a rule."""
        with services.engine.connect() as connection:
            entries, deleted = read_entries(connection)
        edited = sum(entry.status != "unchanged" for entry in entries)
        found = [entry for entry in entries if _wanted(entry, q, status)]
        first = (page - 1) * per_page
        return Entries(
            rules=tuple(found[first : first + per_page]),
            total=len(found),
            page=page,
            per_page=per_page,
            deleted=tuple(deleted),
            unpublished=edited + len(deleted),
        )

    @post(guards=[needs("rules:write")], sync_to_thread=True, responses=INVALID_REQUEST)
    def create(
        self, request: KeyRequest, data: JSONBody[RawRule], services: NamedDependency[Live]
    ) -> Response[Entry]:
        """Add a rule to the draft; without an id, one is made from its name."""
        with services.engine.begin() as connection:
            entry = create_rule(connection, data, request.user.actor)
        return _tagged(entry, 201)

    @get("/{rule_id:str}", guards=[needs("rules:read")], sync_to_thread=True)
    def read(self, rule_id: FromPath[str], services: NamedDependency[Live]) -> Response[Entry]:
        """A rule of the draft, with its revision as `ETag`."""
        with services.engine.connect() as connection:
            return _tagged(read_entry(connection, rule_id))

    @put(
        "/{rule_id:str}",
        guards=[needs("rules:write")],
        sync_to_thread=True,
        responses=INVALID_REQUEST,
    )
    def replace(
        self,
        request: KeyRequest,
        rule_id: FromPath[str],
        data: JSONBody[RawRule],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> Response[Entry]:
        """Save a rule of the draft; refused where someone else has saved since the revision that
        `If-Match` names."""
        revision = revision_of(if_match)
        with services.engine.begin() as connection:
            entry = replace_rule(connection, rule_id, data, revision, request.user.actor)
        return _tagged(entry, 201 if revision is None else 200)

    @delete("/{rule_id:str}", guards=[needs("rules:write")], sync_to_thread=True)
    def delete(
        self,
        request: KeyRequest,
        rule_id: FromPath[str],
        services: NamedDependency[Live],
        if_match: IfMatch = None,
    ) -> None:
        """Take a rule out of the draft; it stays live until a version without it is published."""
        revision = revision_of(if_match)
        with services.engine.begin() as connection:
            delete_rule(connection, rule_id, revision, request.user.actor)

    @post(
        "/validate",
        status_code=200,
        guards=[needs("rules:read")],
        sync_to_thread=False,
        responses=INVALID_REQUEST,
    )
    def validate(self, data: JSONBody[RawRule]) -> dict[str, str]:
        """Whether a rule could be saved, without saving it."""
        return {"id": parse_rule({"id": "new", **data}).id}

    @post(
        "/import",
        status_code=200,
        guards=[needs("rules:write")],
        sync_to_thread=True,
        request_max_body_size=MAX_IMPORT_BYTES,
        responses=INVALID_REQUEST,
    )
    def import_rules(
        self,
        request: KeyRequest,
        body: RawBody,
        services: NamedDependency[Live],
        mode: FromQuery[Literal["merge", "replace"]] = "merge",
        dry_run: FromQuery[bool] = False,
        if_match: IfMatch = None,
    ) -> ImportReport:
        """Add and change rules of the draft: JSON, or Querqy's common rules as `text/plain`. With
        the `ETag` of an export of the draft as `If-Match`, 412 where it has changed since."""
        incoming = read_import(body, request.headers.get("content-type", ""))
        with services.engine.begin() as connection:
            changes = import_rules(
                connection,
                incoming.rules,
                mode == "replace",
                request.user.actor,
                tag_of(if_match),
            )
            if dry_run:
                connection.rollback()
        return ImportReport.of(changes, incoming)

    @get("/export", guards=[needs("rules:read")], sync_to_thread=True)
    def export(
        self, services: NamedDependency[Live], version: FromQuery[str] = "draft"
    ) -> Response[Rules]:
        """All rules of the draft, or of a version by its number, or of `live`. `ETag` stands for
        the draft."""
        with snapshot(services.engine) as connection:
            tag, rules = draft_tag(connection), named_version(connection, version)
        return Response(Rules(tuple(rules)), headers={"ETag": f'"{tag}"'})


def _wanted(entry: Entry, q: str, status: str) -> bool:
    if status and entry.status != status:
        return False
    return not q or q.casefold() in msgspec.json.encode(entry.rule).decode().casefold()


def _tagged(entry: Entry, status: int = 200) -> Response[Entry]:
    return Response(entry, status_code=status, headers={"ETag": f'"{entry.revision}"'})
