"""Makes the database engine and brings the schema up to date."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.db.locks import Lock, take_turn
from app.db.postgres import DatabaseUnavailable, DatabaseUnreachable

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def connect(url: str) -> Engine:
    """An engine whose first connection was tried; raises `DatabaseUnreachable`."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=False)
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except OperationalError as error:
        engine.dispose()
        reason = str(error.orig).strip().splitlines()[0]
        where = parsed.render_as_string(hide_password=True)
        raise DatabaseUnreachable(f"cannot reach PostgreSQL at {where}: {reason}") from error
    return engine


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing; safe to call from several processes at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with engine.begin() as connection:
        take_turn(connection, Lock.MIGRATION)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseUnavailable(
                f"the database was made by another version of Endcap: {error}"
            ) from error
