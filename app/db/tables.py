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
    # Rows stay when items go: an older change that arrives later must find what it is older than.
    Column("state", Text, nullable=False, server_default="live"),
    # The sender's versions: of the last put or deletion, and of what was changed on its own since.
    Column("base_version", BigInteger, nullable=False, server_default="0"),
    Column("field_versions", JSONB, nullable=False, server_default="{}"),
    # Readers that follow the changes ask for those of transactions that they have not seen;
    # a sequence would not do, since transactions commit in another order than they take numbers.
    Column("changed_in", BigInteger, nullable=False, server_default=text(CURRENT_TRANSACTION)),
    Index(None, "changed_in"),
    Index(None, "group_id"),
    CheckConstraint("state in ('live', 'deleted', 'incomplete')", name="state"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("item_key", BigInteger, nullable=False),
    Column("task_id", BigInteger),
    # When the change was accepted: what is searchable later than this is as old as the difference.
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    # What a task that runs by itself was asked to do.
    Column("request", JSONB, nullable=False, server_default="{}"),
    Column("counts", JSONB, nullable=False, server_default="{}"),
    # Of accepted changes, how many are still on their way to the index.
    Column("waiting", Integer, nullable=False, server_default="0"),
    # Whether more changes may come, so that none waiting does not mean done.
    Column("receiving", Boolean, nullable=False, server_default="false"),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("errors", JSONB, nullable=False, server_default="[]"),
    Column("progress", JSONB(none_as_null=True)),
    Column("cancel_requested", Boolean, nullable=False, server_default="false"),
    CheckConstraint(
        "status in ('enqueued', 'processing', 'succeeded', 'failed', 'canceled')", name="status"
    ),
    Index(None, "status", "kind"),
    Index(None, "created_at"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("source", Text, nullable=False),
    Column("item_id", Text),
    Column("operation", Text),
    # As it was sent, where it was JSON; else its beginning as text.
    Column("document", JSONB(none_as_null=True)),
    Column("raw", Text),
    Column("problems", JSONB, nullable=False),
    Column("task_id", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("last_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Index(None, "item_id"),
    Index(None, "created_at"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    # What has arrived, so that the same delivery again does nothing.
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("task_id", BigInteger),
    Index(None, "received_at"),
)

product_versions = Table(
    "product_versions",
    metadata,
    # Where a sender's products are several items each: the newest message about each product.
    Column("source", Text, primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

judgments = Table(
    "judgments",
    metadata,
    Column("query", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("grade", Float, nullable=False),
)

ingest_minutes = Table(
    "ingest_minutes",
    metadata,
    Column("minute", DateTime(timezone=True), primary_key=True),
    Column("accepted", BigInteger, nullable=False, server_default="0"),
    Column("refused", BigInteger, nullable=False, server_default="0"),
    # By the rule that an item tripped; warnings refuse nothing.
    Column("warnings", JSONB, nullable=False, server_default="{}"),
    # How many changes took how long from accepted to searchable, by `DELAY_BOUNDS`.
    Column("delays", ARRAY(BigInteger), nullable=False, server_default="{}"),
)

task_hooks = Table(
    "task_hooks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("url", Text, nullable=False),
    # Needed to sign with, so it cannot be kept as a hash.
    Column("secret", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
)

hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("hook_id", BigInteger, ForeignKey("task_hooks.id", ondelete="CASCADE"), nullable=False),
    Column("task_id", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # None once it was delivered or given up.
    Column("next_at", DateTime(timezone=True), server_default=func.now()),
    Column("delivered_at", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index(None, "hook_id", "task_id", unique=True),
    Index(None, "hook_id", "next_at"),
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
