"""`regrade policy ...`."""

import typer

from streams.cli import (
    policy_check,
    policy_diff,
    policy_init,
    policy_presets,
    policy_readings,
    policy_schema,
    policy_simulate,
    policy_tags,
)
from streams.cli.policy_source import Source

app = typer.Typer(
    help="Write policies, look at them, check and compare them.", no_args_is_help=True
)
app.command()(policy_presets.presets)
app.command()(policy_init.init)
app.command()(policy_check.check)
app.command()(policy_tags.tags)
app.command()(policy_diff.diff)
app.command()(policy_simulate.simulate)
app.command()(policy_readings.readings)
app.command()(policy_schema.schema)


@app.command()
def show(source: Source) -> None:
    """Print the text of a policy or preset.

    Example: `regrade policy show b2b-fresh > my-policy.yaml`
    """
    from streams.policies.load import policy_text

    typer.echo(policy_text(source), nl=False)
