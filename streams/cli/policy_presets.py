"""`regrade policy presets`."""

import json

import typer

from streams.cli.policy_source import AsJson


def presets(*, as_json: AsJson = False) -> None:
    """List the policies that come with the program, and what each is for.

    Example: `regrade policy presets`
    """
    from streams.policies.catalogue import catalogue

    shipped = catalogue()
    if as_json:
        typer.echo(json.dumps([preset._asdict() for preset in shipped]))
        return
    width = max(len(preset.name) for preset in shipped)
    for name, description in shipped:
        typer.echo(f"{name:{width}}  {description}")
