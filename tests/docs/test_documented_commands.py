"""What the documents tell people to type exists."""

import re
import shlex
from collections.abc import Iterator

import pytest
import typer
from console import sessions
from pages import PAGES, ROOT, blocks, inline_code, text_of

from streams.cli import app

CLI = typer.main.get_command(app)
HERE = [str(page.relative_to(ROOT)) for page in PAGES]
COMMAND = re.compile(r"(?:[A-Z_]+=\S* )*((?:regrade|make) .*)")


def typed(text: str) -> Iterator[list[str]]:
    """Every command of a page, as words; variables before it are taken off."""
    shown = [command for command, _ in sessions(text)]
    for code in [*inline_code(text), *blocks(text, "sh"), *shown]:
        for line in re.split(r"[\n|;>]|&&", code):
            if found := COMMAND.match(line.strip()):
                yield shlex.split(found[1])


def commands(group=CLI, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the program, as the words that name it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def refusal(words: list[str]) -> str | None:
    """What is wrong with the words after `regrade`; None if nothing is."""
    command = CLI
    rest = list(words)
    while hasattr(command, "commands"):
        if not rest:
            return "a command is missing"
        if rest[0] in ("--help", "--version"):
            return None
        found = command.commands.get(rest.pop(0))
        if found is None:
            return "no such command"
        command = found
    known = {"--help"}
    for parameter in command.params:
        known |= {*parameter.opts, *parameter.secondary_opts}
    unknown = [word for word in rest if word.startswith("--") and word not in known]
    return f"unknown {unknown}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=HERE)
def test_every_command_in_a_page_exists(page):
    """`regrade ...` names a command and its options, `make ...` a target."""
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE)
    for words in typed(text):
        if words[0] == "regrade":
            assert refusal(words[1:]) is None, " ".join(words)
        elif words[0] == "make":
            named = [word for word in words[1:] if "=" not in word]
            assert set(named) <= set(targets), " ".join(words)


def test_every_command_is_documented():
    """No command of the program is left out."""
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    told = {tuple(words[1:3]) for text in pages for words in typed(text) if words[0] == "regrade"}
    missing = [c for c in commands() if not any(words[: len(c)] == c for words in told)]
    assert missing == []


def test_a_wrong_command_would_be_found():
    """The check itself sees a wrong command and a wrong option."""
    assert refusal(["relay"]) is not None
    assert refusal(["policy", "explain"]) is not None
    assert refusal(["replay", "file", "--sped", "1"]) is not None
    assert refusal(["replay", "file", "--speed", "1"]) is None
