"""`endcap rules load`."""

from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from app.db.opening import open_database
from app.rules.publishing import COMMAND_LINE, publish_all, unpublished
from app.settings import Settings
from rules.errors import InvalidRules
from rules.parse import parse_rules


def run_load(settings: Settings, file: Path, replace_draft: bool) -> int:
    """Returns the exit status: 1 with every problem listed when a rule cannot be used, and 1 when
    it would undo what merchandisers have not published yet."""
    try:
        raw = msgspec.json.decode(file.read_bytes())
        rules = parse_rules(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        click.echo(f"endcap: {file} is not JSON: {error}", err=True)
        return 1
    except InvalidRules as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        click.echo("endcap: no rule was loaded; the live rules are as they were", err=True)
        return 1
    with ExitStack() as stack, open_database(settings, stack).begin() as connection:
        waiting = unpublished(connection)
        if waiting and not replace_draft:
            click.echo(
                f"endcap: the draft has {waiting} rules that are not published, which this would "
                "undo; publish them, or say --replace-draft",
                err=True,
            )
            return 1
        message = f"Loaded from {file.name}"
        given = raw["rules"] if isinstance(raw, dict) else raw
        version = publish_all(connection, given, message, COMMAND_LINE)
    click.echo(f"{len(rules)} rules are live as rule set {version}")
    return 0
