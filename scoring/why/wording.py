"""Conditions as text: what a policy's author would write, with no bracket too many."""

from decimal import Decimal

from scoring.syntax import (
    Arithmetic,
    Comparison,
    FieldOf,
    Junction,
    Negation,
    Node,
    Number,
    Text,
)

_BINDS = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}


def text_of(node: Node) -> str:
    """A parsed expression as text; parsing it again gives the same tree.

    >>> from scoring.expressions import parse_condition
    >>> text_of(parse_condition("not (spend(90)>=1000.0 or recency_days<(2+1)*10)"))
    'not (spend(90) >= 1000 or recency_days < (2 + 1) * 10)'
    """
    return _text(node, 0)


def _text(node: Node, around: int) -> str:
    """The text, in brackets when what stands around it binds tighter."""
    match node:
        case Number(value):
            return f"{Decimal(repr(value)).normalize():f}"
        case Text(value):
            return f"'{value}'" if '"' in value else f'"{value}"'
        case FieldOf(name):
            return name
        case Arithmetic() | Comparison() | Junction() | Negation():
            text, binds = _joined(node)
            return f"({text})" if binds < around else text
        case _:
            return str(node)


def _joined(node: Arithmetic | Comparison | Junction | Negation) -> tuple[str, int]:
    """The text of what has parts, and how tightly it binds."""
    match node:
        case Comparison(op, left, right):
            binds = _BINDS["compare"]
            return f"{_text(left, binds + 1)} {op} {_text(right, binds + 1)}", binds
        case Junction(op, items):
            binds = _BINDS[op]
            # One inside another of its kind keeps its brackets: it was written apart.
            return f" {op} ".join(_text(item, binds + 1) for item in items), binds
        case Negation(item):
            return f"not {_text(item, _BINDS['not'])}", _BINDS["not"]
        case Arithmetic(op, left, right):
            binds = _BINDS[op]
            return f"{_text(left, binds)} {op} {_text(right, binds + 1)}", binds
