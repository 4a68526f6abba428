"""A catalogue in step: versions of items, tasks, dead letters, webhooks in and out."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("items", sa.Column("state", sa.Text, nullable=False, server_default="live"))
    op.add_column(
        "items", sa.Column("base_version", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("items", sa.Column("field_versions", JSONB, nullable=False, server_default="{}"))
    op.create_check_constraint("state", "items", "state in ('live', 'deleted', 'incomplete')")
    op.drop_constraint(op.f("ck_outbox_operation"), "outbox")
    op.drop_column("outbox", "operation")
    op.add_column("outbox", sa.Column("task_id", sa.BigInteger))
    _tasks()
    _dead_letters()
    _deliveries()
    op.create_table(
        "product_versions",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("product_id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "judgments",
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("grade", sa.Float, nullable=False),
    )
    op.create_table(
        "ingest_minutes",
        sa.Column("minute", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("accepted", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("refused", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("warnings", JSONB, nullable=False, server_default="{}"),
        sa.Column("delays", ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        _identity(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        _moment("created_at"),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("request", JSONB, nullable=False, server_default="{}"),
        sa.Column("counts", JSONB, nullable=False, server_default="{}"),
        sa.Column("waiting", sa.Integer, nullable=False, server_default="0"),
        sa.Column("receiving", sa.Boolean, nullable=False, server_default="false"),
        _moment("updated_at"),
        sa.Column("errors", JSONB, nullable=False, server_default="[]"),
        sa.Column("progress", JSONB),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default="false"),
        sa.CheckConstraint(
            "status in ('enqueued', 'processing', 'succeeded', 'failed', 'canceled')",
            name="status",
        ),
    )
    op.create_index("ix_tasks_status_kind", "tasks", ["status", "kind"])
    op.create_index("ix_tasks_created_at", "tasks", ["created_at"])


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        _identity(),
        _moment("created_at"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("item_id", sa.Text),
        sa.Column("operation", sa.Text),
        sa.Column("document", JSONB),
        sa.Column("raw", sa.Text),
        sa.Column("problems", JSONB, nullable=False),
        sa.Column("task_id", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="1"),
        _moment("last_at"),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index("ix_dead_letters_item_id", "dead_letters", ["item_id"])
    op.create_index("ix_dead_letters_created_at", "dead_letters", ["created_at"])


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        _moment("received_at"),
        sa.Column("task_id", sa.BigInteger),
    )
    op.create_index("ix_webhook_deliveries_received_at", "webhook_deliveries", ["received_at"])
    op.create_table(
        "task_hooks",
        _identity(),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("kinds", ARRAY(sa.Text), nullable=False),
        _moment("created_at"),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_table(
        "hook_deliveries",
        _identity(),
        sa.Column(
            "hook_id",
            sa.BigInteger,
            sa.ForeignKey("task_hooks.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text),
    )
    op.create_index("ix_hook_deliveries_next_at", "hook_deliveries", ["next_at"])
    op.create_index("ix_hook_deliveries_hook_id", "hook_deliveries", ["hook_id"])


def downgrade() -> None:
    for table in (
        "hook_deliveries",
        "task_hooks",
        "webhook_deliveries",
        "product_versions",
        "judgments",
        "ingest_minutes",
        "dead_letters",
        "tasks",
    ):
        op.drop_table(table)
    op.drop_column("outbox", "task_id")
    op.add_column(
        "outbox", sa.Column("operation", sa.Text, nullable=False, server_default="upsert")
    )
    op.create_check_constraint("operation", "outbox", "operation in ('upsert', 'delete')")
    # A release before this one would take what is left of deleted items for items.
    op.execute("delete from items where state <> 'live'")
    op.drop_constraint(op.f("ck_items_state"), "items")
    for column in ("state", "base_version", "field_versions"):
        op.drop_column("items", column)


def _identity() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True)


def _moment(name: str) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
