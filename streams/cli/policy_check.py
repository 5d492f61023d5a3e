"""`regrade policy check`."""

import dataclasses
import json

import typer

from streams.cli.policy_source import AsJson, Source


def check(source: Source, *, as_json: AsJson = False) -> None:
    """Validate a policy; exit 1 with every problem, its line and what is allowed.

    Example: `regrade policy check my-policy.yaml`
    """
    from streams.bootstrap import judge_of, policy_tag
    from streams.policies.errors import PolicyRefused
    from streams.policies.load import load_policy

    try:
        policy = load_policy(source)
    except PolicyRefused as refused:
        if not as_json:
            raise
        found = [dataclasses.asdict(problem) for problem in refused.problems]
        typer.echo(json.dumps({"source": source, "good": False, "problems": found}, default=str))
        raise typer.Exit(1) from None
    judge_of(policy)
    if as_json:
        named = {"policy": policy.policy_id, "version": policy.version}
        typer.echo(json.dumps({"source": source, "good": True, **named, "problems": []}))
        return
    tiers = ", ".join(f"{tier.name} from {tier.enter}" for tier in policy.tiers)
    typer.echo(f"{policy_tag(policy)} is good: {tiers}")
