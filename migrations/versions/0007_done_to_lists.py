"""The index by which counting finds whether something was done to a list's item before."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index(
        "ix_interaction_events_list_id_done",
        "interaction_events",
        ["list_id", "item_key", "action"],
    )
    op.drop_index("ix_interaction_events_list_id", "interaction_events")


def downgrade() -> None:
    op.create_index("ix_interaction_events_list_id", "interaction_events", ["list_id"])
    op.drop_index("ix_interaction_events_list_id_done", "interaction_events")
