"""Why entries wait that should be indexed, for tasks and /health/ready to say."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "indexing_problem",
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="1"),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("only_row", sa.Boolean, nullable=False, server_default=sa.true(), unique=True),
        sa.CheckConstraint("only_row", name="only_row"),
    )


def downgrade() -> None:
    op.drop_table("indexing_problem")
