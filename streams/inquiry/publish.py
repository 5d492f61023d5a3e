"""Puts versions of the policy on `grading-policy`: checked first, published for good."""

import asyncio
from typing import NamedTuple

from scoring.policy import Policy
from scoring.units import EpochMs
from streams.bootstrap import policy_tag
from streams.clock import SystemClock
from streams.errors import RegradeError
from streams.inquiry.errors import CannotBeTaken, NothingStored
from streams.inquiry.published import Known, known
from streams.inquiry.simulate_source import Progress, check_takeable, simulate
from streams.policies.load import Version
from streams.policies.publication import Publication, Verdict
from streams.policies.topic import publish
from streams.settings import Settings


class VersionTaken(RegradeError):
    """A version that was used before cannot be published with another text."""

    def __init__(self, version: int, known_as: str) -> None:
        self.version = version
        super().__init__(
            f"version {version} is {known_as} already, and a version once used never changes. "
            "Give the policy a higher version."
        )


class VersionTooLow(RegradeError):
    """Versions go up."""

    def __init__(self, version: int, latest: int) -> None:
        self.version = version
        self.latest = latest
        super().__init__(
            f"the version is {version}; it must be above {latest}, the latest. What was in force "
            "before is brought back by `regrade policy rollback VERSION`."
        )


class NeverPublished(RegradeError):
    """There is no such version to go back to."""

    def __init__(self, version: int, there: list[int]) -> None:
        self.version = version
        shown = ", ".join(map(str, there)) or "none"
        super().__init__(f"version {version} is not known; known are: {shown}")


class GuardHolds(RegradeError):
    """More customers would be demoted than the policy allows unasked."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(
            f"nothing was published: {verdict.share:.2%} of the customers would be demoted, above "
            f"the {verdict.allowed:.2%} of move.max_move_share. `regrade policy simulate` shows "
            "who; say --confirm if that is meant."
        )


class Order(NamedTuple):
    """Who publishes, why, from when, and whether whatever the guard says."""

    author: str
    reason: str = ""
    effective_from: EpochMs | None = None
    confirmed: bool = False


def publish_version(
    version: Version, order: Order, settings: Settings, progress: Progress
) -> Publication | None:
    """Publish a version; None when it is the latest already, to the letter.

    Raises:
        VersionTaken, VersionTooLow, CannotBeTaken, GuardHolds: why it is not published.
        PolicyTopicSilent, StoreUnavailable: nobody answers.
    """
    there, number = known(settings), version.policy.version
    tags = {one.policy.version: tag for tag, one in there.texts.items()}
    own, latest = policy_tag(version.policy), max(tags, default=0)
    if tags.get(number, own) != own:
        raise VersionTaken(number, tags[number])
    if number in tags and number == latest:
        return None
    if number <= latest:
        raise VersionTooLow(number, latest)
    _check_programme(version.policy, there)
    verdict = _guard(version.policy, order, settings, progress)
    return _put(version, order, there, verdict, settings)


def roll_back(number: int, order: Order, settings: Settings, progress: Progress) -> Publication:
    """Publish that an earlier version is in force again.

    Raises:
        NeverPublished: there is no such version.
        GuardHolds: more customers would be demoted than it allows.
        PolicyTopicSilent, StoreUnavailable: nobody answers.
    """
    there = known(settings)
    found = {one.policy.version: one for one in there.texts.values()}
    version = found.get(number)
    if version is None:
        raise NeverPublished(number, sorted(found))
    verdict = _guard(version.policy, order, settings, progress)
    return _put(version, order, there, verdict, settings, rollback=True)


def _check_programme(policy: Policy, there: Known) -> None:
    for one in there.in_force:
        if one.policy.policy_id != policy.policy_id:
            raise CannotBeTaken("programme", one.policy.policy_id, policy.policy_id)
        check_takeable(policy, one.policy)


def _guard(policy: Policy, order: Order, settings: Settings, progress: Progress) -> Verdict | None:
    """What the guard of the policy says; None where it has none.

    Raises:
        GuardHolds: it does, and nobody confirmed.
    """
    allowed = policy.max_move_share
    if allowed is None:
        return None
    try:
        found = simulate(policy, None, settings, progress).guard
    except NothingStored:
        found = None
    verdict = Verdict(allowed, 0.0 if found is None else found.share, order.confirmed)
    if not verdict.passes:
        raise GuardHolds(verdict)
    return verdict


def _put(
    version: Version,
    order: Order,
    there: Known,
    verdict: Verdict | None,
    settings: Settings,
    *,
    rollback: bool = False,
) -> Publication:
    policy, now = version.policy, SystemClock().now_ms()
    latest = max((one.published_at for one in there.published), default=0)
    publication = Publication(
        policy=policy.policy_id,
        version=policy.version,
        fingerprint=policy.fingerprint,
        text=version.text,
        # Clocks of operators differ: what is published later must be later.
        published_at=EpochMs(max(now, latest + 1)),
        author=order.author,
        reason=order.reason,
        effective_from=order.effective_from,
        rollback=rollback,
        guard=verdict,
    )
    asyncio.run(publish([publication], settings))
    return publication
