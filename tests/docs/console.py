"""`console` blocks: commands after a `$`, and below each what it prints."""

import shlex
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pages import ROOT, blocks

from streams.cli import main

PROMPT = "$ "


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Every command of the `console` blocks of a text, and what is shown below it."""
    for block in blocks(text, "console"):
        for one in f"\n{block}".split(f"\n{PROMPT}")[1:]:
            command, _, shown = one.partition("\n")
            yield command, shown if not shown or shown.endswith("\n") else f"{shown}\n"


def lay_out(text: str, folder: Path) -> None:
    """Write the `yaml` blocks that begin with their file name, and the small history."""
    for block in blocks(text, "yaml"):
        first = block.partition("\n")[0]
        if first.startswith("# ") and first.endswith(".yaml"):
            (folder / first[2:]).write_text(block, encoding="utf-8")
    shutil.copy(ROOT / "examples/history.csv", folder)


def said(command: str, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> str:
    """What `regrade` prints on both its outputs, as in a terminal of 100 columns."""
    words = shlex.split(command)
    assert words[0] == "regrade", command
    patch.setenv("COLUMNS", "100")
    patch.setattr("sys.argv", words)
    capsys.readouterr()
    with suppress(SystemExit):
        main()
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)
