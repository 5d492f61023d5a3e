"""`regrade policy ...`."""

from typing import Annotated

import typer

app = typer.Typer(help="Look at policies and check them.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(help="A policy file, or the name of a preset.")]


@app.command()
def check(source: Source) -> None:
    """Validate a policy; exit 1 with every problem, its line and what is allowed.

    Example: `regrade policy check my-policy.yaml`
    """
    from streams.bootstrap import judge_of, policy_tag
    from streams.policies.load import load_policy

    policy = load_policy(source)
    judge_of(policy)
    tiers = ", ".join(f"{tier.name} from {tier.enter}" for tier in policy.tiers)
    typer.echo(f"{policy_tag(policy)} is good: {tiers}")


@app.command()
def show(source: Source) -> None:
    """Print the text of a policy or preset.

    Example: `regrade policy show b2b-fresh > my-policy.yaml`
    """
    from streams.policies.load import policy_text

    typer.echo(policy_text(source), nl=False)


@app.command()
def presets() -> None:
    """List the policies that come with the program.

    Example: `regrade policy presets`
    """
    from streams.policies.load import presets as shipped

    for name in shipped():
        typer.echo(name)
