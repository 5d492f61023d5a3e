"""What the policy commands have in common: where a policy comes from, and JSON."""

from typing import Annotated

import typer

Source = Annotated[str, typer.Argument(help="A policy file, or the name of a preset.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
