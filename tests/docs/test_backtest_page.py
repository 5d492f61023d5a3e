"""The page about backtests shows what the program prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks, section, table, tables, text_of
from small_backtest import THREE_WEEKS, P, Q, graded

from streams.replay.report_comparison import compare

PAGE = text_of("docs/backtest.md")


def printed(commands: str, folder: Path) -> str:
    """What commands of the page print, in a folder that holds the examples."""
    (folder / "examples").symlink_to(ROOT / "examples")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("title", ["One policy", "Two policies"])
def test_the_commands_of_the_page_print_what_it_shows(title, tmp_path):
    """The small history, byte for byte; of two policies the part about both."""
    part = section(PAGE, title)
    (commands,), (shown,) = blocks(part, "sh"), blocks(part, "text")
    assert printed(commands, tmp_path).endswith(shown)


def test_the_page_lists_every_key_of_the_json_object(tmp_path):
    """Those of the report, of the second policy and of the differences."""
    commands = blocks(section(PAGE, "Two policies"), "sh")[0].rstrip() + " --json"
    told = json.loads(printed(commands, tmp_path))
    part = section(PAGE, "For programs")
    listed = _names(table(part, "key"))
    assert listed == list(told)
    assert list(told["against"]) == listed[: listed.index("skipped_adjustments")]
    assert _names(table(part, "key of `differences`".replace("`", ""))) == list(told["differences"])


def test_the_page_lists_every_field_of_a_difference():
    """In their order."""
    (difference, *_) = compare((P, graded(P, THREE_WEEKS)), (Q, graded(Q, THREE_WEEKS))).differences
    assert _names(table(PAGE, "field")) == list(difference.as_json())


def test_every_table_that_is_printed_is_explained():
    """The rows of the first table of the page, by the titles it shows."""
    shown = blocks(section(PAGE, "One policy"), "text")[0].split("\n\n")[1:]
    titles = [part.splitlines()[0] for part in shown]
    explained = [row["table"] for row in next(tables(PAGE))]
    for title, name in zip(titles, explained, strict=True):
        assert title.replace(" (rows)", "").replace(" (columns)", "").startswith(name)


def test_the_picture_of_the_page_is_small():
    """Below 150 kB."""
    assert (ROOT / "docs" / "backtest.png").stat().st_size < 150_000


def _names(rows: list[dict[str, str]]) -> list[str]:
    return [name for row in rows for name in next(iter(row.values())).split(", ")]
