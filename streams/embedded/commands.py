"""Run a command that prepares a server, to its end."""

import subprocess
from collections.abc import Sequence

from streams.embedded.errors import CommandFailedError

_QUOTED_LINES = 20


def run(purpose: str, command: Sequence[str], *, patience: float) -> None:
    """Run `command` for at most `patience` seconds; `purpose` is for the error.

    Raises:
        CommandFailedError: it failed or took too long; quotes what it said last.
    """
    try:
        subprocess.run(  # noqa: S603 - the callers write the command
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=patience,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise CommandFailedError(purpose, command, _end(error.output)) from error
    except subprocess.TimeoutExpired as error:
        said = f"{_end(error.output)}\n(given up after {patience:g} s)"
        raise CommandFailedError(purpose, command, said) from error


def _end(output: bytes | None) -> str:
    """The last lines."""
    lines = (output or b"").decode(errors="replace").splitlines()
    return "\n".join(lines[-_QUOTED_LINES:])
