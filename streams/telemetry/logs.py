"""Structured logs on stderr: JSON for machines, colours for people."""

import hashlib
import logging
import sys
from typing import Any, Literal

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

LogFormat = Literal["auto", "json", "console"]

# Local variables in tracebacks would name customers, and the password in a URL.
_tracebacks = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def set_up_logs(level: str, style: LogFormat) -> None:
    """Send our logs, and those of the libraries, through one formatter."""
    plain = style == "json" or (style == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    renderer: list[Any] = (
        [_tracebacks, structlog.processors.JSONRenderer()]
        if plain
        else [structlog.dev.ConsoleRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their debug output names every message, and with it customers.
    for noisy in ("aiokafka", "faust", "mode", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def pseudonym(customer: str, key: bytes) -> str:
    """A customer id as it may stand in a log: the same id, the same short hash under one key.

    Without a key whoever has a list of ids could tell whose it is.

    >>> pseudonym("c-1", b"k") == pseudonym("c-1", b"k") != pseudonym("c-2", b"k")
    True
    >>> pseudonym("c-1", b"k") == pseudonym("c-1", b"another")
    False
    """
    return hashlib.blake2b(customer.encode(), digest_size=6, key=key).hexdigest()
