"""The text of an expression cut into tokens."""

import re
from dataclasses import dataclass
from typing import Final

from scoring.errors import ExpressionError

MAX_LENGTH: Final = 1000
_BLANKS: Final = " \t\n\r\f\v"
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<mark><=|>=|==|!=|[-+*/<>(),=]))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A number, name, text or mark; the last one of an expression is its end."""

    what: str
    text: str
    at: int
    """Index of its first character."""


def tokens_of(text: str) -> list[Token]:
    """Every token of an expression.

    >>> [token.text for token in tokens_of("orders(90) >= 3")]
    ['orders', '(', '90', ')', '>=', '3', '']

    Raises:
        ExpressionError: at the first character that begins no token.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            text, MAX_LENGTH, f"an expression has at most {MAX_LENGTH} characters"
        )
    tokens = []
    at = 0
    end = len(text.rstrip(_BLANKS))
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            rest = text[at:]
            start = at + len(rest) - len(rest.lstrip(_BLANKS))
            raise ExpressionError(text, start, f"unexpected {text[start]!r}")
        what = str(match.lastgroup)
        tokens.append(Token(what, match.group(what), match.start(what)))
        at = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens
