"""A secret of this API alone, in a file that nobody else may read."""

import os
import secrets
from pathlib import Path


def secret_in(path: Path) -> bytes:
    """Read, or make at first: 32 random bytes."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        made = secrets.token_bytes(32)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(made)
        return made
