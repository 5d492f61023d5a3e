"""The command `regrade`: parses, delegates, and says in plain words what went wrong."""

import sys
from importlib.metadata import version as installed_version

import typer

from streams.cli import (
    api,
    backtest,
    dead_letters,
    demo,
    dev,
    doctor,
    erase,
    keys,
    load,
    override,
    policy,
    replay,
    snapshot,
    topics,
    why,
    worker,
)
from streams.errors import RegradeError

app = typer.Typer(
    name="regrade",
    help="Keeps every customer at the tier their history deserves.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    add_completion=False,
)
for command in (demo.demo, dev.dev, worker.worker, api.api, topics.topics):
    app.command()(command)
app.command()(replay.replay)
app.command()(load.load)
app.command()(backtest.backtest)
app.command()(why.grade)
app.command()(why.why)
app.add_typer(policy.app, name="policy")
app.add_typer(override.app, name="override")
app.command()(override.recalculate)
app.command()(erase.erase)
app.command()(erase.pseudonym)
app.command()(doctor.doctor)
app.command()(snapshot.snapshot)
app.command()(snapshot.restore)
app.add_typer(keys.app, name="keys")
app.add_typer(dead_letters.app, name="dead-letters")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(installed_version("regrade"))


def main() -> None:
    """Run the command line; what a user can fix ends in one message, not a traceback."""
    try:
        app()
    except RegradeError as error:
        sys.stderr.write(f"regrade: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
