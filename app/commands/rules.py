"""`endcap rules load`."""

from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from app.live import open_database
from app.rules.store import save_rules
from app.settings import Settings
from rules.errors import InvalidRules
from rules.parse import parse_rules


def run_load(settings: Settings, file: Path) -> int:
    """Returns the exit status: 1 with every problem listed when a rule cannot be used."""
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
        version = save_rules(connection, raw["rules"] if isinstance(raw, dict) else raw)
    click.echo(f"{len(rules)} rules are live as rule set {version}")
    return 0
