"""Every order of deliveries, deaths, sleeps, lost replies and restores, on a real store."""

import json
import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from builders import document, stamp
from checker import check_all_told, check_letters, check_state, check_topics
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from world import Worker, World

from streams.embedded.store import ValkeyStore
from streams.intake.record import LogRecord

DOCUMENT = document("labels: {churn: [{value: high, when: recency_days >= 9}, {value: low}]}")
BAD = [b"{", b"[]", b'{"type": "no.such"}']


class Machine(RuleBasedStateMachine):
    """A partition that is owned by one worker, and those that once owned it."""

    url = ""

    @initialize()
    def begin(self) -> None:
        """A new programme with one worker."""
        self.world = World(DOCUMENT, self.url, f"m{secrets.token_hex(4)}")
        self.day = 0
        self.owner: Worker | None = None
        self.asleep: list[Worker] = []
        self.backups: list[dict[bytes, bytes]] = []
        self.set_back = False
        self.take_over()

    def _put(self, value: bytes, customer: str | None = "ann") -> None:
        key = None if customer is None else customer.encode()
        at = len(self.world.log)
        self.world.log.append(LogRecord("orders", 0, at, at, key, value))

    def _event(self, type_: str, day: int, customer: str | None, **fields: Any) -> None:
        at = len(self.world.log)
        body = {"type": type_, "event_id": f"e{at}", "occurred_at": stamp(day)}
        if customer is not None:
            body["customer_id"] = customer
        self._put(json.dumps(body | fields).encode(), customer)

    @rule(
        customer=st.sampled_from(["ann", "ben", "cho"]),
        amount=st.sampled_from([10, 60, 120, 250]),
        late=st.integers(0, 3),
    )
    def buy(self, customer: str, amount: int, late: int) -> None:
        """Somebody buys; the event may come late."""
        order = f"o{len(self.world.log)}"
        day = max(0, self.day - late)
        self._event("order.paid", day, customer, order_id=order, amount=amount)

    @rule(customer=st.sampled_from(["ann", "ben"]), order=st.integers(0, 9))
    def take_back(self, customer: str, order: int) -> None:
        """Somebody sends something back, perhaps something never bought."""
        self._event("order.refunded", self.day, customer, order_id=f"o{order}", amount=60)

    @rule(value=st.sampled_from(BAD))
    def send_rubbish(self, value: bytes) -> None:
        """A record that is refused."""
        self._put(value)

    @rule(days=st.integers(1, 12))
    def tick(self, days: int) -> None:
        """Time passes, and the log says so."""
        self.day += days
        self._event("day.reached", self.day, None)

    @precondition(lambda self: self.owner)
    @rule(most=st.integers(1, 6), lost=st.integers(0, 2))
    def deliver(self, most: int, lost: int) -> None:
        """The owner takes in records; replies of the store may be lost."""
        self.world.store.lost = lost
        assert self.owner is not None
        if not self.world.run(self.world.deliver(self.owner, most)):
            assert self.set_back
            self.owner = None
        self.world.store.lost = 0

    @precondition(lambda self: self.owner)
    @rule(lost=st.integers(0, 2))
    def publish(self, lost: int) -> None:
        """The owner publishes and trims."""
        self.world.store.lost = lost
        self.world.run(self.world.publish(self.owner))
        self.world.store.lost = 0

    @precondition(lambda self: self.owner)
    @rule(most=st.integers(1, 6), turns=st.integers(0, 40))
    def die_committing(self, most: int, turns: int) -> None:
        """A kill at any moment of a commit, of which the store may have heard or not."""
        self.world.run(self.world.die_committing(self.owner, most, turns))
        self.owner = None

    @precondition(lambda self: self.owner)
    @rule(sent=st.integers(0, 5))
    def die_publishing(self, sent: int) -> None:
        """A kill between the broker's answers and the trimming."""
        self.world.run(self.world.die_publishing(self.owner, sent))
        self.owner = None

    @precondition(lambda self: self.owner)
    @rule()
    def fall_asleep(self) -> None:
        """The owner is paused; the next one takes over."""
        self.asleep.append(self.owner)
        self.take_over()

    @rule()
    def take_over(self) -> None:
        """A rebalance; what the owner before had committed and not sent is left to it."""
        self.owner = self.world.run(self.world.claim())
        self.set_back = False

    @precondition(lambda self: self.asleep)
    @rule(at=st.integers(0, 9), in_send=st.booleans())
    def wake_and_publish(self, at: int, in_send: bool) -> None:
        """A zombie goes on where it fell asleep."""
        zombie = self.asleep.pop(at % len(self.asleep))
        self.world.run(self.world.wake(zombie, asleep_in_send=in_send))

    @precondition(lambda self: self.asleep)
    @rule(at=st.integers(0, 9), most=st.integers(1, 4))
    def wake_and_commit(self, at: int, most: int) -> None:
        """A zombie commits what it had read: refused, unless it has nothing to say."""
        zombie = self.asleep[at % len(self.asleep)]
        before = self.world.keys()
        zombie.clock.advance(60)
        self.world.run(self.world.deliver(zombie, most))
        zombie.unsent.clear()
        assert self.world.keys() == before

    @rule()
    def back_up(self) -> None:
        """Somebody copies the store."""
        self.backups.append(self.world.snapshot())

    @precondition(lambda self: self.backups)
    @rule(at=st.integers(0, 9), running=st.booleans())
    def set_back_store(self, at: int, running: bool) -> None:
        """A restore, or a failover to a lagging replica; the worker may run on through it."""
        self.world.restore(self.backups[at % len(self.backups)])
        self.asleep.clear()
        if not running:
            self.owner = None
        elif self.owner is not None:
            self.owner.clock.advance(60)
        self.set_back = True

    @invariant()
    def state_is_that_of_the_log(self) -> None:
        """I1 to I4."""
        check_state(DOCUMENT, self.world.log, self.world.keys())

    @invariant()
    def topics_tell_the_truth_once(self) -> None:
        """I5."""
        overlaps = self.world.counts.overlaps
        check_topics(DOCUMENT, self.world.log, self.world.records(), overlaps)

    def teardown(self) -> None:
        """Left alone, the last owner brings everything to its end."""
        if not hasattr(self, "world"):
            return
        world = self.world
        try:
            owner = world.run(world.claim())
            while owner.processor.meta.next.get("orders", 0) < len(world.log):
                assert world.run(world.deliver(owner, 7))
                world.run(world.publish(owner))
            keys = world.keys()
            expected = check_state(DOCUMENT, world.log, keys)
            seen = check_topics(DOCUMENT, world.log, world.records(), world.counts.overlaps)
            check_all_told(expected, seen, keys)
            check_letters(expected, world.records())
        finally:
            world.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory) -> Iterator[str]:
    """A store on a unix socket."""
    folder = tmp_path_factory.mktemp("machine")
    with ValkeyStore(folder / "store", unix_socket=folder / "s") as store:
        yield str(store.unix_url)


def test_nothing_is_lost_or_told_twice_in_any_order_of_events(url):
    """All invariants after every step, and all told at the end."""
    Machine.url = url
    thorough = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=400 if thorough else 15,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
