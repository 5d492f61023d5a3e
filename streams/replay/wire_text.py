"""The JSON text of the events that sources write themselves.

Templates for `%`, because an encoder has no way to write an amount as the decimal text
it came as; only the strings go through one.
"""

from functools import lru_cache

import orjson

ORDER = '{"type":"%s","event_id":%s,"customer_id":%s,"occurred_at":%d,"order_id":%s,"amount":%s%s}'
"""Fill with: type, event id, customer, epoch ms, order id, amount, further members."""

INTERACTION = '{"type":"interaction","event_id":%s,"customer_id":%s,"occurred_at":%d,"kind":%s}'
"""Fill with: event id, customer, epoch ms, kind."""

LINE = '{"category":%s,"amount":%s}'
"""Fill with: category, amount."""


def quoted(text: str) -> str:
    r"""Write a JSON string; a lone surrogate raises `orjson.JSONEncodeError`.

    >>> quoted('5" disc')
    '"5\\" disc"'
    """
    return orjson.dumps(text).decode()


@lru_cache(maxsize=1024)
def quoted_word(text: str) -> str:
    """Write a JSON string that comes again and again, as a category does."""
    return quoted(text)


def decimal_text(cents: int) -> str:
    """Write a non-negative number of cents as dollars.

    >>> decimal_text(1205)
    '12.05'
    """
    return f"{cents // 100}.{cents % 100:02d}"
