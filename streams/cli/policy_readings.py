"""`regrade policy readings`."""

import json

import typer

from streams.cli.policy_source import AsJson


def readings(*, as_json: AsJson = False) -> None:
    """List every reading a policy can name, with its arguments, unit and source.

    Example: `regrade policy readings`
    """
    from scoring.readings import READINGS
    from streams.screen import show_readings, stdout

    if not as_json:
        show_readings(stdout(), list(READINGS.values()))
        return
    listed = [
        {
            "name": reading.name,
            "written": reading.signature,
            "is": reading.meaning,
            "unit": reading.unit,
            "windowed": reading.windowed,
            "null_when": reading.null_when if reading.nullable else None,
            "made_from": reading.facts,
        }
        for reading in READINGS.values()
    ]
    typer.echo(json.dumps(listed))
