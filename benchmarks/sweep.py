"""How long a new version of the policy takes to reach everybody, and what live orders notice."""

import asyncio
import time
from argparse import Namespace
from pathlib import Path

from flatness import Models
from live import PATIENCE_S, Live, bench, beside, options_of
from measure import emit, progress
from midnight import histories_until_today
from worker_run import metas

from scoring.policy import Policy
from streams.embedded.stack import EmbeddedStack
from streams.inquiry.publish import Order, publish_version
from streams.policies.load import load_policy, load_version
from streams.settings import Settings
from streams.storage.redis_store import RedisStore

LOOSER = """\
policy: {id}
version: {version}
extends: {preset}
tiers: [{{name: {tier}, enter: {enter}}}]
"""
"""The second tier is entered more easily: some of its neighbours rise, and all are looked at."""

_POLL_S = 0.1


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    return options_of(
        __doc__,
        "all of them looked at",
        "of live orders before the version",
        "a preset that grades at the first order",
    )


async def measure(options: Namespace) -> None:
    """Publish a version over customers none of whom is due."""
    policy = load_policy(options.policy)
    models = await models_of(policy)
    async with bench(policy, models, options) as here:

        async def version(_live: Live) -> None:
            await publish_looser(here.stack, policy, options.policy)
            await _until_swept(here.store)

        figures = await beside(here, options, version)
        reached = sum(meta.reign.reached for meta in await metas(here.store) if meta)
    emit("sweep", {**figures, "reached": reached})


async def models_of(policy: Policy) -> Models:
    """Histories that end today, of graded customers who are not due yet."""
    models, today, now = await histories_until_today(policy)
    found = [one for one in models if one.tier >= 0 and (one.due is None or one.due > today)]
    return Models(found, today, now)


async def publish_looser(stack: EmbeddedStack, policy: Policy, preset: str) -> None:
    """Publish the next version as an operator does."""
    second = policy.tiers[1]
    text = LOOSER.format(
        id=policy.policy_id,
        version=policy.version + 1,
        preset=preset,
        tier=second.name,
        enter=second.enter / 2,
    )
    path = Path(stack.folder) / "looser.yaml"
    path.write_text(text)
    settings = Settings(kafka=stack.bootstrap, redis=stack.redis_url, policy=preset)
    order = Order("bench", "a benchmark")
    version = load_version(str(path))
    published = await asyncio.to_thread(
        publish_version, version, order, settings, lambda _done, _total: None
    )
    progress(f"  published {published.tag if published else 'nothing'}")


async def _until_swept(store: RedisStore) -> None:
    """Wait until every partition has taken the version and brought everybody to it."""
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        reigns = [meta.reign for meta in await metas(store) if meta]
        if all(reign.generation and not reign.sweeping for reign in reigns):
            return
        await asyncio.sleep(_POLL_S)
    raise TimeoutError("customers are left behind")


if __name__ == "__main__":
    main()
