"""Indexes by which recommendations find who did something with an item, and what else they did."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index(
        "ix_interaction_events_purchased",
        "interaction_events",
        ["item_key", "at"],
        postgresql_include=["client_id"],
        postgresql_where=sa.text("action = 'purchase'"),
    )
    op.create_index(
        "ix_interaction_events_viewed",
        "interaction_events",
        ["item_key", "at"],
        postgresql_include=["client_id"],
        postgresql_where=sa.text("action in ('click', 'view')"),
    )
    op.create_index(
        "ix_interaction_events_session_id_at",
        "interaction_events",
        ["session_id", "at"],
        postgresql_where=sa.text("session_id <> '' and action <> 'impression'"),
    )


def downgrade() -> None:
    for name in ("session_id_at", "viewed", "purchased"):
        op.drop_index(f"ix_interaction_events_{name}", "interaction_events")
