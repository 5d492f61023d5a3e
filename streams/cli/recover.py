"""`regrade recover ...`: the way out of a refusal, told first and taken when confirmed."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.operations.recover import Outside

app = typer.Typer(help="Put right by hand what a worker refuses to guess.", no_args_is_help=True)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def offsets(yes: Yes = False) -> None:
    """Go on at the begin of each log that a stored offset does not lie in.

    For `OffsetOutsideLog`: records were deleted unread, or a topic was recreated. What the log has
    lost stays lost: better restore the topic, or a snapshot, if you can.

    Example: `regrade recover offsets`
    """
    from streams.operations.recover import recover_offsets
    from streams.settings import load_settings

    settings = load_settings()

    def confirm(found: "Sequence[Outside]") -> bool:
        for one in found:
            name = f"{settings.names.full(one.topic)}/{one.partition}"
            typer.echo(f"{name}: {one.happened}; it would {one.would}", err=True)
        if not yes:
            typer.confirm(f"Move {len(found)} offsets?", abort=True, err=True)
        return True

    found, moved = recover_offsets(settings, confirm)
    if moved:
        typer.echo(f"{len(found)} offsets were moved; start the workers")
    else:
        typer.echo("every stored offset lies in its log: there is nothing to do")


@app.command()
def group(yes: Yes = False) -> None:
    """Let the group begin anew where the store is empty: it is graded from what the log holds.

    For `StoreLost`: the group has read before, and the store knows nothing of it. Partitions that
    the store holds stay as they are. If there is a snapshot, put it back instead.

    Example: `regrade recover group`
    """
    from streams.operations.recover import recover_group
    from streams.settings import load_settings

    settings = load_settings()

    def confirm(gone: "Sequence[int]", records: int) -> bool:
        typer.echo(
            f"group {settings.group} has read {records} records of partitions {list(gone)}, and "
            "the store holds nothing of them. Every customer there would begin from what the "
            "input topics still hold, with version 1.",
            err=True,
        )
        if not yes:
            typer.confirm("Begin anew?", abort=True, err=True)
        return True

    _, forgotten = recover_group(settings, confirm)
    if forgotten:
        typer.echo(f"group {settings.group} begins anew; start the workers")
    else:
        typer.echo(f"group {settings.group} has read nothing: there is nothing to do")
