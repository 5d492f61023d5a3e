"""A policy simulated over the live store: pages of customers in, one simulation out."""

import asyncio
from collections.abc import Callable

from scoring.merging import is_alias
from scoring.policy import Policy
from streams.bootstrap import judge_of, policy_tag
from streams.inquiry.errors import (
    CannotBeTaken,
    GradedByAnother,
    NothingInForce,
    NothingStored,
)
from streams.inquiry.in_force import InForce
from streams.inquiry.simulate import Simulator
from streams.inquiry.simulate_result import Simulation
from streams.inquiry.source import address_of
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.look_up import LookUp

_PATIENCE_S = 30.0

Progress = Callable[[int, int], None]
"""Takes how many customers were looked at, and how many there are or more."""


def simulate(
    new: Policy, current: Policy | None, settings: Settings, progress: Progress
) -> Simulation:
    """Run `new` over the customers under REGRADE_PREFIX, graded by the policy in force.

    A `current` that is given must be that. While a sweep runs, customers whom it has not reached
    count as it will leave them.

    Raises:
        CannotBeTaken: days or money of the new policy are others.
        StoreUnavailable: nobody answers at REGRADE_REDIS.
        NothingStored: no worker ever ran under this prefix.
        GradedByAnother: the workers have another policy than `current`.
        NothingInForce: partitions are just changing their policy.
    """
    return asyncio.run(_simulate(new, current, settings, progress))


async def _simulate(
    new: Policy, current: Policy | None, settings: Settings, progress: Progress
) -> Simulation:
    look_up = LookUp(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
    try:
        partitions = await look_up.partitions()
        if partitions is None:
            raise NothingStored(address_of(settings), settings.prefix)
        in_force = InForce(look_up, partitions, settings)
        by = await in_force.only()
        tag = policy_tag(by)
        if current is not None and policy_tag(current) != tag:
            raise GradedByAnother(tag, policy_tag(current))
        check_takeable(new, by)
        simulator = Simulator(judge_of(by), judge_of(new))
        expected, done = await look_up.graded(partitions), 0
        async for page in look_up.pages(partitions):
            for customer, stored in page:
                if stored.policy not in (None, tag):
                    raise NothingInForce(sorted({str(stored.policy), tag}))
                if stored.blob is None or stored.day is None:
                    continue
                state = await in_force.state(stored)
                if not is_alias(state):
                    simulator.add(customer, state, stored.day)
            done += len(page)
            progress(done, max(done, expected))
    finally:
        await look_up.close()
    return simulator.done()


def check_takeable(new: Policy, current: Policy) -> None:
    """Whether what is stored of customers means the same to a policy.

    Raises:
        CannotBeTaken: its days or money are others.
    """
    for what, stored, given in (
        ("currency", current.currency, new.currency),
        ("time zone", current.time_zone, new.time_zone),
    ):
        if stored != given:
            raise CannotBeTaken(what, stored, given)
