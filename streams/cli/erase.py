"""`regrade erase` and `regrade pseudonym`: what the law asks for."""

import json
from typing import Annotated

import typer

Customer = Annotated[str, typer.Argument(help="The customer id.")]


def erase(
    customer: Customer,
    reason: Annotated[
        str, typer.Option(help="Why; stays in the audit, so write no name and no id.")
    ],
    author: Annotated[str, typer.Option(help="Who; stays in the audit.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds to wait for the worker's answer.")
    ] = 10.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as one JSON object.")
    ] = False,
) -> None:
    """Erase a customer from the store and tell every consumer. Cannot be undone.

    What topics, logs and backups still hold is yours to let go: see docs/privacy.md.

    Example: `regrade erase c-42 --reason "request 1007" --author kim`
    """
    from streams.inquiry.command import order
    from streams.settings import load_settings

    settings = load_settings()
    if not yes:
        typer.confirm(f"Erase {customer}? It cannot be undone.", abort=True, err=True)
    said = {"reason": reason, "author": author}
    answer = order("customer.erase", customer, said, settings, wait)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    elif answer["outcome"] == "duplicate":
        typer.echo(f"{customer} was erased by this command before, and has come back since")
    else:
        typer.echo(f"{customer} is erased: the store holds nothing of them")


def pseudonym(customer: Customer) -> None:
    """Print the name under which the audit knows a customer, erased or not.

    Needs the REGRADE_ERASURE_KEY of the workers.

    Example: `regrade pseudonym c-42`
    """
    from streams.partition.erasures import Pseudonyms
    from streams.settings import load_settings

    secret = load_settings().erasure_key.get_secret_value()
    if not secret:
        raise typer.BadParameter("set REGRADE_ERASURE_KEY: names depend on it")
    typer.echo(Pseudonyms(secret).customer(customer))
