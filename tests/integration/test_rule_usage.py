"""How often rules fired and on which queries, as Postgres keeps it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from app.db.tables import query_counts, rule_usage
from app.housekeeping import Housekeeper
from app.rules.usage import KEPT_DAYS, QUERIES_PER_RULE, QueryUsage, RuleUsage, read_usage

NOW = datetime.now(UTC)


def fired(engine: Engine, rule: str, query: str, count: int, days_ago: int = 0) -> None:
    at = NOW - timedelta(days=days_ago)
    with engine.begin() as connection:
        connection.execute(
            rule_usage.insert().values(
                rule_id=rule, day=at.date(), query=query, fired=count, last_at=at
            )
        )


def asked(engine: Engine, query: str, days_ago: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            query_counts.insert().values(
                query=query, asked=1, last_at=NOW - timedelta(days=days_ago)
            )
        )


def test_usage_adds_up_days_and_queries_of_each_rule(engine: Engine) -> None:
    fired(engine, "a", "lamp", 2, days_ago=1)
    fired(engine, "a", "lamp", 3)
    fired(engine, "a", "mug", 4)
    fired(engine, "a", "sofa", 9, days_ago=8)
    fired(engine, "b", "mug", 1, days_ago=1)
    fired(engine, "other", "mug", 1)

    with engine.connect() as connection:
        used = read_usage(connection, ["a", "b", "idle"], days=7)

    assert used == {
        "a": RuleUsage(9, NOW, (QueryUsage("lamp", 5), QueryUsage("mug", 4))),
        "b": RuleUsage(1, NOW - timedelta(days=1), (QueryUsage("mug", 1),)),
    }


def test_usage_names_the_most_frequent_queries_and_counts_all(engine: Engine) -> None:
    for n in range(QUERIES_PER_RULE + 5):
        fired(engine, "a", f"query {n:02}", n // 2 + 1)

    with engine.connect() as connection:
        usage = read_usage(connection, ["a"], days=1)["a"]

    assert usage.fired == sum(n // 2 + 1 for n in range(QUERIES_PER_RULE + 5))
    assert len(usage.queries) == QUERIES_PER_RULE
    assert [use.query for use in usage.queries[:3]] == ["query 14", "query 12", "query 13"]


def test_what_fired_and_was_asked_long_ago_is_forgotten(engine: Engine) -> None:
    for days_ago in (0, KEPT_DAYS - 1, KEPT_DAYS + 1):
        fired(engine, "a", f"{days_ago} days ago", 1, days_ago)
        asked(engine, f"{days_ago} days ago", days_ago)

    Housekeeper(engine).tidy()

    kept = {"0 days ago", f"{KEPT_DAYS - 1} days ago"}
    with engine.connect() as connection:
        assert set(connection.execute(select(rule_usage.c.query)).scalars()) == kept
        assert set(connection.execute(select(query_counts.c.query)).scalars()) == kept
