"""Every table, as SQLAlchemy sees it; `migrations/` makes them, and a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
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

rule_revision = Sequence("rule_revision", metadata=metadata)

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

rules = Table(
    "rules",
    metadata,
    # The draft: what merchandisers edit. Versions are frozen from it, in `rule_sets`.
    Column("id", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    # Never given twice, also not to a rule that was deleted and made again.
    Column("revision", BigInteger, rule_revision, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_by", Text, nullable=False),
)

rule_sets = Table(
    "rule_sets",
    metadata,
    # A trigger refuses to change or delete a version.
    Column("version", BigInteger, Identity(always=True), primary_key=True),
    Column("rules", JSONB, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
)

publications = Table(
    "rule_publications",
    metadata,
    # The live version is that of the latest one whose time has come and which was not canceled.
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("version", BigInteger, ForeignKey("rule_sets.version"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Column("canceled_at", DateTime(timezone=True)),
    CheckConstraint("kind in ('publish', 'rollback')", name="kind"),
    Index(None, "at", "id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    # A trigger refuses to change or delete an entry.
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
    Index(None, "object"),
)

rule_usage = Table(
    "rule_usage",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("fired", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Index(None, "day"),
)

query_counts = Table(
    "query_counts",
    metadata,
    Column("query", Text, primary_key=True),
    Column("asked", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Index(None, "asked"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    # SHA-256 of the key, which has 256 bits of chance: there is nothing to guess from it.
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
)
