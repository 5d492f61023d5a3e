"""The versions of a policy that were published, each checked as if it were new."""

from collections.abc import Callable

from scoring.policy import Policy
from streams.policies.errors import PolicyRefused
from streams.policies.load import Version, parse_policy
from streams.policies.publication import Publication, decode, standing, tag_of


class Library:
    """What a worker, or a command, believes of the topic `grading-policy`.

    What it cannot believe it refuses, and goes on with what it has.
    """

    def __init__(self, first: Version) -> None:
        """`first` is the policy that grades until another is published."""
        self.first = first.policy
        self.published: list[Publication] = []
        self._versions = {policy_tag(first.policy): first}
        self._graded: dict[int, str] = {}
        """Tags, by number, of versions that the store has kept."""
        self.refused: dict[int, str] = {}
        """Why, by offset."""

    def take(self, offset: int, value: bytes | None) -> Publication | None:
        """Take in a record; None, and an entry in `refused`, where it cannot be believed."""
        try:
            publication = decode(value)
            version = self._read(publication)
        except (ValueError, PolicyRefused) as error:
            self.refused[offset] = str(error)
            return None
        self.published.append(publication)
        self._versions[publication.tag] = version
        return publication

    def learn(self, tag: str, version: Version) -> list[Publication]:
        """Take in a version that the store has kept, for it graded; what is refused since.

        Of two texts published under its number at once workers have refused the second. Compaction
        leaves the second alone, and who starts after it has not seen the first.
        """
        self._versions[tag] = version
        number = version.policy.version
        self._graded[number] = tag
        refused = [one for one in self.published if one.version == number and one.tag != tag]
        self.published = [one for one in self.published if one not in refused]
        return refused

    def knows(self, tag: str) -> bool:
        """Whether the text of a version is at hand."""
        return tag in self._versions

    def policy(self, tag: str) -> Policy:
        """The policy of a version at hand."""
        return self._versions[tag].policy

    def in_force(self, begun: Callable[[Publication], bool]) -> Publication | None:
        """The publication that reigns, of those that have begun; None: the first policy does."""
        found = [one for one in standing(self.published) if begun(one)]
        return found[-1] if found else None

    def _read(self, publication: Publication) -> Version:
        """The version, if everything about it is as it must be.

        Raises:
            PolicyRefused: its text is no policy.
            ValueError: it is not what it says, or may not be taken.
        """
        policy = parse_policy(publication.text, f"version {publication.version}")
        if policy_tag(policy) != publication.tag:
            raise ValueError(f"says {publication.tag}, and its text is {policy_tag(policy)}")
        graded = self._graded.get(publication.version, publication.tag)
        known = [graded, *(o.tag for o in self.published if o.version == publication.version)]
        for tag in known:
            if tag != publication.tag:
                raise ValueError(f"this version was published with another text: {tag}")
        check_alike(self.first, policy)
        bound, guard = policy.max_move_share, publication.guard
        if bound is not None and (guard is None or guard.allowed != bound or not guard.passes):
            raise ValueError(
                f"its guard (move.max_move_share {bound:g}) has not passed, and nobody confirmed it"
            )
        return Version(publication.text, policy)


def check_alike(first: Policy, policy: Policy) -> None:
    """Whether customers of one policy may go on under the other.

    Raises:
        ValueError: with what differs and must not.
    """
    for what, stored, given in (
        ("programme", first.policy_id, policy.policy_id),
        ("currency", first.currency, policy.currency),
        ("time zone", first.time_zone, policy.time_zone),
    ):
        if stored != given:
            raise ValueError(f"its {what} is {given}, the {what} in force is {stored}")


def policy_tag(policy: Policy) -> str:
    """How a policy is named beside the state it graded."""
    return tag_of(policy.policy_id, policy.version, policy.fingerprint)
