"""An identity for each database, which its index carries, so that no index is mistaken for another
database's."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "database_identity",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("place", sa.Text),
        sa.Column("copied_from", sa.Uuid),
        sa.Column("only_row", sa.Boolean, nullable=False, server_default=sa.true(), unique=True),
        sa.CheckConstraint("only_row", name="only_row"),
    )
    op.execute("insert into database_identity (id) values (gen_random_uuid())")


def downgrade() -> None:
    op.drop_table("database_identity")
