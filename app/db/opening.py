"""Opens the database that the settings name; every command begins with it."""

from contextlib import ExitStack

from sqlalchemy import Engine

from app.db.engine import connect, migrate
from app.db.postgres import EmbeddedPostgres
from app.settings import InvalidSetting, Settings


def open_database(settings: Settings, stack: ExitStack) -> Engine:
    """The embedded PostgreSQL or the one named by URL, with its schema up to date."""
    url = settings.database_url
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(
            f"ENDCAP_DATA_DIR: cannot make {settings.data_dir}: {error.strerror}"
        ) from error
    if url is None:
        postgres = EmbeddedPostgres(settings.postgres_dir)
        stack.callback(postgres.stop)
        url = postgres.url
    engine = connect(url)
    stack.callback(engine.dispose)
    migrate(engine)
    return engine
