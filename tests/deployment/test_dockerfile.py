"""The image has the pinned packages and the program, and runs as nobody in particular."""

import re
import tomllib

from deployment.compose import ROOT

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")


def test_everything_copied_is_there_and_is_sent_to_the_builder():
    """`.dockerignore` lets through exactly what the Dockerfile copies."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    copied = {source for line in lines for source in line.split()}
    assert all((ROOT / source).exists() for source in copied)
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignore if line.startswith("!")} == copied


def test_the_last_stage_runs_as_a_numbered_user_without_a_shell():
    """Kubernetes can tell that the user is not root; signals reach the program."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert int(user[1]) > 0
    assert int(user[2]) > 0
    assert re.search(r'^ENTRYPOINT \["regrade"\]$', last, re.MULTILINE)


def test_what_is_installed_is_pinned():
    """The program, its API and what builds its wheel have lines in the lock."""
    assert 'PIP_CONSTRAINT=requirements.lock /regrade/bin/pip install ".[api]"' in DOCKERFILE
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    document = tomllib.loads(text)
    project = document["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["api"]]
    wanted += document["build-system"]["requires"]
    names = {re.match(r"[\w.-]+", line)[0].lower().replace(".", "-") for line in wanted}
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert names <= set(re.findall(r"^([\w.-]+)(?:\[.*?\])?==", lock, re.MULTILINE))
