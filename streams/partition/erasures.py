"""Who was erased: known by a keyed hash of the id, so that nobody without the key can tell."""

from hashlib import blake2b
from typing import NamedTuple

from streams.errors import RegradeError

_BYTES = 16


class Erasure(NamedTuple):
    """What is kept of an erased customer, under the hash of the id."""

    version: int
    """Of the last change published; 0 if there was none. No id of a change comes twice."""
    command: str
    """Hash of the event id that ordered it."""


class ErasureKeyUnfit(RegradeError):
    """Customers were erased under a key this worker does not have."""

    def __init__(self, partition: int, *, given: bool) -> None:
        self.partition = partition
        here = "this worker has another" if given else "this worker has none"
        super().__init__(
            f"customers of partition {partition} were erased under a REGRADE_ERASURE_KEY, and "
            f"{here}: it could not tell who they are. Set the key that was used."
        )


class Pseudonyms:
    """Names that only the holder of a secret can give: BLAKE2b with a key, 128 bits.

    >>> ours, theirs = Pseudonyms("a secret of the shop"), Pseudonyms("a secret of another")
    >>> ours.customer("c-42") == ours.customer("c-42") != theirs.customer("c-42")
    True
    >>> len(ours.customer("c-42")), ours.customer("c-42") == ours.event("c-42")
    (32, False)
    """

    def __init__(self, secret: str) -> None:
        # A secret may be longer than a key may be.
        self._key = blake2b(secret.encode()).digest()
        self.fingerprint = self._hash("", b"key")
        """Tells keys apart and says nothing else about them."""

    def customer(self, customer: str) -> str:
        """The pseudonym of a customer id."""
        return self._hash(customer, b"customer")

    def event(self, event_id: str) -> str:
        """The pseudonym of an event id: it may be made of the customer's."""
        return self._hash(event_id, b"event")

    def _hash(self, text: str, purpose: bytes) -> str:
        return blake2b(text.encode(), digest_size=_BYTES, key=self._key, person=purpose).hexdigest()
