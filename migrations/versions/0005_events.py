"""Lists as shown, what shoppers did with them, what both add up to, and experiments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"

CURRENT_TRANSACTION = sa.text("(pg_current_xact_id()::text::bigint)")


def upgrade() -> None:
    op.create_table(
        "ranking_events",
        sa.Column("query_id", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("sort", sa.Text, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("item_keys", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("placements", ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("features", sa.LargeBinary),
        sa.Column("feature_fingerprint", sa.Text),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("ruleset_version", sa.BigInteger, nullable=False),
        sa.Column("experiments", JSONB, nullable=False, server_default="{}"),
        sa.Column("explored", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("teams", ARRAY(sa.SmallInteger)),
        sa.Column("total_ms", sa.Float),
        sa.Column("degraded", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("impressions_to", sa.Integer),
        sa.Column("interactions_to", sa.Integer),
        sa.Column(
            "stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("changed_in", sa.BigInteger, nullable=False, server_default=CURRENT_TRANSACTION),
        sa.CheckConstraint("source in ('search', 'import')", name="source"),
    )
    op.create_index("ix_ranking_events_at", "ranking_events", ["at"])
    op.create_index("ix_ranking_events_client_id_at", "ranking_events", ["client_id", "at"])
    op.create_index(
        "ix_ranking_events_stored_at", "ranking_events", ["stored_at"], postgresql_using="brin"
    )
    op.create_index("ix_ranking_events_changed_in", "ranking_events", ["changed_in"])
    op.create_index(
        "ix_ranking_events_experiments",
        "ranking_events",
        ["at"],
        postgresql_where=sa.text("experiments <> '{}'::jsonb"),
    )
    op.create_table(
        "interaction_events",
        sa.Column("key", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("query_id", sa.Text),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text),
        sa.Column("item_key", sa.BigInteger),
        sa.Column("position", sa.Integer),
        sa.Column("quantity", sa.Integer, nullable=False, server_default="1"),
        sa.Column("revenue", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("list_id", sa.Text),
        sa.Column("attribution", sa.Text),
        sa.Column("document", JSONB, nullable=False),
        sa.Column(
            "stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("changed_in", sa.BigInteger, nullable=False, server_default=CURRENT_TRANSACTION),
        sa.CheckConstraint("source in ('api', 'import')", name="source"),
        sa.CheckConstraint("attribution in ('given', 'inferred')", name="attribution"),
        sa.UniqueConstraint("id", name="uq_interaction_events_id"),
    )
    op.create_index("ix_interaction_events_at", "interaction_events", ["at"])
    op.create_index("ix_interaction_events_client_id_at", "interaction_events", ["client_id", "at"])
    op.create_index(
        "ix_interaction_events_stored_at",
        "interaction_events",
        ["stored_at"],
        postgresql_using="brin",
    )
    op.create_index("ix_interaction_events_list_id", "interaction_events", ["list_id"])
    op.create_index(
        "ix_interaction_events_query_id",
        "interaction_events",
        ["query_id"],
        postgresql_where=sa.text("query_id is not null and attribution is distinct from 'given'"),
    )
    op.create_index("ix_interaction_events_changed_in", "interaction_events", ["changed_in"])
    op.create_table(
        "behaviour_counts",
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("item_key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("impressions", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("exposure", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("clicks", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("carts", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("purchases", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("dismissals", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("revenue", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("changed_in", sa.BigInteger, nullable=False, server_default=CURRENT_TRANSACTION),
    )
    op.create_index("ix_behaviour_counts_changed_in", "behaviour_counts", ["changed_in"])
    op.create_index("ix_behaviour_counts_bucket", "behaviour_counts", ["bucket"])
    op.create_table(
        "behaviour_progress",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("seen_transaction", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "examination_curves",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts_per_million", ARRAY(sa.Integer), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
    )
    op.create_table(
        "experiments",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arms", JSONB, nullable=False),
        sa.Column("guardrails", JSONB, nullable=False, server_default="{}"),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.Column("stopped_because", sa.Text),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, server_default="1"),
        sa.CheckConstraint("kind in ('split', 'interleave')", name="kind"),
    )
    op.execute(ITEM_CODES)
    op.create_index(
        "ix_items_codes",
        "items",
        [sa.text("item_codes(attributes)")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


# The codes among an item's attributes as `ean=4033874254060`, by which events may name it: those of
# a text that holds several, as lists are kept, each by itself. Its cost is said, or whole
# catalogues would be read through it instead of the index.
ITEM_CODES = r"""
create function item_codes(attributes jsonb) returns text[]
language sql immutable strict parallel safe cost 10000 as $$
    select coalesce(array_agg(distinct lower(a.name) || '=' || lower(c.code)), '{}')
    from jsonb_each(attributes) as a(name, value),
        regexp_split_to_table(
            case jsonb_typeof(a.value)
                when 'number' then trim_scale((a.value #>> '{}')::numeric)::text
                else left(a.value #>> '{}', 1000)
            end,
            '[,;\s]+'
        ) as c(code)
    where a.name ~* '(^|_)(ean|gtin|upc|isbn|mpn|sku|asin|barcode|code|number|id)[0-9]*$'
        and jsonb_typeof(a.value) in ('string', 'number')
        and length(c.code) between 1 and 128
$$
"""


def downgrade() -> None:
    op.drop_index("ix_items_codes", "items")
    op.execute("drop function item_codes")
    for table in (
        "experiments",
        "examination_curves",
        "behaviour_progress",
        "behaviour_counts",
        "interaction_events",
        "ranking_events",
    ):
        op.drop_table(table)
