"""`regrade why` and `regrade grade`: questions about one customer."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scoring.policy import Policy
    from streams.inquiry.source import Found

Customer = Annotated[str, typer.Argument(help="The customer id.")]
PolicySource = Annotated[
    str | None,
    typer.Option(
        "--policy", help="A policy file or preset; by default the one in force, in the store."
    ),
]
File = Annotated[
    str | None,
    typer.Option(help="Grade this replay file in memory instead of asking the store."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def why(
    customer: Customer,
    policy: PolicySource = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="A day from the partition day on, as if nothing happened until then.",
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=0, help="Most days to come that are told.")] = 12,
    file: File = None,
    as_json: AsJson = False,
) -> None:
    """Explain why a customer stands where they stand, and what would change it.

    Reads the store of REGRADE_REDIS and writes nothing; workers may be running.

    Example: `REGRADE_REDIS=redis://redis:6379/0 regrade why c-42 --policy my-policy.yaml`
    """
    from rich.console import Console

    from scoring.why.reasons import Reasons
    from streams.bootstrap import judge_of
    from streams.inquiry.answers import full
    from streams.inquiry.source import day_to_tell
    from streams.inquiry.tables import draw

    loaded, found = _look(customer, policy, file)
    day = day_to_tell(found, None if as_of is None else as_of.date())
    told = Reasons(judge_of(loaded)).explain(found.state, day, days)
    if as_json:
        typer.echo(json.dumps(full(found, loaded, told), ensure_ascii=False))
    else:
        Console(highlight=False).print(draw(found, loaded, told))


def grade(
    customer: Customer,
    policy: PolicySource = None,
    file: File = None,
    as_json: AsJson = False,
) -> None:
    """Print a customer's grade: tier, score, labels, and how fresh they are.

    Reads the store of REGRADE_REDIS and writes nothing; workers may be running.

    Example: `regrade grade c-42 --json`
    """
    from scoring.why.reasons import Reasons
    from streams.bootstrap import judge_of
    from streams.inquiry.answers import short
    from streams.inquiry.wording import summary

    loaded, found = _look(customer, policy, file)
    told = Reasons(judge_of(loaded)).explain(found.state, found.day, 0)
    if as_json:
        typer.echo(json.dumps(short(found, loaded, told), ensure_ascii=False))
    else:
        typer.echo(summary(found.customer, loaded, told, found.alias))


def _look(customer: str, policy: str | None, file: str | None) -> "tuple[Policy, Found]":
    """The policy, and the customer in the store or the file."""
    from streams.inquiry.source import find, find_in_file
    from streams.policies.load import load_policy
    from streams.settings import load_settings

    settings = load_settings()
    if file is not None:
        loaded = load_policy(settings.policy if policy is None else policy)
        return loaded, find_in_file(customer, loaded, file)
    found = find(customer, None if policy is None else load_policy(policy), settings)
    return found.policy, found
