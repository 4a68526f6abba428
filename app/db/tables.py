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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
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
    # By EAN and the like, which events may name an item by.
    Index(
        "ix_items_codes",
        text("item_codes(attributes)"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
    CheckConstraint("state in ('live', 'deleted', 'incomplete')", name="state"),
)

database_identity = Table(
    "database_identity",
    metadata,
    # Carried by every collection of the index; see `app/db/identity.py`.
    Column("id", Uuid, primary_key=True),
    # Where this database was when it got the identity: a copy of it finds itself elsewhere.
    Column("place", Text),
    # The identity that it had as a part of the database it is a copy of.
    Column("copied_from", Uuid),
    Column("only_row", Boolean, nullable=False, server_default=text("true"), unique=True),
    CheckConstraint("only_row", name="only_row"),
)

indexing_problem = Table(
    "indexing_problem",
    metadata,
    # Why entries of the outbox wait that should be indexed by now; no row where nothing is wrong.
    Column("reason", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("only_row", Boolean, nullable=False, server_default=text("true"), unique=True),
    CheckConstraint("only_row", name="only_row"),
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
    # Of a version of a few rules: the one that was live, which all others were taken from.
    Column("base", BigInteger),
    Column("message", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
)

publications = Table(
    "rule_publications",
    metadata,
    # The live version is that of the latest one whose time has come and which was not canceled.
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    # None where the first version was rolled back, so that no rules are live.
    Column("version", BigInteger, ForeignKey("rule_sets.version")),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Column("canceled_at", DateTime(timezone=True)),
    CheckConstraint("kind in ('publish', 'rollback')", name="kind"),
    CheckConstraint("version is not null or kind = 'rollback'", name="version"),
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

ranking_events = Table(
    "ranking_events",
    metadata,
    # Lists as they were shown, one page each; with the items' features of that moment, so that
    # training never sees a later one.
    Column("query_id", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    # When features could first be made of it: its arrival; for what is imported, when it happened.
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("source", Text, nullable=False),
    # Empty where nobody said.
    Column("client_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    # In lower case, with single blanks.
    Column("query", Text, nullable=False),
    Column("sort", Text, nullable=False),
    # How many hits stand on earlier pages.
    Column("first", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("item_keys", ARRAY(BigInteger), nullable=False),
    # Of each item, its index in `ranking.events.PLACEMENTS`.
    Column("placements", ARRAY(SmallInteger), nullable=False),
    # 32-bit floats, little-endian, item by item, in the order of the features that the fingerprint
    # names; None where no model scored the list.
    Column("features", LargeBinary),
    Column("feature_fingerprint", Text),
    Column("model_version", Text, nullable=False),
    Column("ruleset_version", BigInteger, nullable=False),
    # By experiment, the arm that answered: at most one experiment of models and one of rules.
    Column("experiments", JSONB, nullable=False, server_default="{}"),
    # The organic order was drawn by chance, from the scores.
    Column("explored", Boolean, nullable=False, server_default="false"),
    # Of an interleaved list, the index of the arm that each item stands for; -1 for neither.
    Column("teams", ARRAY(SmallInteger)),
    Column("total_ms", Float),
    Column("degraded", ARRAY(Text), nullable=False, server_default="{}"),
    # The request said that the shopper meant this one: Enter was pressed, a link opened.
    Column("final", Boolean, nullable=False, server_default="false"),
    # Its shopper soon replaced it by typing on and did nothing with it. Written by the counting
    # step, and part of no count.
    Column("typing", Boolean, nullable=False, server_default="false"),
    # The ids of the rules that fired, for counting how often they do.
    Column("applied_rules", ARRAY(Text), nullable=False, server_default="{}"),
    # The lowest position that the client said was seen, and that something was done with.
    Column("impressions_to", Integer),
    Column("interactions_to", Integer),
    # From then on it is kept so long as the contract says, however long ago it happened.
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_in", BigInteger, nullable=False, server_default=text(CURRENT_TRANSACTION)),
    CheckConstraint("source in ('search', 'import')", name="source"),
    Index(None, "at"),
    Index("ix_ranking_events_client_id_at", "client_id", "at"),
    # For the lists before and after one whose shopper is known by the session alone.
    Index(
        "ix_ranking_events_session_id_at",
        "session_id",
        "at",
        postgresql_where=text("client_id = '' and session_id <> ''"),
    ),
    Index(
        "ix_ranking_events_experiments",
        "at",
        postgresql_where=text("experiments <> '{}'::jsonb"),
    ),
    # Rows come in the order of that time, so that a summary of each block is enough.
    Index(None, "stored_at", postgresql_using="brin"),
    Index(None, "changed_in"),
)

interaction_events = Table(
    "interaction_events",
    metadata,
    Column("key", BigInteger, Identity(always=True), primary_key=True),
    # Given, or made of what the event says: the same event again is not stored again.
    Column("id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("source", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    # As given; what was found to be the list that it belongs to stands in `list_id`.
    Column("query_id", Text),
    Column("query", Text, nullable=False),
    Column("object_id", Text),
    Column("item_key", BigInteger),
    Column("position", Integer),
    Column("quantity", Integer, nullable=False, server_default="1"),
    # In millionths of the currency's major unit, so that sums are exact.
    Column("revenue", BigInteger, nullable=False, server_default="0"),
    Column("list_id", Text),
    Column("attribution", Text),
    # All of it as it was sent.
    Column("document", JSONB, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_in", BigInteger, nullable=False, server_default=text(CURRENT_TRANSACTION)),
    CheckConstraint("source in ('api', 'import')", name="source"),
    CheckConstraint("attribution in ('given', 'inferred')", name="attribution"),
    UniqueConstraint("id"),
    Index(None, "at"),
    Index("ix_interaction_events_client_id_at", "client_id", "at"),
    # For recommendations: who did something with an item, and what a session was about. Nearly all
    # events are impressions, which are in none of them.
    Index(
        "ix_interaction_events_purchased",
        "item_key",
        "at",
        postgresql_include=["client_id"],
        postgresql_where=text("action = 'purchase'"),
    ),
    Index(
        "ix_interaction_events_viewed",
        "item_key",
        "at",
        postgresql_include=["client_id"],
        postgresql_where=text("action in ('click', 'view')"),
    ),
    Index(
        "ix_interaction_events_session_id_at",
        "session_id",
        "at",
        postgresql_where=text("session_id <> '' and action <> 'impression'"),
    ),
    Index(None, "stored_at", postgresql_using="brin"),
    # Whether this was done to a list's item before, however much was done with that list.
    Index("ix_interaction_events_list_id_done", "list_id", "item_key", "action"),
    # Those whose list is not known, or not yet.
    Index(
        None,
        "query_id",
        postgresql_where=text("query_id is not null and attribution is distinct from 'given'"),
    ),
    Index(None, "changed_in"),
)

behaviour_counts = Table(
    "behaviour_counts",
    metadata,
    # Whole numbers throughout: they add up to the same in any order, to the last digit.
    Column("query", Text, primary_key=True),
    Column("item_key", BigInteger, primary_key=True, autoincrement=False),
    # The hour in which it happened.
    Column("bucket", DateTime(timezone=True), primary_key=True),
    Column("impressions", BigInteger, nullable=False, server_default="0"),
    # Impressions, each by how likely its position is looked at, in millionths.
    Column("exposure", BigInteger, nullable=False, server_default="0"),
    Column("clicks", BigInteger, nullable=False, server_default="0"),
    Column("carts", BigInteger, nullable=False, server_default="0"),
    Column("purchases", BigInteger, nullable=False, server_default="0"),
    Column("dismissals", BigInteger, nullable=False, server_default="0"),
    Column("revenue", BigInteger, nullable=False, server_default="0"),
    Column("changed_in", BigInteger, nullable=False, server_default=text(CURRENT_TRANSACTION)),
    Index(None, "changed_in"),
    Index(None, "bucket"),
)

behaviour_progress = Table(
    "behaviour_progress",
    metadata,
    # Up to which transaction the log has been counted: `counts` of what shoppers do, and `usage`,
    # behind it, of what was asked and which rules fired.
    Column("name", Text, primary_key=True),
    Column("seen_transaction", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

examination_curves = Table(
    "examination_curves",
    metadata,
    # How likely each position is looked at; a list is counted by the newest curve known when the
    # list was.
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("parts_per_million", ARRAY(Integer), nullable=False),
    Column("origin", Text, nullable=False),
)

experiments = Table(
    "experiments",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # `{name, weight, model_version, ruleset_version}` each; None means the live one.
    Column("arms", JSONB, nullable=False),
    Column("guardrails", JSONB, nullable=False, server_default="{}"),
    Column("starts_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("stopped_at", DateTime(timezone=True)),
    Column("stopped_because", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="1"),
    CheckConstraint("kind in ('split', 'interleave')", name="kind"),
)
