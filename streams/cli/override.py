"""`regrade override ...` and `regrade recalculate`: an operator's commands."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer

app = typer.Typer(help="Hold a customer's tier by hand.", no_args_is_help=True)

Customer = Annotated[str, typer.Argument(help="The customer id.")]
Reason = Annotated[str, typer.Option(help="Why; stands in the change and in the grade.")]
Author = Annotated[str, typer.Option(help="Who; stands in the change and in the grade.")]
Wait = Annotated[
    float, typer.Option(min=0.1, max=600, help="Seconds to wait for the worker's answer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")]


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917 - each is an option of the command
    customer: Customer,
    reason: Reason,
    author: Author,
    floor: Annotated[str | None, typer.Option(metavar="TIER", help="At least this tier.")] = None,
    ceiling: Annotated[str | None, typer.Option(metavar="TIER", help="At most this tier.")] = None,
    pin: Annotated[str | None, typer.Option(metavar="TIER", help="Exactly this tier.")] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The last day on which it counts."),
    ] = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> None:
    """Set a floor, a ceiling or a pin; it replaces the one before.

    The computed tier goes on beside it and is back when the override ends.

    Example: `regrade override set c-42 --floor gold --reason "key account" --author kim --until
    2026-12-31`
    """
    given = {"floor": floor, "ceiling": ceiling, "pin": pin}
    chosen = [(kind, tier) for kind, tier in given.items() if tier is not None]
    if len(chosen) != 1:
        raise typer.BadParameter("say exactly one of --floor, --ceiling and --pin")
    ((kind, tier),) = chosen
    last = None if until is None else until.date().isoformat()
    said = {"kind": kind, "tier": tier, "reason": reason, "author": author, "until": last}
    _order("override.set", customer, said, wait, as_json=as_json)


@app.command()
def clear(
    customer: Customer, reason: Reason, author: Author, wait: Wait = 10.0, as_json: AsJson = False
) -> None:
    """Take the override back; without one nothing happens.

    Example: `regrade override clear c-42 --reason "contract ended" --author kim`
    """
    said = {"reason": reason, "author": author}
    _order("override.clear", customer, said, wait, as_json=as_json)


def recalculate(
    customer: Customer,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    author: Annotated[str | None, typer.Option(help="Who.")] = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> None:
    """Set the tier to what the customer deserves today, hold and steps aside.

    Example: `regrade recalculate c-42`
    """
    said = {"reason": reason, "author": author}
    _order("grade.recalculate", customer, said, wait, as_json=as_json)


def _order(kind: str, customer: str, said: dict[str, Any], wait: float, *, as_json: bool) -> None:
    """Send a command to the workers of REGRADE_KAFKA and print their answer."""
    from streams.inquiry.command import order
    from streams.settings import load_settings

    answer = order(kind, customer, said, load_settings(), wait)
    typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else _sentence(answer))


def _sentence(answer: dict[str, Any]) -> str:
    customer, grade = answer["customer_id"], answer["grade"]
    if grade["tier"] is None:
        return f"{customer} has no grade yet: what was ordered waits for the first one"
    override = grade["override"]
    held = ""
    if override is not None:
        until = "" if override["until"] is None else f" until {override['until']}"
        held = (
            f", {override['kind']} {override['tier']}{until} by {override['author']}"
            f" ({override['reason']}); computed tier {override['computed_tier']}"
        )
    return f"{customer} is {grade['tier']}{held}"
