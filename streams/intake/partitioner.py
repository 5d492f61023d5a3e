"""Which partition a customer belongs to: murmur2 of the key, as Java clients and aiokafka do."""

from collections.abc import Callable
from functools import lru_cache
from struct import Struct

_SEED, _FACTOR = 0x9747B28C, 0x5BD1E995
_MASK, _POSITIVE = 0xFFFFFFFF, 0x7FFFFFFF
_WORD = 4


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` among `partitions`.

    >>> partition_of(b"c-42", 4)
    0
    """
    return (murmur2(key) & _POSITIVE) % partitions


def murmur2(key: bytes) -> int:
    """The hash, word by word: asked for every row that is published.

    >>> hex(murmur2(b"c-42"))
    '0x6d9fd604'
    """
    length = len(key)
    words = length // _WORD
    found = _SEED ^ length
    for word in _words(words)(key):
        mixed = word * _FACTOR & _MASK
        found = (found * _FACTOR ^ (mixed ^ mixed >> 24) * _FACTOR) & _MASK
    if length % _WORD:
        rest = int.from_bytes(key[words * _WORD :], "little")
        found = (found ^ rest) * _FACTOR & _MASK
    found = (found ^ found >> 13) * _FACTOR & _MASK
    return found ^ found >> 15


@lru_cache(maxsize=256)
def _words(count: int) -> Callable[[bytes], tuple[int, ...]]:
    return Struct(f"<{count}I").unpack_from
