"""A rollback of the first version, to no rules: a publication without a version."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.alter_column("rule_publications", "version", existing_type=sa.BigInteger, nullable=True)
    op.create_check_constraint(
        "version", "rule_publications", "version is not null or kind = 'rollback'"
    )


def downgrade() -> None:
    """What was rolled back stays so: a version without rules stands for none."""
    op.execute(
        "with empty as ("
        "insert into rule_sets (rules, message, created_by) "
        "select '[]', 'No rules', 'a migration' "
        "where exists (select from rule_publications where version is null) returning version) "
        "update rule_publications p set version = empty.version from empty "
        "where p.version is null"
    )
    op.drop_constraint(op.f("ck_rule_publications_version"), "rule_publications")
    op.alter_column("rule_publications", "version", existing_type=sa.BigInteger, nullable=False)
