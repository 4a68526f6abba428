"""Errors that a user can cause, as one clear line and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.admin.errors import KeyFileUnwritable
from app.db.postgres import DatabaseUnavailable, DatabaseUnreachable
from app.settings import InvalidSetting
from indexing.errors import EncoderAway, EncoderUnavailable, IndexingError, IndexInUse
from ranking.errors import RankingError
from rules.errors import InvalidRules


class CommandFailed(Exception):
    """What a command cannot do, in one line that says what to mend."""


@contextmanager
def explain_failures() -> Iterator[None]:
    """Exit 2 for what the user can mend, 130 for an interruption."""
    try:
        yield
    except IndexInUse as error:
        _fail(f"{error}; stop that first, or set ENDCAP_QDRANT_URL to use a Qdrant server")
    except EncoderAway as error:
        _fail(f"ENDCAP_ENCODER_URL: {error}")
    except EncoderUnavailable as error:
        _fail(f"ENDCAP_ENCODER: {error}")
    except DatabaseUnreachable as error:
        _fail(f"ENDCAP_DATABASE_URL: {error}")
    except (
        CommandFailed,
        InvalidSetting,
        DatabaseUnavailable,
        KeyFileUnwritable,
        IndexingError,
        RankingError,
        InvalidRules,
    ) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        click.echo("\nendcap: interrupted; what was done is kept, run it again to go on", err=True)
        sys.exit(130)


def _fail(message: str) -> None:
    click.echo(f"endcap: {message}", err=True)
    sys.exit(2)
