"""`regrade merge` and `regrade unmerge`: two ids of one customer."""

import json
from typing import Annotated, Any

import typer

Customer = Annotated[str, typer.Argument(help="The customer id.")]
Reason = Annotated[str, typer.Option(help="Why; stays in the audit, so write no name and no id.")]
Author = Annotated[str, typer.Option(help="Who; stays in the audit.")]
Wait = Annotated[
    float, typer.Option(min=0.1, max=600, help="Seconds to wait for the workers' answer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")]


def merge(
    customer: Customer,
    into: Annotated[str, typer.Option(help="The id under which the customer goes on.")],
    reason: Reason,
    author: Author,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> None:
    """Make one customer of two: what came for the first, and will come, counts for the other.

    Can be undone with `regrade unmerge`.

    Example: `regrade merge c-42 --into c-7 --reason "two accounts" --author kim`
    """
    said = {"into": into, "reason": reason, "author": author}
    answer = _order("customer.merge", customer, said, wait)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    elif answer["outcome"] == "duplicate":
        typer.echo(f"{customer} was merged into {into} by this command before")
    else:
        typer.echo(f"{customer} is merged into {into}, who is {_tier(answer['grade'])}")


def unmerge(
    customer: Customer,
    reason: Reason,
    author: Author,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> None:
    """Take a merged customer out again: both are as if they had never been one.

    Example: `regrade unmerge c-42 --reason "two people after all" --author kim`
    """
    answer = _order("customer.unmerge", customer, {"reason": reason, "author": author}, wait)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        typer.echo(f"{customer} is a customer of its own again: {_tier(answer['grade'])}")


def _order(kind: str, customer: str, said: dict[str, Any], wait: float) -> dict[str, Any]:
    """Send a command to the workers of REGRADE_KAFKA; the body of their answer."""
    from streams.inquiry.command import order
    from streams.settings import load_settings

    return order(kind, customer, said, load_settings(), wait)


def _tier(grade: dict[str, Any]) -> str:
    return str(grade["tier"] or "without a tier yet")
