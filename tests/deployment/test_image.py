"""The image is built and its program runs in it, as `docker compose` would run it."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from deployment.image import Image
from journeys.patience import until
from journeys.reading import read_all

from streams.embedded.process import LeashedProcess
from streams.embedded.stack import EmbeddedStack

REVISION = "abc123"

pytestmark = [pytest.mark.buildah, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Iterator[Image]:
    """Built once, in a minute or two; it takes a gigabyte while the tests run."""
    folder = tmp_path_factory.mktemp("image")
    yield Image(folder, REVISION)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """A broker and a store beside it."""
    with EmbeddedStack() as running:
        yield running


def ran(image: Image, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command inside that ended."""
    command = image.command(*words, settings=settings)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_says_which_revision_it_was_built_from(image):
    """The build argument reaches the program."""
    assert re.match(
        rf"regrade \S+ \(revision {REVISION}, ", ran(image, "regrade", "--version").stdout
    )


def test_its_user_is_nobody_in_particular_and_writes_nowhere(image):
    """Numbers without a name, and a root that is read only."""
    uid, _, gid = image.user().partition(":")
    assert ran(image, "sh", "-c", "id -u; id -g").stdout.split() == [uid, gid]
    for place in ("/", "/regrade", "/etc"):
        assert ran(image, "touch", f"{place}/x").returncode != 0
    assert ran(image, "sh", "-c", "cd tmp && touch x").returncode == 0


async def test_a_worker_grades_in_it(image, stack, tmp_path):
    """Topics are made, invented orders are sent and graded, all by the image."""
    settings = {
        "REGRADE_KAFKA": stack.bootstrap,
        "REGRADE_REDIS": stack.redis_url,
        "REGRADE_IDEMPOTENT_PRODUCER": "false",
        "REGRADE_SESSION_TIMEOUT_S": "3",
        "REGRADE_METRICS_PORT": "0",
    }
    made = ran(image, "regrade", "topics", "--partitions", "2", **settings)
    assert made.returncode == 0, made.stderr
    worker = LeashedProcess(image.command("regrade", "worker", settings=settings), tmp_path)
    try:
        sent = ran(image, "regrade", "load", "--rate", "200", "--orders", "200", **settings)
        assert sent.returncode == 0, sent.stderr
        await until(lambda: read_all(stack.bootstrap, ["tier-changes"]), "graded")
    finally:
        worker.stop()
