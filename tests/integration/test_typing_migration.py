"""What was recorded before typing was told from searching, after the migration that tells it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from app.db.engine import MIGRATIONS, connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.features.counting import BehaviourCounter
from app.features.rebuild import rebuild
from tests.integration.event_log import marked_typing
from tests.integration.shop import create_database

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
FIRST, SECOND = 1_000_000, 615_572
"""How likely the first two positions are looked at, by the default curve."""


@pytest.fixture
def before(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Engine]:
    """A database as the release before left it."""
    engine = connect(create_database(postgres, tmp_path.name))
    move(engine, "0011")
    with engine.begin() as connection:
        connection.execute(
            text("insert into behaviour_progress values ('counts', 10 ^ 12, now())"),
        )
    yield engine
    engine.dispose()


def move(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def shown(engine: Engine, query: str, after: float, **fields: Any) -> None:
    """Of two items, as it was recorded and counted."""
    at = NOON + timedelta(seconds=after)
    row = {
        "query_id": query,
        "client_id": "ann",
        "session_id": "",
        "query": query,
        "at": at,
        "known_at": at,
        "source": "search",
        "sort": "relevance",
        "first": 0,
        "total": 2,
        "item_keys": [1, 2],
        "placements": [0, 0],
        "model_version": "",
        "ruleset_version": 0,
        "impressions_to": None,
        **fields,
    }
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    with engine.begin() as connection:
        connection.execute(text(f"insert into ranking_events ({names}) values ({values})"), row)  # noqa: S608
        for item, exposure in ((1, FIRST), (2, SECOND))[: row["impressions_to"]]:
            counted(connection, row["query"], item, 1, exposure)


def counted(connection: Any, query: str, item: int, impressions: int, exposure: int) -> None:
    connection.execute(
        text(
            "insert into behaviour_counts (query, item_key, bucket, impressions, exposure) "
            "values (:query, :item, :at, :impressions, :exposure) "
            "on conflict (query, item_key, bucket) do update set "
            "impressions = behaviour_counts.impressions + excluded.impressions, "
            "exposure = behaviour_counts.exposure + excluded.exposure"
        ),
        {
            "query": query,
            "item": item,
            "at": NOON,
            "impressions": impressions,
            "exposure": exposure,
        },
    )


def did(engine: Engine, list_id: str, action: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into interaction_events (id, at, known_at, source, action, client_id, "
                "session_id, query, item_key, list_id, attribution, document) values "
                "(:list, :at, :at, 'api', :action, 'ann', '', '', 1, :list, 'given', '{}')"
            ),
            {"list": list_id, "at": NOON, "action": action},
        )


def used(engine: Engine, asked: dict[str, int], fired: dict[str, int]) -> None:
    with engine.begin() as connection:
        for query, count in asked.items():
            connection.execute(
                text("insert into query_counts values (:query, :count, now())"),
                {"query": query, "count": count},
            )
        for query, count in fired.items():
            connection.execute(
                text("insert into rule_usage values ('pin', :day, :query, :count, now())"),
                {"day": NOON.date(), "query": query, "count": count},
            )


def numbers(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(text(statement))}


def type_out(engine: Engine, texts: Sequence[str], start: float = 0, **fields: Any) -> None:
    for n, query in enumerate(texts):
        shown(engine, query, start + n, **fields)


def test_lists_that_were_typing_are_marked_and_their_counts_taken_back(before: Engine) -> None:
    type_out(before, ["runn", "running"])
    type_out(before, ["ke", "kettle"], 60, impressions_to=1)
    did(before, "ke", "impression")
    did(before, "kettle", "impression")
    type_out(before, ["mu", "mug"], 120, client_id="", session_id="s")
    type_out(before, ["la", "lamp"], 180)
    did(before, "la", "view")
    type_out(before, ["so", "sofa"], 240, client_id="")
    type_out(before, ["ta"], 300)
    type_out(before, ["table"], 310)

    migrate(before)

    assert marked_typing(before) == {"runn", "ke", "mu"}
    sums = (
        "select query, sum(impressions)::int, sum(exposure)::int from behaviour_counts group by 1"
    )
    left = {query: row for query, row in numbers(before, sums).items() if any(row)}
    whole = (2, FIRST + SECOND)
    assert left == {
        **dict.fromkeys(("running", "mug", "la", "lamp", "so", "sofa"), whole),
        "ta": whole,
        "table": whole,
        "kettle": (1, FIRST),
    }
    assert BehaviourCounter(before, settle_seconds=0).run() == 0
    assert rebuild(before).corrected == 0


def test_what_was_asked_and_fired_is_corrected_as_far_as_it_can_be_told(before: Engine) -> None:
    type_out(before, ["ket", "kettle"])
    shown(before, "kettle", 60, query_id="searched")
    shown(before, "ket", 120, query_id="meant")
    shown(before, "kett", 180)
    shown(before, "kettle", 181, query_id="again")
    used(
        before,
        asked={"ket": 2, "kett": 1, "kettle": 3, "long ago": 5},
        fired={"ket": 2, "kett": 1, "kettle": 3, "elsewhere": 7},
    )

    migrate(before)
    BehaviourCounter(before, settle_seconds=0).run()

    assert numbers(before, "select query, asked::int from query_counts") == {
        "ket": (1,),
        "kettle": (3,),
        "long ago": (5,),
    }
    assert numbers(before, "select query, fired::int from rule_usage") == {
        "ket": (1,),
        "kettle": (3,),
        "elsewhere": (7,),
    }


def test_database_without_lists_is_migrated_and_back(before: Engine) -> None:
    migrate(before)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with before.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")

    migrate(before)

    assert marked_typing(before) == set()
