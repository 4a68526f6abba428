"""A task's end is queued once for each webhook, each webhook's queue is read by itself, and what
was sent is forgotten by its age."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "hook_deliveries",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
    )
    op.drop_index("ix_hook_deliveries_hook_id")
    op.drop_index("ix_hook_deliveries_next_at")
    op.create_index(
        "ix_hook_deliveries_hook_id_task_id", "hook_deliveries", ["hook_id", "task_id"], unique=True
    )
    op.create_index("ix_hook_deliveries_hook_id_next_at", "hook_deliveries", ["hook_id", "next_at"])


def downgrade() -> None:
    op.drop_index("ix_hook_deliveries_hook_id_next_at")
    op.drop_index("ix_hook_deliveries_hook_id_task_id")
    op.create_index("ix_hook_deliveries_next_at", "hook_deliveries", ["next_at"])
    op.create_index("ix_hook_deliveries_hook_id", "hook_deliveries", ["hook_id"])
    op.drop_column("hook_deliveries", "created_at")
