"""Records by which the owners of two partitions hand parts of customers over to each other.

Workers write them to `grading-commands` through their outboxes, and workers read them. Those from
one partition to another are numbered without holes, for a record may come twice.
"""

from typing import ClassVar, Final

import msgspec

from scoring.facts import Command, Fact
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.wire import Event, Id

TRANSFERS_TOPIC: Final = COMMANDS_TOPIC


class TransferEvent(Event, kw_only=True, gc=False):
    """Common to all; `event_id` is that of the command that led to it, or of the fact."""

    peer: Id
    """The other one of the two customers."""
    since: int
    """The version of the alias's `customer.merged`."""
    partition: int
    """Whose owner wrote it."""
    number: int
    """Counts the records between these two partitions: 1, 2, 3, ..."""
    day: int
    """The partition day of the writer: everything handed over lies on it or before."""
    reason: Id | None = None
    author: Id | None = None


class PartHanded(TransferEvent, tag="part.handed", kw_only=True, gc=False):
    """To the host: the alias's state, to be taken in."""

    state: bytes
    tiers: list[str]
    """The names of the tiers to which the state refers by rank."""
    again: bool = False
    """Whether it only takes the place of what was handed over before."""


class FactHanded(TransferEvent, tag="part.fact", kw_only=True, gc=False):
    """To the host: a fact that came for the alias."""

    fact: msgspec.Raw
    """The event as it came."""


class PartTakenBack(TransferEvent, tag="part.taken_back", kw_only=True, gc=False):
    """To the host: the alias is a customer of its own again."""


class PartRefused(TransferEvent, tag="part.refused", kw_only=True, gc=False):
    """To the alias: the host does not take it in."""


class PartErased(TransferEvent, tag="part.erased", kw_only=True, gc=False):
    """To the alias: the host was erased, and with it whoever was merged into it."""


AnyTransfer = PartHanded | FactHanded | PartTakenBack | PartRefused | PartErased

TRANSFER_TYPES: Final = frozenset(str(t.__struct_config__.tag) for t in AnyTransfer.__args__)
"""The types of these records."""


class Transfer(Command, frozen=True, gc=False):
    """One of these records as an intake: the shell carries it out."""

    TYPE: ClassVar[str] = "transfer"
    said: AnyTransfer
    inner: Fact | None = None
    """The fact handed over; None where the policy of the reader refuses it."""


encode: Final = msgspec.json.Encoder().encode
