"""Which version a version of a few rules took all others from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("rule_sets", sa.Column("base", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("rule_sets", "base")
