"""The expressions of a policy: a strict part of Python's own expression grammar.

Every term is a number, a text or a condition, known before anything is evaluated.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal

from oracle.exact import exact
from oracle.readings import PLAIN, WINDOWED, Reading, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

Sort = Literal["number", "text", "condition", "attribute"]

FACT_FIELDS: dict[str, Sort] = {
    "amount": "number",
    "type": "text",
    "event_id": "text",
    "customer_id": "text",
    "currency": "text",
    "source": "text",
    "order_id": "text",
    "invoice_id": "text",
    "channel": "text",
    "kind": "text",
}

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: Fraction(left) / right if right else None,
}

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class ExpressionError(ValueError):
    """The text is not an expression a policy may hold."""


@dataclass(frozen=True)
class Term:
    """One part of an expression: what sort of value it has, and how to get it."""

    sort: Sort
    value: Callable[[Scope], Any]


def condition(text: str, *, with_fields: bool) -> Callable[[Scope], bool]:
    """Read a `when`; the fields of the fact may be named only in a trigger's."""
    tree = _parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if not with_fields and names & FACT_FIELDS.keys():
        raise ExpressionError(f"no fact is at hand in: {text}")
    return _sorted(_term(tree), "condition").value


def reading_of(text: str) -> Reading:
    """Read the text of a single reading."""
    return _reading(_parse(text))


def _parse(text: str) -> ast.expr:
    """Parse a text into Python's tree."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(text) from error


def _sorted(term: Term, sort: Sort) -> Term:
    """Insist on the sort of a term."""
    if term.sort != sort:
        raise ExpressionError(f"a {sort} is wanted, not a {term.sort}")
    return term


@singledispatch
def _term(node: ast.AST) -> Term:
    """Refuse whatever is not listed below."""
    raise ExpressionError(f"not allowed: {ast.dump(node)}")


@_term.register
def _constant(node: ast.Constant) -> Term:
    """Read a number exactly as written, or a text."""
    value = node.value
    if isinstance(value, str):
        return Term("text", lambda _: value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"not allowed: {value!r}")
    number = exact(value)
    return Term("number", lambda _: number)


@_term.register
def _name(node: ast.Name) -> Term:
    """Read a field of the fact, or a reading without a window."""
    name = node.id
    if name in FACT_FIELDS:
        return Term(FACT_FIELDS[name], lambda scope: scope.fields.get(name))
    return Term("number", _reading(node).read)


@_term.register
def _call(node: ast.Call) -> Term:
    """Read a reading with a window, or an attribute of the customer."""
    match node:
        case ast.Call(
            func=ast.Name(id="attribute"), args=[ast.Constant(value=str(name))], keywords=[]
        ):
            return Term("attribute", lambda scope: scope.customer.attributes.get(name))
    return Term("number", _reading(node).read)


@_term.register
def _unary(node: ast.UnaryOp) -> Term:
    """Read `not` of a condition, or the sign of a number."""
    operand = _term(node.operand)
    if isinstance(node.op, ast.Not):
        truth = _sorted(operand, "condition").value
        return Term("condition", lambda scope: not truth(scope))
    number = _sorted(operand, "number").value
    if isinstance(node.op, ast.UAdd):
        return Term("number", number)
    if isinstance(node.op, ast.USub):
        return Term("number", lambda scope: _both(operator.sub, 0, number(scope)))
    raise ExpressionError("not allowed: ~")


@_term.register
def _binary(node: ast.BinOp) -> Term:
    """Read arithmetic; with null it is null."""
    act = ARITHMETIC.get(type(node.op))
    if act is None:
        raise ExpressionError(f"not allowed: {ast.dump(node.op)}")
    left = _sorted(_term(node.left), "number").value
    right = _sorted(_term(node.right), "number").value
    return Term("number", lambda scope: _both(act, left(scope), right(scope)))


@_term.register
def _junction(node: ast.BoolOp) -> Term:
    """Read `and` or `or` over conditions."""
    parts = [_sorted(_term(part), "condition").value for part in node.values]
    every = all if isinstance(node.op, ast.And) else any
    return Term("condition", lambda scope: every(part(scope) for part in parts))


@_term.register
def _compare(node: ast.Compare) -> Term:
    """Read one comparison; with null it is false. Comparisons do not chain."""
    if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
        raise ExpressionError("one plain comparison at a time")
    act = COMPARISONS[type(node.ops[0])]
    left, right = _beside(_term(node.left), _term(node.comparators[0]))
    if left.sort != right.sort or left.sort == "condition":
        raise ExpressionError("only numbers with numbers, texts with texts")
    if left.sort == "text" and act not in {operator.eq, operator.ne}:
        raise ExpressionError("texts are equal or not, nothing else")
    return Term(
        "condition",
        lambda scope: bool(_both(act, left.value(scope), right.value(scope))),
    )


def _beside(left: Term, right: Term) -> tuple[Term, Term]:
    """Read attributes as the sort of what they are compared with; two of them as texts."""
    sorts = {left.sort, right.sort} - {"attribute"}
    read = _number_said if sorts == {"number"} else _text_said
    sort: Sort = "number" if sorts == {"number"} else "text"
    return tuple(  # type: ignore[return-value]
        Term(sort, lambda scope, term=term: read(term.value(scope)))
        if term.sort == "attribute"
        else term
        for term in (left, right)
    )


def _number_said(value: Any) -> Any:
    """An attribute as a number: only a number is one."""
    said = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Fraction(value) if said else None


def _text_said(value: Any) -> Any:
    """An attribute as a text: a truth is `true` or `false`, a number is no text."""
    if value is True or value is False:
        return str(value).lower()
    return value if isinstance(value, str) else None


def _both(act: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Apply an operator, unless one side is null."""
    return None if left is None or right is None else act(left, right)


def _reading(node: ast.expr) -> Reading:
    """Read the node of a reading, with or without a window."""
    if isinstance(node, ast.Name) and node.id in PLAIN:
        return Reading(node.id)
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise ExpressionError(f"not a reading: {ast.unparse(node)}")
    name = node.func.id
    if name not in WINDOWED or not node.args:
        raise ExpressionError(f"not a reading: {ast.unparse(node)}")
    days, *rest = node.args
    return Reading(name, _whole(days, 1), _kind(name, rest), _ending(node.keywords))


def _kind(name: str, rest: list[ast.expr]) -> str | None:
    """Read the kind of interaction, the only second argument there is."""
    match rest:
        case []:
            return None
        case [ast.Name(id=kind)] if name == "interactions":
            return kind
    raise ExpressionError(f"too many arguments for {name}")


def _ending(keywords: list[ast.keyword]) -> int:
    """Read `ending=K`, the only keyword there is."""
    match keywords:
        case []:
            return 0
        case [ast.keyword(arg="ending", value=value)]:
            return _whole(value, 0)
        case _:
            raise ExpressionError("the only keyword is `ending`")


def _whole(node: ast.expr, least: int) -> int:
    """Read a whole number of days."""
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ExpressionError(f"not a number of days: {ast.unparse(node)}")
    return value
