"""Every table, as SQLAlchemy sees it; `migrations/` makes them, and a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

CURRENT_TRANSACTION = "(pg_current_xact_id()::text::bigint)"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

items = Table(
    "items",
    metadata,
    Column("key", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("price", Numeric(16, 6, asdecimal=False)),
    Column("currency", Text, nullable=False),
    Column("in_stock", Boolean, nullable=False),
    Column("rating", Float),
    Column("review_count", Integer, nullable=False),
    Column("popularity", Float, nullable=False),
    Column("released_at", DateTime(timezone=True)),
    Column("group_id", Text, nullable=False),
    Column("image_url", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("attributes", JSONB, nullable=False),
    # Of everything above, so that a feed that repeats itself writes nothing.
    Column("content_hash", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Readers that follow the changes ask for those of transactions that they have not seen;
    # a sequence would not do, since transactions commit in another order than they take numbers.
    Column("changed_in", BigInteger, nullable=False, server_default=text(CURRENT_TRANSACTION)),
    Index(None, "changed_in"),
    Index(None, "group_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("item_key", BigInteger, nullable=False),
    Column("operation", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("operation in ('upsert', 'delete')", name="operation"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("text_hash", LargeBinary, primary_key=True),
    # 32-bit floats, little-endian.
    Column("vector", LargeBinary, nullable=False),
)

rule_sets = Table(
    "rule_sets",
    metadata,
    # The newest version is the live one; older ones are kept as they were.
    Column("version", BigInteger, Identity(always=True), primary_key=True),
    Column("rules", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
