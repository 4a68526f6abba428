"""`endcap keys create`, and the key that the first start makes."""

from contextlib import ExitStack

import click
from sqlalchemy import Engine

from app.admin.api_keys import SCOPES, create_key, ensure_admin_key
from app.db.opening import open_database
from app.rules.publishing import COMMAND_LINE
from app.settings import Settings


def run_create(settings: Settings, name: str, scopes: tuple[str, ...]) -> int:
    """Returns the exit status: 2 for a scope that does not exist."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        click.echo(f"endcap: no scope {unknown[0]!r}; there are {', '.join(SCOPES)}", err=True)
        return 2
    with ExitStack() as stack, open_database(settings, stack).begin() as connection:
        _, secret = create_key(connection, name, sorted(set(scopes)), COMMAND_LINE)
    click.echo(secret)
    return 0


def show_first_key(settings: Settings, engine: Engine) -> None:
    """Make the admin key on the first start, and print it this once. Raises `KeyFileUnwritable`."""
    if settings.admin_key is not None:
        return
    file = settings.admin_key_file
    with engine.begin() as connection:
        secret = ensure_admin_key(connection, file)
    if secret is not None:
        click.echo(f"Admin key, shown this once and kept in {file}: {secret}")
