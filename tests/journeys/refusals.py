"""Worlds in which a worker must not start, and what it must say about each."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streams.bootstrap import policy_tag
from streams.embedded.stack import EmbeddedStack
from streams.embedded.store import ValkeyStore
from streams.embedded.topics import TopicSpec, create_topics
from streams.policies.load import load_policy, policy_text
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore
from streams.topics import topic_specs

ROOT = Path(__file__).parents[2]
NOBODY = "127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a refused worker may be pointed at."""

    stack: EmbeddedStack
    forgetful: ValkeyStore
    """A store that syncs its file every second only."""
    folder: Path

    def policy(self, name: str, old: str, new: str) -> str:
        """The path of the default policy with one thing changed."""
        text = policy_text("b2b-fresh")
        assert text.count(old) == 1
        path = self.folder / f"{name}.yaml"
        path.write_text(text.replace(old, new), "utf-8")
        return str(path)

    @staticmethod
    def line(path: str, word: str) -> str:
        """File and line on which a word stands."""
        lines = Path(path).read_text("utf-8").splitlines()
        (found,) = (at for at, line in enumerate(lines, 1) if word in line)
        return f"{path}:{found}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Settings, and what must stand in the message."""

    settings: dict[str, str]
    says: tuple[str, ...]


async def prepare(ground: Ground) -> None:
    """Topics and stored states that do not fit."""
    bootstrap = ground.stack.bootstrap
    for prefix in ("policy.", "count.", "forgetful."):
        await create_topics(bootstrap, topic_specs(prefix, 4))
    await create_topics(bootstrap, [TopicSpec("unequal.interactions", 2)])
    unequal = topic_specs("unequal.", 4)
    await create_topics(bootstrap, [s for s in unequal if "interactions" not in s.name])
    for prefix, tag, partitions in (
        ("policy.", "other-policy v7 (f00)", 4),
        ("count.", _tag(), 8),
    ):
        store = RedisStore(connect(ground.stack.redis_url), f"regrade.{prefix}", tag)
        await store.prepare(durable=True)
        await store.claim(0, "earlier", partitions)
        await store.close()


def _tag() -> str:
    return policy_tag(load_policy("b2b-fresh"))


def a_value_that_is_not_allowed(_: Ground) -> Refusal:
    """A word that is none of those allowed."""
    return Refusal(
        {"REGRADE_CLOCK": "sundial"}, ("REGRADE_CLOCK", "'sundial'", "'wall' or 'event'")
    )


def several_bad_values(_: Ground) -> Refusal:
    """All are named at once."""
    settings = {
        "REGRADE_METRICS_PORT": "70000",
        "REGRADE_REDIS": "localhost:6379",
        "REGRADE_SESSION_TIMEOUT_S": "soon",
    }
    says = (
        *("REGRADE_METRICS_PORT", "'70000'", "65535"),
        *("REGRADE_REDIS", "'localhost:6379'", "rediss?|unix"),
        *("REGRADE_SESSION_TIMEOUT_S", "'soon'", "number"),
    )
    return Refusal(settings, says)


def a_policy_with_an_unknown_key(ground: Ground) -> Refusal:
    """A misspelt key of a policy."""
    path = ground.policy("key", "hold_days: 30", "hold_dais: 30")
    says = (ground.line(path, "hold_dais"), "move.hold_dais", "unknown key", "hold_days", "30")
    return Refusal({"REGRADE_POLICY": path}, says)


def a_policy_with_a_bad_value(ground: Ground) -> Refusal:
    """A tier that could never be left."""
    path = ground.policy("value", "enter: 55,", "enter: many,")
    says = (ground.line(path, "many"), "tiers.1.enter", "'many'", "a number is needed")
    return Refusal({"REGRADE_POLICY": path}, says)


def a_policy_that_is_not_there(_: Ground) -> Refusal:
    """A file that does not exist."""
    says = ("no-such-policy", "cannot be read", "b2b-fresh", "grocery-usd")
    return Refusal({"REGRADE_POLICY": "no-such-policy"}, says)


def no_broker(_: Ground) -> Refusal:
    """Nobody listens at the address of the broker."""
    return Refusal({"REGRADE_KAFKA": NOBODY}, (NOBODY, "REGRADE_KAFKA"))


def missing_topics(ground: Ground) -> Refusal:
    """Topics that nobody created."""
    settings = {"REGRADE_PREFIX": "nowhere."}
    says = ("missing topics", "nowhere.orders", "nowhere.interactions", "regrade topics")
    return Refusal(settings, says)


def unequal_topics(ground: Ground) -> Refusal:
    """Input topics that differ in their partition counts."""
    says = ("equal partition counts", "unequal.interactions 2", "unequal.orders 4")
    return Refusal({"REGRADE_PREFIX": "unequal."}, says)


def another_policy(ground: Ground) -> Refusal:
    """A store that another policy graded."""
    says = ("other-policy v7 (f00)", _tag(), "REGRADE_PREFIX")
    return Refusal({"REGRADE_PREFIX": "policy."}, says)


def another_partition_count(ground: Ground) -> Refusal:
    """A store that was written for more partitions than the topics have."""
    says = ("written for 8 partitions", "topics have 4", "REGRADE_PREFIX")
    return Refusal({"REGRADE_PREFIX": "count."}, says)


def a_store_that_may_forget(ground: Ground) -> Refusal:
    """A store that may lose a commit it has acknowledged."""
    settings = {"REGRADE_PREFIX": "forgetful.", "REGRADE_REDIS": ground.forgetful.url}
    says = ("appendfsync", "'everysec'", "always", "REGRADE_PUBLISH_AFTER")
    return Refusal(settings, says)


def no_store(_: Ground) -> Refusal:
    """Nobody listens at the address of the store."""
    settings = {"REGRADE_PREFIX": "policy.", "REGRADE_REDIS": f"redis://{NOBODY}/0"}
    return Refusal(settings, (NOBODY, "store did not answer"))


REFUSALS: list[Callable[[Ground], Refusal]] = [
    a_value_that_is_not_allowed,
    several_bad_values,
    a_policy_with_an_unknown_key,
    a_policy_with_a_bad_value,
    a_policy_that_is_not_there,
    no_broker,
    missing_topics,
    unequal_topics,
    another_policy,
    another_partition_count,
    a_store_that_may_forget,
    no_store,
]


def start(ground: Ground, name: str, settings: dict[str, str]) -> subprocess.Popen[str]:
    """A worker with these settings, in a group of its own."""
    environment = {
        "REGRADE_KAFKA": ground.stack.bootstrap,
        "REGRADE_REDIS": ground.stack.redis_url,
        "REGRADE_IDEMPOTENT_PRODUCER": "false",
        "REGRADE_SESSION_TIMEOUT_S": "2",
        "REGRADE_METRICS_PORT": "0",
        "REGRADE_LOG_FORMAT": "console",
        "REGRADE_GROUP": name,
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "worker"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
