"""`regrade policy schema`."""

import json

import typer


def schema() -> None:
    """Print the JSON Schema of policies, for editors.

    Example: `regrade policy schema > policy.schema.json`
    """
    from streams.policies.schema import policy_schema

    typer.echo(json.dumps(policy_schema(), indent=2, ensure_ascii=False))
