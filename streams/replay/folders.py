"""Making sure, before long work, that its result can be written."""

import tempfile
from pathlib import Path

from streams.replay.errors import UnwritableFolderError


def writable(folder: Path) -> None:
    """Make a folder, its parents too, and prove that a file can be written there.

    Raises:
        UnwritableFolderError: with what the system says.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UnwritableFolderError(folder, error.strerror or str(error)) from error
