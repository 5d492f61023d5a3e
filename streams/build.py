"""What program this is: its version, and the revision it was built from."""

import os
from dataclasses import dataclass
from importlib.metadata import version

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Build:
    """One build of the program."""

    version: str
    revision: str
    """The commit, as the image was told when it was built; `unknown` elsewhere."""


def build() -> Build:
    """The build that runs."""
    return Build(version("regrade"), os.environ.get("REGRADE_REVISION") or UNKNOWN)
