"""`regrade policy publish`, `rollback` and `versions`."""

import getpass
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.policy_source import AsJson, Source

if TYPE_CHECKING:
    from rich.table import Table

    from scoring.units import EpochMs
    from streams.inquiry.published import Known
    from streams.policies.publication import Publication

Author = Annotated[
    str | None, typer.Option(help="Who; stays in the audit. The user of this machine by default.")
]
Confirm = Annotated[
    bool, typer.Option("--confirm", help="Even when more are demoted than its guard allows.")
]


def publish(
    source: Source,
    *,
    effective_from: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="From when, with its offset; at once if left out."),
    ] = None,
    author: Author = None,
    reason: Annotated[str, typer.Option(help="Why; stays in the audit.")] = "",
    confirm: Confirm = False,
    as_json: AsJson = False,
) -> None:
    """Publish a version of the policy: workers take it, and sweep their customers under it.

    It is checked first, and simulated where it has a guard (`move.max_move_share`). A version
    once published never changes.

    Example: `regrade policy publish my-policy.yaml --author kim --reason "spring campaign"`
    """
    from streams.inquiry.publish import Order, publish_version
    from streams.policies.load import load_version
    from streams.settings import load_settings

    since = None if effective_from is None else _instant(effective_from)
    order = Order(author or getpass.getuser(), reason, since, confirm)
    version, settings = load_version(source), load_settings()
    with _progress("simulating") as moved:
        found = publish_version(version, order, settings, moved)
    if found is None:
        name = f"{version.policy.policy_id} version {version.policy.version}"
        typer.echo(json.dumps({"published": False}) if as_json else f"{name} is published already")
    else:
        _tell(found, as_json=as_json)


def rollback(
    version: Annotated[int, typer.Argument(help="The version to be in force again.")],
    reason: Annotated[str, typer.Option(help="Why; stays in the audit.")],
    *,
    author: Author = None,
    confirm: Confirm = False,
    as_json: AsJson = False,
) -> None:
    """Publish that an earlier version is in force again; what was planned for later is off.

    Example: `regrade policy rollback 2 --reason "too many promotions" --author kim`
    """
    from streams.inquiry.publish import Order, roll_back
    from streams.settings import load_settings

    order = Order(author or getpass.getuser(), reason, None, confirm)
    with _progress("simulating") as moved:
        found = roll_back(version, order, load_settings(), moved)
    _tell(found, as_json=as_json)


def versions(*, as_json: AsJson = False) -> None:
    """List the versions published, and which of them partitions have and have reached.

    Example: `regrade policy versions`
    """
    from streams.inquiry.published import known
    from streams.screen import show, stdout
    from streams.settings import load_settings

    there = known(load_settings())
    if as_json:
        typer.echo(json.dumps(there.as_json(), ensure_ascii=False))
    else:
        show(stdout(), *_tables(there))
        for offset, problem in there.refused.items():
            typer.echo(f"refused by workers, offset {offset}: {problem}")


def _instant(text: str) -> "EpochMs":
    from scoring.units import EpochMs

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no instant, like 2026-01-01T00:00:00+08:00") from None
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text} has no offset, like 2026-01-01T00:00:00+08:00")
    return EpochMs(int(instant.timestamp() * 1000))


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    from streams.screen import progress, stderr

    with progress(stderr(), unit="customers") as bar:
        task = bar.add_task(doing, total=None)

        def moved(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield moved


def _tell(found: "Publication", *, as_json: bool) -> None:
    from streams.instants import rfc3339

    since = rfc3339(found.since)
    if as_json:
        typer.echo(json.dumps({"published": True, "version": found.version, "from": since}))
        return
    again = "is in force again" if found.rollback else "is published, in force"
    typer.echo(f"{found.tag} {again} from {since} on")


def _tables(there: "Known") -> Iterator["Table"]:
    from rich.text import Text

    from streams.screen import table

    told = there.as_json()
    shown = table("Versions published", "version", "from", "by", "reason", "", texts=5)
    for row in told["versions"]:
        kind = "withdrawn" if row["withdrawn"] else "rollback" if row["rollback"] else ""
        cells = (str(row["version"]), row["effective_from"], row["author"], row["reason"], kind)
        shown.add_row(*map(Text, cells))
    yield shown
    shown = table("Partitions", "policy", "partitions", "sweeping", "customers reached", texts=1)
    for tag in sorted({reign.policy for reign in there.reigns}):
        here = [reign for reign in there.reigns if reign.policy == tag]
        reached = f"{sum(one.reached for one in here):,} of {sum(one.total for one in here):,}"
        sweeping = sum(one.sweeping for one in here)
        taken = any(one.generation for one in here)
        shown.add_row(Text(tag), str(len(here)), str(sweeping), reached if taken else "all")
    yield shown
