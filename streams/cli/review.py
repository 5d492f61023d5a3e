"""`regrade review ...`: moves that wait for somebody to decide."""

import json
from typing import Annotated, Any

import typer

app = typer.Typer(help="Decide about moves that wait.", no_args_is_help=True)

Which = Annotated[
    str, typer.Argument(metavar="CUSTOMER_OR_CASE", help="The customer id, or the case as listed.")
]
Reason = Annotated[str, typer.Option(help="Why; stands in the change and in the audit.")]
Author = Annotated[str, typer.Option(help="Who; stands in the change and in the audit.")]
Wait = Annotated[
    float, typer.Option(min=0.1, max=600, help="Seconds to wait for the worker's answer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every move that waits, the one whose time is over first at the top.

    Reads the store of REGRADE_REDIS and writes nothing; workers may be running.

    Example: `REGRADE_REDIS=redis://redis:6379/0 regrade review list`
    """
    from rich.console import Console

    from streams.inquiry.reviews import open_cases
    from streams.settings import load_settings

    cases = open_cases(load_settings())
    if as_json:
        typer.echo(json.dumps(cases, ensure_ascii=False))
    elif not cases:
        typer.echo("nothing waits")
    else:
        Console(highlight=False).print(_table(cases))


@app.command()
def approve(
    which: Which, reason: Reason, author: Author, wait: Wait = 10.0, as_json: AsJson = False
) -> None:
    """Make the move. It is refused if the case proposes another tier by then.

    Example: `regrade review approve c-42 --reason "order confirmed" --author kim`
    """
    _resolve("approve", which, {"reason": reason, "author": author}, wait, as_json=as_json)


@app.command()
def reject(
    which: Which, reason: Reason, author: Author, wait: Wait = 10.0, as_json: AsJson = False
) -> None:
    """Leave the tier as it is, until the customer deserves another one than today.

    Example: `regrade review reject c-42 --reason "typing error" --author kim`
    """
    _resolve("reject", which, {"reason": reason, "author": author}, wait, as_json=as_json)


def _resolve(
    decision: str, which: str, said: dict[str, Any], wait: float, *, as_json: bool
) -> None:
    from streams.inquiry.reviews import resolve
    from streams.settings import load_settings

    case, answer = resolve(which, decision, said, load_settings(), wait)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    customer, tier = answer["customer_id"], answer["grade"]["tier"]
    told = "approved" if decision == "approve" else "rejected"
    typer.echo(f"{case['from']} -> {case['to']} of {customer} is {told}; {customer} is {tier}")


def _table(cases: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table()
    for column in ("case", "move", "because of", "deadline"):
        table.add_column(column, overflow="fold")
    for case in cases:
        table.add_row(
            case["case"],
            f"{case['from']} → {case['to']}\n{case['trigger']}",
            f"{case['rule']}\n{case['event_id'] or 'a day that came'}",
            f"{case['deadline']}\n{case['default'] or ''}",
        )
    return table
