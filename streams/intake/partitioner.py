"""Which partition a customer belongs to: murmur2 of the key, as Java clients and aiokafka do."""

from aiokafka.partitioner import murmur2

_POSITIVE = 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` among `partitions`.

    >>> partition_of(b"c-42", 4)
    0
    """
    return int((murmur2(key) & _POSITIVE) % partitions)
