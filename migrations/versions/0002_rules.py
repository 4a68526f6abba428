"""Rules that are managed: a draft, versions, publications, audit, usage, and API keys."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"

_FROZEN = ("rule_sets", "audit_log")


def upgrade() -> None:
    op.execute("create sequence rule_revision")
    op.create_table(
        "rules",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        _moment("updated_at"),
        sa.Column("updated_by", sa.Text, nullable=False),
    )
    op.add_column(
        "rule_sets", sa.Column("message", sa.Text, nullable=False, server_default="Loaded")
    )
    op.add_column(
        "rule_sets",
        sa.Column("created_by", sa.Text, nullable=False, server_default="the command line"),
    )
    for column in ("message", "created_by"):
        op.alter_column("rule_sets", column, server_default=None)
    op.create_table(
        "rule_publications",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("version", sa.BigInteger, sa.ForeignKey("rule_sets.version"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _moment("created_at"),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind in ('publish', 'rollback')", name="kind"),
    )
    op.create_index("ix_rule_publications_at_id", "rule_publications", ["at", "id"])
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
    )
    op.create_index("ix_audit_log_object", "audit_log", ["object"])
    op.create_table(
        "rule_usage",
        sa.Column("rule_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("fired", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_rule_usage_day", "rule_usage", ["day"])
    op.create_table(
        "query_counts",
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_query_counts_asked", "query_counts", ["asked"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        _moment("created_at"),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
    )
    _keep_what_is_live()
    _freeze()


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _keep_what_is_live() -> None:
    """Until now the newest version was the live one, and there was no draft."""
    op.execute(
        "insert into rule_publications (version, kind, at, created_by) "
        "select version, 'publish', created_at, created_by from rule_sets order by version"
    )
    op.execute(
        "insert into rules (id, body, revision, updated_at, updated_by) "
        "select rule->>'id', rule, nextval('rule_revision'), created_at, created_by "
        "from rule_sets, jsonb_array_elements(rules) rule "
        "where version = (select max(version) from rule_sets)"
    )


def _freeze() -> None:
    op.execute(
        "create function refuse_change() returns trigger language plpgsql as $$ begin "
        "raise exception '% is a record and takes no %', tg_table_name, lower(tg_op); end $$"
    )
    for table in _FROZEN:
        op.execute(
            f"create trigger keep_{table} before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger keep_all_{table} before truncate on {table} "
            "for each statement execute function refuse_change()"
        )


def downgrade() -> None:
    for table in _FROZEN:
        op.execute(f"drop trigger keep_{table} on {table}")
        op.execute(f"drop trigger keep_all_{table} on {table}")
    op.execute("drop function refuse_change")
    for table in ("api_keys", "query_counts", "rule_usage", "audit_log", "rule_publications"):
        op.drop_table(table)
    op.drop_column("rule_sets", "created_by")
    op.drop_column("rule_sets", "message")
    op.drop_table("rules")
    op.execute("drop sequence rule_revision")
