"""The command `regrade`: parses, delegates, and says in plain words what went wrong."""

import json
import platform
import sys
from typing import Annotated

import typer

from streams.build import build
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
    mapping,
    merge,
    override,
    policy,
    push,
    rebuild,
    recover,
    replay,
    review,
    schemas,
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
app.add_typer(review.app, name="review")
app.command()(erase.erase)
app.command()(erase.pseudonym)
app.command()(merge.merge)
app.command()(merge.unmerge)
app.command()(doctor.doctor)
app.command()(push.push)
app.command("map")(mapping.map_)
app.command()(schemas.schemas)
app.command()(snapshot.snapshot)
app.command()(snapshot.restore)
app.command()(rebuild.rebuild)
app.add_typer(keys.app, name="keys")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(recover.app, name="recover")


@app.command()
def version(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the version, the revision it was built from, and the Python it runs on.

    Example: `regrade version --json`
    """
    typer.echo(json.dumps(_program()) if as_json else _version_line())


def _program() -> dict[str, str]:
    found = build()
    python = platform.python_version()
    return {"version": found.version, "revision": found.revision, "python": python}


def _version_line() -> str:
    told = _program()
    return f"regrade {told['version']} (revision {told['revision']}, Python {told['python']})"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(_version_line())
        raise typer.Exit


@app.callback()
def regrade(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Keeps every customer at the tier their history deserves."""


def main() -> None:
    """Run the command line; what a user can fix ends in one message, not a traceback."""
    try:
        app()
    except RegradeError as error:
        sys.stderr.write(f"regrade: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
