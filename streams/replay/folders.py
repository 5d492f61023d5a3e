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
    except FileExistsError as error:
        # What mkdir says of a folder, or a parent of it, that is a file.
        raise UnwritableFolderError(folder, "a file is in its place") from error
    except OSError as error:
        raise UnwritableFolderError(folder, error.strerror or str(error)) from error
