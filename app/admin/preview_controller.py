"""`/v1/admin/rules/preview` over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy import Connection

from app.admin.authentication import needs
from app.admin.parameters import MAX_ROW_ID
from app.body_values import Moment
from app.errors import INVALID_REQUEST
from app.live import Live
from app.rules.errors import CannotPreview
from app.rules.live_rules import load_rule_set
from app.rules.preview import Previewer, QueryPreview, Summary, summarise
from app.rules.publishing import named_version
from app.rules.usage import frequent_queries
from app.search.controller import make_query
from app.search.schemas import Circumstances
from indexing.documents import ItemId
from indexing.queries import MAX_QUERY_LENGTH
from ranking.events import normal_query
from ranking.judgments import MAX_GRADE
from rules.parse import parse_rules
from rules.ruleset import RuleSet

MAX_QUERIES = 100
MAX_JUDGMENTS = 20_000
MAX_BODY = 8 * 2**20
"""Bytes, so that as many judgments as may be given have room."""

Query = Annotated[str, msgspec.Meta(max_length=MAX_QUERY_LENGTH)]


class GivenJudgment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    query: Query
    item_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    grade: Annotated[int, msgspec.Meta(ge=0, le=MAX_GRADE)]


class PreviewRequest(Circumstances, frozen=True, forbid_unknown_fields=True):
    """Either `queries` or `sample`; and either `draft` or `version`."""

    queries: Annotated[tuple[Query, ...], msgspec.Meta(max_length=MAX_QUERIES)] = ()
    sample: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUERIES)] | None = None
    draft: bool = False
    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROW_ID)] | None = None
    at: Moment | None = None
    """The rules act that hold then, instead of now."""
    filter: dict[str, Any] | str | None = None
    """As JSON or as text, as in a search."""
    judgments: Annotated[tuple[GivenJudgment, ...], msgspec.Meta(max_length=MAX_JUDGMENTS)] = ()


class Preview(msgspec.Struct, frozen=True):
    before: int
    """The live version, 0 for none."""
    after: int | str
    queries: tuple[QueryPreview, ...]
    summary: Summary


class PreviewController(Controller):
    path = "/v1/admin/rules/preview"
    tags = ("rules",)

    @post(
        status_code=200,
        guards=[needs("rules:read")],
        sync_to_thread=True,
        responses=INVALID_REQUEST,
        request_max_body_size=MAX_BODY,
    )
    def preview(self, data: JSONBody[PreviewRequest], services: NamedDependency[Live]) -> Preview:
        """What the draft, or a version, would change for some queries, beside what is live."""
        before = services.rules.current()
        with services.engine.connect() as connection:
            after = _rule_set(connection, data)
            texts = _texts(connection, data)
        grades = _grades(data)
        previewer = Previewer(services.search, services.store)
        previews = tuple(
            previewer.compare(
                make_query(data, text, data.filter),
                before,
                after,
                grades.get(normal_query(text)),
                data.at,
            )
            for text in texts
        )
        return Preview(
            before=before.version,
            after="draft" if data.version is None else data.version,
            queries=previews,
            summary=summarise(previews),
        )


def _rule_set(connection: Connection, data: PreviewRequest) -> RuleSet:
    if data.draft == (data.version is not None):
        raise CannotPreview('say either "draft": true or "version": a number')
    if data.version is not None:
        return load_rule_set(connection, data.version)
    return RuleSet(0, parse_rules(named_version(connection, "draft")))


def _texts(connection: Connection, data: PreviewRequest) -> list[str]:
    if bool(data.queries) == (data.sample is not None):
        raise CannotPreview('say either "queries": […] or "sample": a number')
    if data.sample is None:
        return list(dict.fromkeys(data.queries))
    found = frequent_queries(connection, data.sample)
    if not found:
        raise CannotPreview("no query was ever made here that found something; send `queries`")
    return found


def _grades(data: PreviewRequest) -> Mapping[str, Mapping[ItemId, int]]:
    """By query, in which neither case nor blanks count."""
    grades: dict[str, dict[ItemId, int]] = {}
    for judgment in data.judgments:
        grades.setdefault(normal_query(judgment.query), {})[ItemId(judgment.item_id)] = (
            judgment.grade
        )
    return grades
