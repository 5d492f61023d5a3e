"""`regrade policy simulate`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.policy_source import AsJson

if TYPE_CHECKING:
    from streams.inquiry.simulate_result import Simulation


def simulate(
    source: Annotated[str, typer.Argument(help="The policy to try: a file, or a preset.")],
    *,
    current: Annotated[
        str | None,
        typer.Option(help="The policy the workers have; by default looked up in the store."),
    ] = None,
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Exit with 0 even when more are demoted than allowed."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell who would move if a policy were published now, at once and at the next review.

    Reads the store of REGRADE_REDIS and writes nothing; workers may be running. Exits with 1 when
    more customers would be demoted than `move.max_move_share` of the policy allows.

    Example: `regrade policy simulate my-policy.yaml`
    """
    from rich.markup import escape

    from streams.inquiry.simulate_source import simulate as run
    from streams.policies.load import load_policy
    from streams.screen import progress, stderr
    from streams.settings import load_settings

    settings = load_settings()
    new = load_policy(source)
    present = None if current is None else load_policy(current)
    with progress(stderr(), unit="customers") as bar:
        task = bar.add_task(escape(f"simulating {source}"), total=None)

        def moved(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        found = run(new, present, settings, moved)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found)
    _judge(found, confirm=confirm, silent=as_json)


def _show(found: "Simulation") -> None:
    from streams.inquiry import simulate_view
    from streams.screen import show, stdout

    typer.echo(simulate_view.headline(found))
    show(stdout(), *simulate_view.tables(found))


def _judge(found: "Simulation", *, confirm: bool, silent: bool) -> None:
    """Say what the guard says; status 1 when it holds and nobody confirmed."""
    from streams.inquiry.simulate_view import verdict

    guard = found.guard
    if guard is None:
        return
    if not guard.holds:
        if not silent:
            typer.echo(f"\n{verdict(found, guard)}")
        return
    held = not confirm
    how = "; say --confirm if that is meant" if held else "; confirmed"
    typer.echo(f"regrade: {verdict(found, guard)}{how}", err=True)
    if held:
        raise typer.Exit(1)
