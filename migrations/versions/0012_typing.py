"""Typing is told from searching: what a request said of itself, the mark of lists that were typing,
and what was recorded before without it.

What cannot be told of the past, and so stays as it was counted:

- which lists were meant: nothing was final, so one that was typed on from within four seconds was
  typing, although Enter may have been pressed;
- whose lists were shown to nobody known, and those that have been forgotten or were never written;
- which rules fired on a list. What fired on a text in a day is cut down to the searches for it
  that are left of that day, which is exact where the rule fires on the text or the text was only
  typed, and else too many;
- what was asked longer ago than lists are kept.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from ranking.behaviour import BEHAVIOUR
from ranking.typeahead import MOST, SECONDS, is_rewritten

revision = "0012"
down_revision = "0011"

AT_ONCE = 5_000


def upgrade() -> None:
    no = sa.text("false")
    op.add_column(
        "ranking_events", sa.Column("final", sa.Boolean, nullable=False, server_default=no)
    )
    op.add_column(
        "ranking_events", sa.Column("typing", sa.Boolean, nullable=False, server_default=no)
    )
    op.add_column(
        "ranking_events",
        sa.Column("applied_rules", ARRAY(sa.Text), nullable=False, server_default="{}"),
    )
    op.create_index(
        "ix_ranking_events_session_id_at",
        "ranking_events",
        ["session_id", "at"],
        postgresql_where=sa.text("client_id = '' and session_id <> ''"),
    )
    connection = op.get_bind()
    typed = list(_typed(connection))
    for start in range(0, len(typed), AT_ONCE):
        connection.execute(
            sa.text("update ranking_events set typing = true where query_id = any(:ids)"),
            {"ids": typed[start : start + AT_ONCE]},
        )
    if typed:
        default = list(BEHAVIOUR.definitions.examination.parts_per_million)
        connection.execute(sa.text(TAKE_BACK_COUNTS), {"default": default})
        for statement in (TAKE_BACK_ASKED, NEVER_ASKED, TAKE_BACK_FIRED, NEVER_FIRED):
            connection.execute(sa.text(statement))
    # What was shown before was counted when it was answered.
    op.execute(
        """
        insert into behaviour_progress (name, seen_transaction, updated_at)
        values ('usage', pg_current_xact_id()::text::bigint, now())
        """
    )


def downgrade() -> None:
    op.execute("delete from behaviour_progress where name = 'usage'")
    op.drop_index("ix_ranking_events_session_id_at", "ranking_events")
    for column in ("final", "typing", "applied_rules"):
        op.drop_column("ranking_events", column)


def _typed(connection: sa.Connection) -> Iterator[str]:
    """The lists that a later one of the same shopper made typing, by the rule of today."""
    for same in (
        "later.client_id = r.client_id and r.client_id <> ''",
        "later.session_id = r.session_id and r.session_id <> '' "
        "and r.client_id = '' and later.client_id = ''",
    ):
        rows = connection.execute(
            sa.text(FOLLOWED.format(same=same)),
            {"seconds": SECONDS, "most": MOST, "acts": ACTS},
            execution_options={"stream_results": True},
        )
        for query_id, query, texts in rows:
            if any(is_rewritten(query, text) for text in texts):
                yield query_id


ACTS = ["add_to_cart", "click", "dismiss", "purchase", "remove_from_cart", "view"]

FOLLOWED = """
    select r.query_id, r.query, array_agg(distinct later.query)
    from ranking_events r
    cross join lateral (
        select later.query from ranking_events later
        where {same} and later.at > r.at and later.at <= r.at + make_interval(secs => :seconds)
        order by later.at, later.query_id limit :most
    ) later
    where r.query <> '' and r.first = 0 and not exists (
        select 1 from interaction_events e where e.list_id = r.query_id and e.action = any(:acts)
    )
    group by r.query_id, r.query
"""

# Nothing was done with these lists, so all they have counted is that they were seen.
TAKE_BACK_COUNTS = """
    update behaviour_counts known set
        impressions = known.impressions - typed.impressions,
        exposure = known.exposure - typed.exposure,
        changed_in = default
    from (
        select r.query, hit.item_key,
            to_timestamp(floor(extract(epoch from r.at) / 3600) * 3600) as bucket,
            count(*) as impressions,
            sum(curve.parts[least(hit.position, cardinality(curve.parts))]) as exposure
        from ranking_events r
        cross join lateral (
            select coalesce(
                (
                    select c.parts_per_million from examination_curves c
                    where c.known_at <= r.known_at order by c.known_at desc, c.id desc limit 1
                ),
                cast(:default as integer[])
            ) as parts
        ) curve
        cross join lateral unnest(r.item_keys) with ordinality as hit (item_key, position)
        where r.typing
            and r.changed_in < (
                select seen_transaction from behaviour_progress where name = 'counts'
            )
            and (
                r.impressions_to is null
                or hit.position <= greatest(r.impressions_to, r.interactions_to)
            )
        group by 1, 2, 3
    ) typed
    where (known.query, known.item_key, known.bucket) = (typed.query, typed.item_key, typed.bucket)
"""

TAKE_BACK_ASKED = """
    update query_counts known set asked = known.asked - typed.asked
    from (
        select query, count(*) as asked from ranking_events
        where typing and source = 'search' and first = 0 and total > 0 group by query
    ) typed
    where known.query = typed.query
"""

NEVER_ASKED = "delete from query_counts where asked <= 0"

TAKE_BACK_FIRED = """
    update rule_usage known set fired = least(known.fired, shown.searches)
    from (
        select query, (at at time zone 'UTC')::date as day,
            count(*) filter (where not typing) as searches
        from ranking_events where source = 'search' and first = 0
        group by query, day having bool_or(typing)
    ) shown
    where known.query = shown.query and known.day = shown.day
"""

NEVER_FIRED = "delete from rule_usage where fired <= 0"
