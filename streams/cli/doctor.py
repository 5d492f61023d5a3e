"""`regrade doctor`."""

import json
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at broker, topics, store, policy and progress; one verdict a line.

    Reads only; workers may be running. Takes the settings of a worker (REGRADE_*). Exits with 1
    when something is a problem, with 0 when there are at most warnings.

    Example: `REGRADE_KAFKA=kafka:9092 REGRADE_REDIS=redis://redis:6379/0 regrade doctor`
    """
    from streams.operations.doctor import examine
    from streams.settings import load_settings

    findings = examine(load_settings())
    problems = sum(found.verdict == "problem" for found in findings)
    if as_json:
        body = {"problems": problems, "findings": [found._asdict() for found in findings]}
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        for found in findings:
            typer.echo(f"{found.verdict:8} {found.check:12} {found.says}")
            if found.remedy is not None:
                typer.echo(f"{'':21} -> {found.remedy}")
    if problems:
        raise typer.Exit(1)
