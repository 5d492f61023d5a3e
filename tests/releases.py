"""Earlier releases of the program, installed from the history of this repository."""

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
COMMITS = ROOT / "tests/golden/releases/commits.yaml"
_SOURCES = ("README.md", "LICENSE", "pyproject.toml", "streams", "scoring")


def releases() -> dict[str, str]:
    """The commit of each release by its version, oldest first."""
    commits: dict[str, str] = YAML(typ="safe").load(COMMITS.read_text("utf-8"))
    return dict(sorted(commits.items(), key=lambda one: tuple(map(int, one[0].split(".")))))


def latest() -> str:
    """The version released last."""
    return list(releases())[-1]


def unpack(version: str, folder: Path, *paths: str) -> Path:
    """Files of a release as they were, below `folder`."""
    folder.mkdir(parents=True)
    packed = _run("git", "-C", str(ROOT), "archive", releases()[version], *paths, version=version)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder


def install(version: str, folder: Path) -> dict[str, str]:
    """Install a release below `folder`; the settings with which Python runs it from there.

    Its packages are those of this checkout.
    """
    source = unpack(version, folder / "source", *_SOURCES)
    site = folder / "site"
    quiet = ("-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation")
    pip = (sys.executable, "-m", "pip", "install", *quiet, "--target", str(site), str(source))
    _run(*pip, version=version)
    return {"PYTHONPATH": str(site), "REGRADE_REVISION": releases()[version]}


def _run(*words: str, version: str) -> bytes:
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode and _history_is_cut():
        pytest.skip(
            f"release {version} is not in the history of this checkout: nothing was tried with it. "
            "Run git fetch --unshallow, or take a whole clone."
        )
    assert done.returncode == 0, (
        f"release {version} cannot be had from the history of this repository. "
        f"{words[0]} says: {done.stderr.decode()}"
    )
    return done.stdout


def _history_is_cut() -> bool:
    """Whether this is a shallow clone, or no repository at all."""
    asked = ("git", "-C", str(ROOT), "rev-parse", "--is-shallow-repository")
    told = subprocess.run(asked, capture_output=True, check=False, text=True)
    return told.stdout.strip() != "false"
