"""`regrade keys ...`: who may ask and order over HTTP."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.api.keys import KeyFile

app = typer.Typer(help="Keys of the API: add, list and revoke them.", no_args_is_help=True)

File = Annotated[Path | None, typer.Option(help="The file of keys; REGRADE_API_KEYS by default.")]
Name = Annotated[str, typer.Argument(help="Who has the key; the author of what it orders.")]


class RoleName(StrEnum):
    """A role as it is typed."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


@app.command()
def add(
    name: Name,
    role: Annotated[RoleName, typer.Option(help="A higher one may all that a lower one may.")],
    file: File = None,
) -> None:
    """Make a key and print it, once: only its hash is kept.

    A viewer reads; an operator orders and sends events; an admin erases and publishes policies.

    Example: `regrade keys add kim --role operator --file keys.json`
    """
    from streams.api.keys import Role
    from streams.clock import SystemClock
    from streams.instants import rfc3339

    made_at = rfc3339(SystemClock().now_ms())
    typer.echo(_keys(file).add(name, Role[role.name], made_at))


@app.command("list")
def list_(
    file: File = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print who has a key, with which role, since when.

    Example: `regrade keys list --file keys.json`
    """
    from streams.screen import show, stdout, table

    rows = [(key.name, key.role, key.made_at) for key in _keys(file).keys().values()]
    if as_json:
        names = ("name", "role", "made_at")
        typer.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    shown = table("Keys", "name", "role", "made at", texts=3)
    for row in rows:
        shown.add_row(*row)
    show(stdout(), shown)


@app.command()
def revoke(name: Name, file: File = None) -> None:
    """Take a key away; a running API refuses it, and its sessions, from then on.

    Example: `regrade keys revoke kim --file keys.json`
    """
    _keys(file).revoke(name)
    typer.echo(f"the key of {name} is revoked")


def _keys(file: Path | None) -> "KeyFile":
    from streams.api.keys import KeyFile
    from streams.api.settings import load_api_settings

    path = file or load_api_settings().keys
    if path is None:
        raise typer.BadParameter("say --file, or set REGRADE_API_KEYS")
    return KeyFile(path)
