"""What stands on `grading-policy`: versions of the policy, each published for good. Pure.

A version begins to reign at its instant: `effective_from`, or when it was published. Of those
whose instant has come the latest reigns. A rollback is the publication of an earlier version
again; what was planned before it for later is off.
"""

from collections.abc import Sequence

import msgspec

from scoring.units import EpochMs

GRADING_POLICY = "grading-policy"


class Verdict(msgspec.Struct, frozen=True):
    """What the guard said before a version was published."""

    allowed: float
    share: float
    """The share of customers who would be demoted."""
    confirmed: bool
    """Whether somebody confirmed it nevertheless."""

    @property
    def passes(self) -> bool:
        """Whether the version may reach customers."""
        return self.confirmed or self.share <= self.allowed


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the topic; its key is the version.

    >>> first = Publication(policy="shop", version=2, fingerprint="f", text="", published_at=5,
    ...                     author="kim")
    >>> first.since, first.tag
    (5, 'shop v2 (f)')
    """

    policy: str
    version: int
    fingerprint: str
    text: str
    """The document, with all it extends."""
    published_at: EpochMs
    author: str
    reason: str = ""
    effective_from: EpochMs | None = None
    """None for at once."""
    rollback: bool = False
    guard: Verdict | None = None
    """None where the policy sets no bound."""

    @property
    def since(self) -> EpochMs:
        """The instant from which it may reign: never before it was published."""
        return max(self.published_at, self.effective_from or self.published_at)

    @property
    def tag(self) -> str:
        """How it is named beside the state it graded."""
        return tag_of(self.policy, self.version, self.fingerprint)


def tag_of(policy: str, version: int, fingerprint: str) -> str:
    """The name of one text of one version.

    >>> tag_of("b2b-fresh", 1, "ab12")
    'b2b-fresh v1 (ab12)'
    """
    return f"{policy} v{version} ({fingerprint})"


def standing(published: Sequence[Publication]) -> list[Publication]:
    """Those that reign or will, or did until another began, by their instants.

    >>> def at(version: int, published: int, since: int, rollback: bool = False) -> Publication:
    ...     return Publication(policy="p", version=version, fingerprint="", text="", author="",
    ...         published_at=published, effective_from=since, rollback=rollback)
    >>> [one.version for one in standing([at(2, 5, 90), at(3, 6, 6), at(1, 7, 7, True)])]
    [3, 1]
    """
    rollbacks = [one for one in published if one.rollback]
    kept = [
        one
        for one in published
        if not any(
            back.published_at > one.published_at and back.since < one.since for back in rollbacks
        )
    ]
    return sorted(kept, key=lambda one: (one.since, one.published_at))


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Publication).decode


def encode(publication: Publication) -> tuple[bytes, bytes]:
    """Key and value of the record."""
    return str(publication.version).encode(), _encode(publication)


def decode(value: bytes | None) -> Publication:
    """Back from the value of a record.

    Raises:
        ValueError: it is none.
    """
    try:
        return _decode(value or b"")
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
