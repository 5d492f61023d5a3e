"""`regrade policy ...`."""

from typing import Annotated

import typer

from streams.cli import (
    policy_check,
    policy_diff,
    policy_drift,
    policy_init,
    policy_presets,
    policy_publish,
    policy_readings,
    policy_schema,
    policy_simulate,
    policy_tags,
)
from streams.cli.policy_source import Source

app = typer.Typer(
    help="Write policies, check and compare them, publish them.", no_args_is_help=True
)
app.command()(policy_presets.presets)
app.command()(policy_init.init)
app.command()(policy_check.check)
app.command()(policy_tags.tags)
app.command()(policy_diff.diff)
app.command()(policy_drift.drift)
app.command()(policy_simulate.simulate)
app.command()(policy_publish.publish)
app.command()(policy_publish.rollback)
app.command()(policy_publish.versions)
app.command()(policy_readings.readings)
app.command()(policy_schema.schema)


@app.command()
def show(
    source: Source,
    *,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="With everything it extends, in one document.")
    ] = False,
) -> None:
    """Print the text of a policy or preset.

    Example: `regrade policy show b2b-fresh > my-policy.yaml`
    """
    from streams.policies.load import policy_text, resolved_text

    typer.echo(resolved_text(source) if resolved else policy_text(source), nl=False)
