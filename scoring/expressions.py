"""The closed expression language of policies: text in, a small typed tree out.

Grammar, loosest first:

    condition := condition ("or" | "and") condition | "not" condition | comparison
    comparison := sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum
    sum := term (("+" | "-") term)*          term := factor (("*" | "/") factor)*
    factor := number | "text" | name | name "(" arguments ")" | "(" ... ")" | "-" factor
            | "attribute" "(" "text" ")"

A name is a reading (`spend(365)`, `recency_days`) or, in a trigger, a field of the fact.
`attribute("region")` is what `customer.registered` said: a text, or beside a number a number.
Nothing else exists: no dot, no index, no call of anything but these.
"""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, NoReturn

from scoring.errors import ExpressionError
from scoring.readings import READINGS
from scoring.syntax import (
    Arithmetic,
    AttributeOf,
    Comparison,
    FieldOf,
    Junction,
    Kind,
    Negation,
    Node,
    Number,
    ReadingCall,
    Text,
    kind_of,
)
from scoring.tokens import Token, tokens_of

MAX_DEPTH: Final = 40
MAX_OPERATORS: Final = 50
"""Most arithmetic operators in one expression: each is a level of the compiled one."""
MAX_DIGITS: Final = 15

_COMPARISONS: Final = ("<", "<=", ">", ">=", "==", "!=")


Objection = Callable[[ReadingCall], str | None]
"""What speaks against a reading beyond the grammar; None if nothing does."""


def _no_objection(_call: ReadingCall) -> None:
    return None


def parse_condition(
    text: str, fields: frozenset[str] = frozenset(), objection: Objection = _no_objection
) -> Node:
    """Parse a condition; `fields` are the fact fields it may name.

    >>> parse_condition("recency_days >= 90").op
    '>='
    >>> parse_condition("recency_days")
    Traceback (most recent call last):
    ...
    scoring.errors.ExpressionError: a condition is needed here, not a number...
    """
    return _Parser(text, fields, objection).whole("condition")


def parse_number(text: str, objection: Objection = _no_objection) -> Node:
    """Parse an expression whose value is a number.

    >>> str(parse_number("orders(90, ending=90)"))
    'orders(90, ending=90)'
    """
    return _Parser(text, frozenset(), objection).whole("number")


def _negative(item: Node) -> Node:
    """A number with a minus is a number: what it is compared with is looked at as one."""
    return Number(-item.value) if isinstance(item, Number) else Arithmetic("-", Number(0), item)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str, fields: frozenset[str], objection: Objection) -> None:
        self.text = text
        self.fields = fields
        self.objection = objection
        self.at = 0
        self.depth = 0
        self.operators = 0
        self.tokens = tokens_of(text)

    def fail(self, at: int, problem: str) -> NoReturn:
        raise ExpressionError(self.text, at, problem)

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> Token | None:
        """Consume the next token if it is one of `texts`."""
        token = self.token
        if token.text not in texts or token.what == "text":
            return None
        self.at += 1
        return token

    def need(self, text: str) -> None:
        if self.take(text) is None:
            self.fail(self.token.at, f"{text!r} is missing")

    def whole(self, wanted: Kind) -> Node:
        node = self.either()
        if self.token.what != "end":
            self.fail(self.token.at, f"unexpected {self.token.text!r}")
        self.check(node, wanted, 0)
        return node

    def check(self, node: Node, wanted: Kind, at: int) -> None:
        found = kind_of(node)
        if found != wanted:
            self.fail(at, f"a {wanted} is needed here, not a {found}")

    def nest(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(self.token.at, "too deeply nested")

    def either(self) -> Node:
        return self._junction("or", self.both)

    def both(self) -> Node:
        return self._junction("and", self.negated)

    def _junction(self, word: str, part: Callable[[], Node]) -> Node:
        start = self.token.at
        items = [part()]
        while self.take(word):
            self.check(items[-1], "condition", start)
            start = self.token.at
            items.append(part())
            self.check(items[-1], "condition", start)
        return items[0] if len(items) == 1 else Junction(word, tuple(items))

    def negated(self) -> Node:
        if self.take("not"):
            self.nest()
            start = self.token.at
            item = self.negated()
            self.check(item, "condition", start)
            self.depth -= 1
            return Negation(item)
        return self.comparison()

    def comparison(self) -> Node:
        start = self.token.at
        left = self.sum()
        op = self.take(*_COMPARISONS)
        if op is None:
            if self.token.text == "=":
                self.fail(self.token.at, "unexpected '='; to compare, write ==, <= or >=")
            return left
        right_at = self.token.at
        right = self.sum()
        left, right = _read_as(left, right), _read_as(right, left)
        kinds = (kind_of(left), kind_of(right))
        if "condition" in kinds:
            self.fail(start if kinds[0] == "condition" else right_at, "compare numbers")
        if kinds[0] != kinds[1]:
            self.fail(op.at, f"a {kinds[0]} cannot be compared with a {kinds[1]}")
        if kinds[0] == "text" and op.text not in ("==", "!="):
            self.fail(op.at, "texts are only compared with == and !=")
        if self.token.text in _COMPARISONS:
            self.fail(self.token.at, "comparisons do not chain; join them with 'and'")
        return Comparison(op.text, left, right)

    def sum(self) -> Node:
        return self._arithmetic(("+", "-"), self.term)

    def term(self) -> Node:
        return self._arithmetic(("*", "/"), self.factor)

    def _arithmetic(self, ops: tuple[str, ...], part: Callable[[], Node]) -> Node:
        start = self.token.at
        left = part()
        while op := self.take(*ops):
            self.operators += 1
            if self.operators > MAX_OPERATORS:
                self.fail(op.at, f"more than {MAX_OPERATORS} arithmetic operators")
            self.check(left, "number", start)
            start = self.token.at
            right = part()
            self.check(right, "number", start)
            left = Arithmetic(op.text, left, right)
        return left

    def factor(self) -> Node:
        self.nest()
        try:
            return self._factor()
        finally:
            self.depth -= 1

    def _factor(self) -> Node:
        token = self.token
        if self.take("-"):
            start = self.token.at
            item = self.factor()
            self.check(item, "number", start)
            return _negative(item)
        if self.take("("):
            node = self.either()
            self.need(")")
            return node
        self.at += 1
        if token.what == "number":
            if len(token.text) > MAX_DIGITS:
                self.fail(token.at, f"a number has at most {MAX_DIGITS} digits")
            return Number(float(token.text))
        if token.what == "text":
            return Text(token.text[1:-1])
        if token.what == "name" and token.text not in ("and", "or", "not"):
            return self.named(token)
        self.at -= 1
        what = f"unexpected {token.text!r}" if token.text else "the expression ends here"
        return self.fail(token.at, f"{what}; a reading or a number is needed")

    def named(self, token: Token) -> Node:
        if token.text in self.fields and self.token.text != "(":
            return FieldOf(token.text)
        if token.text == "attribute":
            return self.attribute()
        reading = READINGS.get(token.text)
        if reading is None:
            self.fail(token.at, self.unknown(token.text))
        if not reading.windowed:
            if self.token.text == "(":
                self.fail(self.token.at, f"{token.text} takes no window")
            return ReadingCall(token.text)
        if self.take("(") is None:
            self.fail(token.at, f"{token.text} needs a window in days: {token.text}(365)")
        call = self.arguments(token, with_kind=reading.with_kind)
        self.need(")")
        problem = self.objection(call)
        if problem is not None:
            self.fail(token.at, problem)
        return call

    def unknown(self, name: str) -> str:
        """What to say of a name nobody knows."""
        names = [*sorted(READINGS), *sorted(self.fields)]
        close = get_close_matches(name, names, 1)
        known = ", ".join([*names, 'attribute("...")'])
        if close:
            return f"unknown name {name!r}; did you mean {close[0]}? Known are {known}"
        return f"unknown name {name!r}; known are {known}"

    def attribute(self) -> AttributeOf:
        """The rest of `attribute("region")`."""
        wanted = 'attribute needs one name in quotes: attribute("region")'
        if self.take("(") is None:
            self.fail(self.token.at, wanted)
        name = self.token
        if name.what != "text" or not name.text[1:-1].strip():
            self.fail(name.at, wanted)
        self.at += 1
        self.need(")")
        return AttributeOf(name.text[1:-1])

    def arguments(self, name: Token, *, with_kind: bool) -> ReadingCall:
        window = self.days(1)
        kind = None
        ending = 0
        while self.take(","):
            word = self.token
            self.at += 1
            if word.text == "ending" and not ending and self.take("="):
                ending = self.days(0)
            elif with_kind and word.what in ("name", "text") and kind is None:
                kind = word.text.strip("\"'")
            else:
                self.fail(word.at, f"{name.text} takes a window and ending=DAYS")
        return ReadingCall(name.text, window, kind, ending)

    def days(self, least: int) -> int:
        token = self.token
        if token.what != "number" or "." in token.text or int(token.text) < least:
            self.fail(token.at, f"a whole number of days, at least {least}, is needed")
        self.at += 1
        return int(token.text)


def _read_as(node: Node, beside: Node) -> Node:
    """An attribute is a number only where it is compared with one."""
    if isinstance(node, AttributeOf) and kind_of(beside) == "number":
        return AttributeOf(node.name, "number")
    return node
