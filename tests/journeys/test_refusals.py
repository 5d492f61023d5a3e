"""A worker that cannot do its work right does not start, and says what to change."""

import asyncio
from collections.abc import Iterator

import pytest
from journeys.programme import Programme
from journeys.refusals import REFUSALS, Ground, prepare, start

from streams.embedded.store import ValkeyStore

pytestmark = pytest.mark.long

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def ground(stack, tmp_path_factory) -> Iterator[Ground]:
    """A stack with things that do not fit on it."""
    folder = tmp_path_factory.mktemp("refusals")
    with ValkeyStore(folder / "store", appendfsync="everysec") as forgetful:
        made = Ground(stack, forgetful, folder)
        asyncio.run(prepare(made))
        yield made


@pytest.fixture(scope="module")
def started(ground) -> Iterator[dict]:
    """All workers that are to be refused, started side by side."""
    workers = {
        refusal: start(ground, refusal.__name__, refusal(ground).settings) for refusal in REFUSALS
    }
    yield workers
    for worker in workers.values():
        worker.kill()
        worker.communicate()


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_worker_refuses_in_plain_words(refusal, ground, started):
    """Exit code 1 and a message that names what, where, its value and what is allowed."""
    output, _ = started[refusal].communicate(timeout=PATIENCE_S)
    assert started[refusal].returncode == 1, output
    assert "Traceback" not in output
    for words in refusal(ground).says:
        assert words in output


async def test_a_store_that_may_forget_will_do_when_asked_to(ground):
    """With REGRADE_PUBLISH_AFTER=commit a store that syncs every second is accepted."""
    settings = {
        "REGRADE_PUBLISH_AFTER": "commit",
        "REGRADE_REDIS": ground.forgetful.url,
    }
    async with Programme(ground.stack, ground.folder, "relaxed", **settings) as programme:
        await programme.worker()
