"""`regrade policy diff`."""

import json
from typing import Annotated

import typer

from streams.cli.policy_source import AsJson


def diff(
    old: Annotated[str, typer.Argument(help="A policy file, or the name of a preset.")],
    new: Annotated[str, typer.Argument(help="The one to compare it with.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say in words what changes from one policy to another.

    Example: `regrade policy diff b2b-fresh my-policy.yaml`
    """
    from streams.policies.differences import differences
    from streams.policies.load import read_policy

    was, now = read_policy(old), read_policy(new)
    found = differences(was, now)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo(one.text)
    if not found:
        typer.echo("no difference")
    elif (was.policy.policy_id, was.policy.version) == (now.policy.policy_id, now.policy.version):
        name = f"{now.policy.policy_id} version {now.policy.version}"
        typer.echo(f"both are {name}: raise the version of {new} before it is used", err=True)
