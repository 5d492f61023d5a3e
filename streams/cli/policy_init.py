"""`regrade policy init`."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    preset: Annotated[str, typer.Argument(help="The preset to begin from.")],
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("my-policy.yaml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write a policy file to start from: a preset, its comments, and what to change first.

    Example: `regrade policy init b2b-fresh my-policy.yaml`
    """
    from streams.errors import RegradeError
    from streams.policies.load import policy_text, presets
    from streams.policies.starter import starter

    if preset not in presets():
        raise typer.BadParameter(f"no preset {preset!r}; presets are {', '.join(presets())}")
    text = starter(preset, policy_text(preset), str(file))
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise RegradeError(f"{file} is there already: name another, or say --force") from None
    except OSError as error:
        raise RegradeError(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(f"{file} is written; go on with: regrade policy check {file}")
