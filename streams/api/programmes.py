"""The versions of the policy that grade customers now, each compiled once."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from scoring.customer import CustomerState
from scoring.policy import Policy
from streams.api.programme import Programme
from streams.bootstrap import policy_tag
from streams.inquiry.errors import GradedByAnother, UnknownCustomer
from streams.inquiry.in_force import InForce
from streams.inquiry.source import Found, find_stored
from streams.settings import Settings
from streams.storage.errors import StoreUnavailable
from streams.storage.look_up import LookUp, Stored
from streams.storage.overview import Standing


class Programmes:
    """Finds customers, and the version that grades each.

    Answers about all customers are by the version that grades most partitions: a change of
    version takes a moment, in which some have it and some not.
    """

    def __init__(self, first: Policy, look_up: LookUp, settings: Settings) -> None:
        self.current = Programme(first, settings.record_bytes)
        self._known = {self.current.tag: self.current}
        self._look_up = look_up
        self._settings = settings
        self._in_force: InForce | None = None

    async def refresh(self, standings: Sequence[Standing]) -> None:
        """Go over to the version that grades now; one that cannot be read is waited for."""
        tags = Counter(s.policy for s in standings if s.policy is not None)
        if not tags:
            return
        ((tag, _),) = tags.most_common(1)
        if tag != self.current.tag:
            try:
                self.current = await self.of(tag, len(standings))
            except (GradedByAnother, StoreUnavailable):
                return

    async def of(self, tag: str, partitions: int) -> Programme:
        """The version of a tag.

        Raises:
            GradedByAnother: its text was not kept, and it is not that of REGRADE_POLICY.
            StoreUnavailable: nobody answers.
        """
        known = self._known.get(tag)
        if known is None:
            policy = await self._reader(partitions).policy(tag)
            known = self._known[tag] = await asyncio.to_thread(
                Programme, policy, self._settings.record_bytes
            )
        return known

    async def text(self) -> str | None:
        """The document of the version in force; None where the store has kept none.

        Raises:
            StoreUnavailable: nobody answers.
        """
        partitions = await self._look_up.partitions() or 0
        return (await self._look_up.policy_texts(partitions)).get(self.current.tag)

    async def find(self, customer: str) -> tuple[Programme, Found]:
        """A customer, or whom they were merged into, and the version that grades them.

        Raises:
            UnknownCustomer: no accepted event named this id.
            NothingStored: no worker ever ran under this prefix.
            StoreUnavailable: nobody answers.
        """
        partitions = await self._look_up.partitions() or 0
        reader = self._reader(partitions)
        try:
            found = await find_stored(customer, None, self._look_up, self._settings, reader)
        except UnknownCustomer:
            # Where the store is belongs to nobody who asks over HTTP.
            raise UnknownCustomer(customer, "this programme") from None
        return await self.of(policy_tag(found.policy), partitions), found

    async def state(self, stored: Stored, partitions: int) -> CustomerState:
        """A stored customer as the version in force has them."""
        return await self._reader(partitions).state(stored)

    def _reader(self, partitions: int) -> InForce:
        if self._in_force is None:
            self._in_force = InForce(self._look_up, partitions, self._settings)
        return self._in_force
