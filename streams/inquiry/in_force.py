"""The policy in force, found beside the states it graded, and customers as it finds them."""

from scoring.customer import CustomerState
from scoring.merging import take_tied
from scoring.policy import Policy
from scoring.succession import Succession, succession
from streams.bootstrap import judge_of, policy_tag
from streams.inquiry.errors import GradedByAnother, NothingInForce
from streams.partition.reign import Reign
from streams.policies.load import load_policy, parse_policy
from streams.settings import Settings
from streams.storage.codec import BlobCodec
from streams.storage.look_up import LookUp, Stored


class InForce:
    """Knows the versions that grade the partitions of one programme."""

    def __init__(self, look_up: LookUp, partitions: int, settings: Settings) -> None:
        self._look_up = look_up
        self._partitions = partitions
        self._settings = settings
        self._policies: dict[str, Policy] = {}
        self._successions: dict[tuple[str, str], Succession] = {}
        self._decode = BlobCodec().decode

    async def policy(self, tag: str) -> Policy:
        """The policy of a tag.

        Raises:
            GradedByAnother: its text was not kept, and it is not that of REGRADE_POLICY.
        """
        found = self._policies.get(tag)
        if found is None:
            text = (await self._look_up.policy_texts(self._partitions)).get(tag)
            # A program before this one kept no texts.
            found = load_policy(self._settings.policy) if text is None else parse_policy(text, tag)
            if policy_tag(found) != tag:
                raise GradedByAnother(tag, policy_tag(found))
            self._policies[tag] = found
        return found

    async def only(self) -> Policy:
        """The policy of all partitions.

        Raises:
            NothingInForce: partitions are just taking another version, some have, some have not.
        """
        reigns = await self._look_up.reigns(self._partitions)
        tags = sorted({reign.policy for reign in reigns if reign.policy})
        if len(tags) != 1:
            raise NothingInForce(tags)
        return await self.policy(tags[0])

    async def state(self, stored: Stored) -> CustomerState:
        """A customer as the version in force has them, or will once its sweep comes by."""
        state = self._decode(stored.blob or b"")
        reign = stored.reign
        if reign.sweeping and state.generation != reign.generation and reign.taken_on is not None:
            take_tied(await self._succession(reign), state, reign.taken_on)
            state.generation = reign.generation
        return state

    async def _succession(self, reign: Reign) -> Succession:
        names = (reign.previous, reign.policy)
        found = self._successions.get(names)
        if found is None:
            old, new = await self.policy(names[0]), await self.policy(names[1])
            found = self._successions[names] = succession(old, judge_of(new))
        return found
